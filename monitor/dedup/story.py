"""Stories: articles about the same event, per language, by an online centroid of weighted terms.

Joining is decided at once, with what is known then; later articles correct it: two stories that turn out to be one are
merged, and one that turns out to be two look-alike events (the coach hired, the coach fired) is split.  Grouping at the
F that anybody reaches errs, so its verdicts may delay and gather, never swallow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.dedup.vector import cosine, unit
from monitor.model.reasons import Reason
from monitor.model.story import StoryState

CENTROID_TERMS = 150


@dataclass(frozen=True, slots=True)
class StorySettings:
    """Thresholds, measured on labelled sets (docs/adr/0602 says how, and what they do not prove).

    Those with `title` hold for a bare headline, those with `text` from `full_words` words on; between them they rise
    in proportion.
    """

    join_title: float = 0.10
    join_text: float = 0.20
    join_single: float = 0.26
    """For a text and a story of one article: one text is a worse picture of an event than a centre of several."""
    merge_title: float = 0.25
    merge_text: float = 0.50
    full_words: int = 40
    shared_terms: int = 2
    """A headline that shares a single term with a story shows nothing."""
    quiet: timedelta = timedelta(hours=72)

    def join_at(self, words: int, members: int = 2) -> float:
        """The likeness at which an article of so many words joins a story of so many votes."""
        full = self.join_text if members > 1 else self.join_single
        return self.join_title + (full - self.join_title) * min(1.0, words / self.full_words)

    def merge_at(self, words: int) -> float:
        """The likeness at which an article of so many words, close to two stories, makes them one."""
        return self.merge_title + (self.merge_text - self.merge_title) * min(1.0, words / self.full_words)


@dataclass(frozen=True, slots=True)
class Join:
    """The article belongs to the story."""

    story: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Open:
    """No story is about this: it opens one."""

    reason: Reason
    score: float = 0.0


def decide_story(
    vector: Mapping[str, float],
    words: int,
    at: datetime,
    stories: Sequence[StoryState],
    settings: StorySettings = StorySettings(),
    *,
    kin: int | None = None,
    series: int | None = None,
) -> Join | Open:
    """The story that an article joins, or that it opens its own.

    `vector` is the article's weighted terms, length 1; `words` the length of its body; `at` the earlier of published
    and first seen.  `kin` is the story of an article whose text it contains: surely the same.  `series` is the story
    of an article of the same template with other facts: surely another.
    """
    if kin is not None and any(story.id == kin for story in stories):
        return Join(kin, 1.0, Reason("contains", "it contains the text of an article of the story"))
    best, score = _nearest(vector, words, at, [story for story in stories if story.id != series], settings)
    needed = settings.join_at(words, best.members if best is not None else 1)
    if best is not None and score >= needed:
        text = f"likeness {score:.2f} with the story, {needed:.2f} is enough"
        return Join(best.id, round(score, 3), Reason("alike", text))
    return Open(
        Reason("opened", f"best likeness with a story {score:.2f}, {needed:.2f} would be enough"), round(score, 3)
    )


def _nearest(
    vector: Mapping[str, float], words: int, at: datetime, stories: Sequence[StoryState], settings: StorySettings
) -> tuple[StoryState | None, float]:
    best, highest = None, 0.0
    for story in stories:
        if abs(at - story.last_at) > settings.quiet or not _enough_shared(vector, words, story, settings):
            continue
        score = cosine(vector, story.centroid)
        if score > highest:
            best, highest = story, score
    return best, highest


def _enough_shared(vector: Mapping[str, float], words: int, story: StoryState, settings: StorySettings) -> bool:
    return words >= settings.full_words or sum(term in story.centroid for term in vector) >= settings.shared_terms


def grown(centroid: Mapping[str, float], members: int, vector: Mapping[str, float]) -> dict[str, float]:
    """The centroid after one more vote: the mean of the members, its 150 heaviest terms, length 1."""
    return _mean([(centroid, members), (vector, 1)])


def centre(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The centroid of some votes."""
    return _mean([(vector, 1) for vector in vectors])


def _mean(weighted: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for vector, votes in weighted:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight * votes
    heaviest = sorted(total.items(), key=lambda pair: -pair[1])[:CENTROID_TERMS]
    return {term: round(weight, 4) for term, weight in unit(dict(heaviest)).items()}


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one: `other` becomes part of `into`, the older."""

    into: int
    other: int
    score: float
    reason: Reason


def decide_merge(
    joined: StoryState,
    vector: Mapping[str, float],
    words: int,
    stories: Sequence[StoryState],
    settings: StorySettings = StorySettings(),
) -> Merge | None:
    """Whether the article that joined a story shows another one to be the same: all three are close to each other."""
    best, highest = None, settings.merge_at(words)
    for other in stories:
        if other.id == joined.id or other.id in joined.apart or joined.id in other.apart:
            continue
        if abs(joined.last_at - other.last_at) > settings.quiet or cosine(vector, other.centroid) < settings.join_at(
            words
        ):
            continue
        likeness = cosine(joined.centroid, other.centroid)
        if likeness >= highest:
            best, highest = other, likeness
    if best is None:
        return None
    into, gone = sorted((joined.id, best.id))
    text = f"a later article is close to both; their likeness is {highest:.2f}"
    return Merge(into, gone, round(highest, 3), Reason("merged", text))


def search_terms(vector: Mapping[str, float], limit: int = 12) -> list[str]:
    """The terms of an article by which candidates are looked up: its heaviest."""
    return sorted(vector, key=lambda term: (-vector[term], term))[:limit]


def index_terms(centroid: Mapping[str, float], limit: int = 20) -> dict[str, float]:
    """The terms under which a story is found, with their weights."""
    heaviest = sorted(centroid.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return dict(heaviest)


def differs(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    """Whether more than a tenth of the terms under which a centroid is found have changed: it is to be indexed anew."""
    before = index_terms(b).keys()
    return len(index_terms(a).keys() & before) < 0.9 * len(before)
