"""Stories: articles about the same event, per language, by an online centroid of weighted terms.

Grouping at the F that anybody reaches errs, so its verdicts may delay and gather, never swallow.
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
    """Thresholds, chosen on one half of the labelled sets and reported on the other (docs/adr)."""

    join_text: float = 0.26
    join_title: float = 0.10
    title_words: int = 40
    """Articles with fewer words than this in the body are compared by their headline's threshold."""
    quiet: timedelta = timedelta(hours=72)
    merge: float = 0.5


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

    `vector` is the article's weighted terms, length 1; `at` the earlier of published and first seen.  `kin` is the
    story of an article whose text it contains: surely the same.  `series` is the story of an article of the same
    template with other facts: surely another.
    """
    if kin is not None and any(story.id == kin for story in stories):
        return Join(kin, 1.0, Reason("contains", "it contains the text of an article of the story"))
    if not vector:
        return Open(Reason("no-words", "no words to compare"))
    live = [story for story in stories if abs(at - story.last_at) <= settings.quiet and story.id != series]
    scored = sorted(((cosine(vector, story.centroid), story.id) for story in live), reverse=True)
    threshold = settings.join_title if words < settings.title_words else settings.join_text
    if scored and scored[0][0] >= threshold:
        score, story = scored[0]
        return Join(
            story, round(score, 3), Reason("alike", f"likeness {score:.2f} with the story, {threshold:.2f} is enough")
        )
    best = scored[0][0] if scored else 0.0
    return Open(
        Reason("opened", f"best likeness with a story {best:.2f}, {threshold:.2f} would be enough"), round(best, 3)
    )


def grown(centroid: Mapping[str, float], members: int, vector: Mapping[str, float]) -> dict[str, float]:
    """The centroid after one more vote: the mean of the members, its 150 heaviest terms, length 1."""
    total = {term: weight * members for term, weight in centroid.items()}
    for term, weight in vector.items():
        total[term] = total.get(term, 0.0) + weight
    heaviest = sorted(total.items(), key=lambda pair: -pair[1])[:CENTROID_TERMS]
    return {term: round(weight, 4) for term, weight in unit(dict(heaviest)).items()}


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one; the younger is told of as part of the older."""

    into: int
    other: int
    score: float
    reason: Reason


def decide_merge(
    joined: StoryState,
    vector: Mapping[str, float],
    stories: Sequence[StoryState],
    settings: StorySettings = StorySettings(),
) -> Merge | None:
    """Whether the article that joined a story shows another one to be the same: all three are close to each other."""
    best: tuple[float, StoryState] | None = None
    for other in stories:
        if other.id == joined.id or other.id in joined.apart or joined.id in other.apart:
            continue
        likeness = cosine(joined.centroid, other.centroid)
        if (
            likeness >= settings.merge
            and cosine(vector, other.centroid) >= settings.join_text
            and (best is None or likeness > best[0])
        ):
            best = (likeness, other)
    if best is None:
        return None
    likeness, other = best
    into, gone = sorted((joined.id, other.id))
    return Merge(
        into, gone, round(likeness, 3), Reason("merged", f"a later article is close to both; likeness {likeness:.2f}")
    )


@dataclass(frozen=True, slots=True)
class Split:
    """Some members turned out to be about something else: `leaving` get a story of their own."""

    leaving: tuple[int, ...]
    reason: Reason


def decide_split(members: Mapping[int, Mapping[str, float]], settings: StorySettings = StorySettings()) -> Split | None:
    """Whether a story holds two: members grouped around its two most unlike ones are far from each other.

    `members` maps article ids, oldest first, to vectors; the group of the oldest one stays.
    """
    ids = list(members)
    if len(ids) < 4:
        return None
    first = ids[0]
    second = min(ids[1:], key=lambda each: cosine(members[first], members[each]))
    groups: tuple[list[int], list[int]] = ([], [])
    for each in ids:
        nearer = cosine(members[each], members[first]) < cosine(members[each], members[second])
        groups[nearer].append(each)
    centres = [unit(_sum([members[each] for each in group])) for group in groups]
    likeness = cosine(centres[0], centres[1])
    if len(groups[1]) < 2 or likeness >= settings.join_text / 2:
        return None
    return Split(tuple(groups[1]), Reason("split", f"two groups of articles with a likeness of {likeness:.2f}"))


def _sum(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for vector in vectors:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    return total


def search_terms(vector: Mapping[str, float], limit: int = 12) -> list[str]:
    """The terms of an article by which candidates are looked up: its heaviest."""
    return sorted(vector, key=lambda term: (-vector[term], term))[:limit]


def index_terms(centroid: Mapping[str, float], limit: int = 20) -> dict[str, float]:
    """The terms under which a story is found, with their weights."""
    heaviest = sorted(centroid.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return dict(heaviest)
