"""Stories: articles about the same event, per language, by an online centroid of weighted terms.

Joining is decided at once, with what is known then; later articles correct it: two stories that turn out to be one are
merged, and one that turns out to be two look-alike events (the coach hired, the coach fired) is split.  Grouping at the
F that anybody reaches errs, so its verdicts may delay and gather, never swallow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.dedup.headline import about_others
from monitor.dedup.vector import heaviest, likeness, mean, terms_of, unit
from monitor.dedup.words import raw_tokens
from monitor.model.reasons import Reason
from monitor.model.story import StoryState, Vector

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
    vector: Vector,
    words: int,
    at: datetime,
    stories: Sequence[StoryState],
    settings: StorySettings = StorySettings(),
    *,
    title: str = "",
    language: str = "",
    kin: int | None = None,
    series: int | None = None,
) -> Join | Open:
    """The story that an article joins, or that it opens its own.

    `vector` is the article's weighted terms, length 1; `words` the length of its body; `at` the earlier of published
    and first seen; `title` and `language` count where there is little text.  `kin` is the story of an article whose
    text it contains: surely the same.  `series` is the story of an article of the same template with other facts:
    surely another.
    """
    if kin is not None and any(story.id == kin for story in stories):
        return Join(kin, 1.0, Reason("contains", "it contains the text of an article of the story"))
    alive = [story for story in stories if story.id != series and abs(at - story.last_at) <= settings.quiet]
    if words < settings.full_words:
        alive = [story for story in alive if not about_others(title, story.title, language)]
    best, score = _nearest(vector, alive, *_evidence(vector, words, title, language, settings))
    needed = settings.join_at(words, best.members if best is not None else 1)
    if best is not None and score >= needed:
        text = f"likeness {score:.2f} with the story, {needed:.2f} is enough"
        return Join(best.id, round(score, 3), Reason("alike", text))
    return Open(
        Reason("opened", f"best likeness with a story {score:.2f}, {needed:.2f} would be enough"), round(score, 3)
    )


def _evidence(
    vector: Vector, words: int, title: str, language: str, settings: StorySettings
) -> tuple[int, Vector | None]:
    """What an article has to share with a story at least: so many terms, and one of these.

    A teaser has as many words as a phrase that stands under every article ("Read more", "Subscribe now"): its headline
    has to say something of the event, too.
    """
    if words >= settings.full_words:
        return 1, None
    headline = np.isin(vector.terms, terms_of(raw_tokens(title), language))
    own = Vector(vector.terms[headline], vector.weights[headline])
    return settings.shared_terms, own if words and len(own.terms) else None


def _nearest(
    vector: Vector, stories: Sequence[StoryState], shared: int, one_of: Vector | None
) -> tuple[StoryState | None, float]:
    centres = [story.centroid for story in stories]
    found = likeness(vector, centres)
    enough = found.shared >= shared
    if one_of is not None:
        enough &= likeness(one_of, centres).shared > 0
    if not enough.any():
        return None, 0.0
    best = int(np.where(enough, found.cosines, -1.0).argmax())
    return stories[best], float(found.cosines[best])


def opening(vector: Vector) -> Vector:
    """The centroid of a story that has one article."""
    return unit(heaviest(vector, CENTROID_TERMS))


def grown(centroid: Vector, members: int, vector: Vector) -> Vector:
    """The centroid after one more vote: the mean of the members, its 150 heaviest terms, length 1."""
    return mean([(centroid, members), (vector, 1)], CENTROID_TERMS)


def centre(vectors: Sequence[Vector]) -> Vector:
    """The centroid of some votes."""
    return mean([(vector, 1) for vector in vectors], CENTROID_TERMS)


def merged(a: StoryState, b: StoryState) -> Vector:
    """The centroid of two stories that became one."""
    return mean([(a.centroid, a.members), (b.centroid, b.members)], CENTROID_TERMS)


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one: `other` becomes part of `into`, the older."""

    into: int
    other: int
    score: float
    reason: Reason


def decide_merge(
    joined: StoryState,
    vector: Vector,
    words: int,
    stories: Sequence[StoryState],
    settings: StorySettings = StorySettings(),
    *,
    language: str = "",
) -> Merge | None:
    """Whether the article that joined a story shows another one to be the same: all three are close to each other."""
    others = [
        other
        for other in stories
        if other.id != joined.id
        and other.id not in joined.apart
        and joined.id not in other.apart
        and abs(joined.last_at - other.last_at) <= settings.quiet
        and not (words < settings.full_words and about_others(joined.title, other.title, language))
    ]
    if not others:
        return None
    centres = [other.centroid for other in others]
    near = likeness(vector, centres).cosines >= settings.join_at(words)
    alike = np.where(near, likeness(joined.centroid, centres).cosines, -1.0)
    best = int(alike.argmax())
    if alike[best] < settings.merge_at(words):
        return None
    into, gone = sorted((joined.id, others[best].id))
    text = f"a later article is close to both; their likeness is {alike[best]:.2f}"
    return Merge(into, gone, round(float(alike[best]), 3), Reason("merged", text))


def search_terms(vector: Vector, limit: int = 12) -> Vector:
    """The terms of an article by which candidates are looked up: its heaviest."""
    return heaviest(vector, limit)


def index_terms(centroid: Vector, limit: int = 20) -> Vector:
    """The terms under which a story is found, with their weights."""
    return heaviest(centroid, limit)


def differs(a: Vector, b: Vector) -> bool:
    """Whether more than a tenth of the terms under which a centroid is found have changed: it is to be indexed anew."""
    before = index_terms(b).terms
    return len(np.intersect1d(index_terms(a).terms, before, assume_unique=True)) < 0.9 * len(before)
