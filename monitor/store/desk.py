"""Copies and stories for the articles of one unit of work.

What will be asked is known at the start and read for all articles at once, what is decided is written once at the end,
and every answer takes in what is not written yet: a batch costs some twenty statements, not a dozen for each article.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.story import STAYED, CopyCandidate, PlacedArticle, Placement, StoryState, Vector
from monitor.store import sketches, stories, story_index
from monitor.store.sketches import Sought
from monitor.store.stories import Opening
from monitor.store.story_index import Holder, StoryIndex, Wanted

CANDIDATES = 16
"""So many of the articles that share most fingerprints are compared."""
NEAR = 12
"""So many stories are compared."""
_QUOTATION = 12
"""Fewer shared fingerprints than one in so many are a quotation or boilerplate, never half a text."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What will be asked about an article.

    `terms` are its heaviest, hashed, with their weights; `keys` what other languages share.  Articles are compared when
    seen since `copies_since`, stories when alive since `stories_since` (days since 1970).
    """

    article: PlacedArticle
    terms: Mapping[int, float]
    keys: tuple[int, ...]
    copies_since: int
    stories_since: int

    @property
    def least(self) -> int:
        """So many fingerprints are shared at least."""
        return max(1, math.ceil(len(self.article.prepared.fingerprints) / _QUOTATION))


@dataclass(slots=True)
class _Read:
    """What was read; forgotten when it may have changed behind the desk."""

    former: dict[int, StoryState]
    sharing: dict[int, dict[int, int]]
    near: dict[int, dict[int, float]]
    holders: dict[int, list[Holder]]
    sketches: dict[int, CopyCandidate]
    states: dict[int, StoryState]


@dataclass(slots=True)
class _Decided:
    """What is to be written."""

    sketches: dict[int, tuple[CopyCandidate, int]] = field(default_factory=dict)
    replaced: list[int] = field(default_factory=list)
    prints: dict[int, list[int]] = field(default_factory=dict)
    places: list[dict[str, Any]] = field(default_factory=list)
    opened: list[Opening] = field(default_factory=list)
    states: dict[int, StoryState] = field(default_factory=dict)
    indexes: dict[int, StoryIndex] = field(default_factory=dict)


class Desk:
    """What placing reads and writes.  Nobody else may write copies and stories meanwhile.

    Call `put_away` at the end, and before anything that reads or writes the same rows by itself.
    """

    def __init__(self, connection: sa.Connection, enquiries: Sequence[Enquiry]) -> None:
        self.connection = connection
        self._waiting = {enquiry.article.id: enquiry for enquiry in enquiries}
        self._read: _Read | None = None
        self._decided = _Decided()
        self._ids: Iterator[int] | None = None
        """Of stories that may be opened; others may number stories as soon as these are written."""

    def story_of(self, article_id: int) -> StoryState | None:
        """The story that an article of the batch was put into before, if it was placed before."""
        found = self._now().former.get(article_id)
        return found and self._decided.states.get(found.id, found)

    def copy_candidates(self, enquiry: Enquiry) -> tuple[CopyCandidate, ...]:
        """The articles that share most fingerprints with this one, oldest first."""
        article = enquiry.article
        here = Counter(
            holder
            for fp in article.prepared.fingerprints
            for holder in self._decided.prints.get(fp, ())
            if holder != article.id
        )
        shared = self._now().sharing[article.id] | {id_: n for id_, n in here.items() if n >= enquiry.least}
        chosen = sorted(shared, key=lambda id_: (-shared[id_], id_))[:CANDIDATES]
        found = (self._sketch(id_) for id_ in sorted(chosen))
        return tuple(each for each in found if each is not None)

    def near_stories(self, enquiry: Enquiry) -> tuple[StoryState, ...]:
        """The stories whose heaviest terms are most like this article's, in order of ids."""
        weights = dict(self._now().near[enquiry.article.id])
        for story_id, index in self._decided.indexes.items():
            alive = index.day >= enquiry.stories_since
            shared = enquiry.terms.keys() & index.terms.keys() if alive else ()
            weights[story_id] = sum(enquiry.terms[term] * index.terms[term] for term in shared)
        best = sorted((id_ for id_, weight in weights.items() if weight), key=lambda id_: (-weights[id_], id_))
        return self.states(best[:NEAR])

    def states(self, story_ids: Iterable[int]) -> tuple[StoryState, ...]:
        """These stories, those that were merged into others left out, in order of their ids."""
        wanted, read = sorted(set(story_ids)), self._now().states
        missing = [id_ for id_ in wanted if id_ not in read and id_ not in self._decided.states]
        read |= {state.id: state for state in stories.story_states(self.connection, missing)}
        known = read | self._decided.states
        return tuple(known[id_] for id_ in wanted if id_ in known)

    def holders(self, enquiry: Enquiry) -> list[Holder]:
        """Stories of other languages that share keys with the article."""
        language, read = enquiry.article.prepared.language, self._now().holders
        found = [holder for key in enquiry.keys for holder in read.get(key, ()) if holder.language != language]
        for index in self._decided.indexes.values():
            if index.language != language:
                known = {holder.key for holder in found if holder.story_id == index.story_id}
                new = index.keys.intersection(enquiry.keys) - known
                found += [Holder(key, index.language, index.story_id, index.day) for key in sorted(new)]
        return [holder for holder in found if holder.day >= enquiry.stories_since]

    def open(self, article: PlacedArticle, *, at: datetime, centroid: Vector) -> int:
        """A new story with its opening article.  Returns its id."""
        prepared, known = article.prepared, self._now()
        if self._ids is None:  # no more than each article that waits may still open one
            self._ids = iter(stories.next_story_ids(self.connection, len(self._waiting)))
        story_id = next(self._ids)
        state = StoryState(story_id, centroid, 1, at, title=prepared.title)
        self._decided.opened.append(Opening(article.id, prepared.language, state))
        known.states[story_id] = state
        return story_id

    def grow(self, state: StoryState) -> None:
        """A story got a voting member: its new centre, votes and last instant."""
        self._decided.states[state.id] = state

    def touch(self, story_id: int, *, at: datetime) -> None:
        """A story got a copy: it lives on, its centre stays."""
        for state in self.states([story_id]):
            if state.last_at < at:
                self.grow(replace(state, last_at=at))

    def index(self, index: StoryIndex) -> None:
        """Let a story be found by this."""
        former = self._decided.indexes.get(index.story_id)
        if former is not None:
            index = replace(index, keys=index.keys | former.keys, new=index.new or former.new)
        self._decided.indexes[index.story_id] = index

    def record(self, article: PlacedArticle, placement: Placement) -> None:
        """Keep an article's place, and what later ones are compared with."""
        if self.story_of(article.id) is not None:
            self._decided.replaced.append(article.id)
        group = placement.copy_of or article.id
        sketch = CopyCandidate(article.id, group, article.source_id, placement.story_id, article.prepared)
        self._decided.sketches[article.id] = (sketch, sketches.day_of(article.first_seen_at))
        for fp in article.prepared.fingerprints:
            self._decided.prints.setdefault(fp, []).append(article.id)
        self._decided.places.append(
            {
                "row": article.id,
                "story_id": placement.story_id,
                "copy_of": placement.copy_of,
                "copy_score": placement.copy_score,
                "place_reason": None if placement.reason == STAYED else placement.reason.text,
            }
        )
        del self._waiting[article.id]

    def put_away(self) -> None:
        """Write everything, and forget what was read: the rows may change behind the desk now."""
        decided, self._decided, self._read, self._ids = self._decided, _Decided(), None, None
        stories.open_stories(self.connection, decided.opened)
        stories.grow_stories(self.connection, [decided.states[id_] for id_ in sorted(decided.states)])
        story_index.index_stories(self.connection, list(decided.indexes.values()))
        sketches.forget(self.connection, decided.replaced)
        sketches.save_sketches(self.connection, list(decided.sketches.values()))
        stories.place(self.connection, decided.places)

    def _sketch(self, article_id: int) -> CopyCandidate | None:
        decided = self._decided.sketches.get(article_id)
        return decided[0] if decided is not None else self._now().sketches.get(article_id)

    def _now(self) -> _Read:
        if self._read is None:
            self._read = _read(self.connection, list(self._waiting.values()))
        return self._read


def _read(connection: sa.Connection, waiting: Sequence[Enquiry]) -> _Read:
    """All that will be asked about some articles, as the database has it."""
    former = stories.stories_of(connection, [each.article.id for each in waiting if each.article.placed])
    sought = [
        Sought(each.article.id, each.article.prepared.fingerprints, each.copies_since, each.least) for each in waiting
    ]
    sharing = sketches.sharing(connection, sought, limit=CANDIDATES)
    others = sorted({id_ for shared in sharing.values() for id_ in shared})
    wanted = [Wanted(each.article.id, each.terms, each.stories_since) for each in waiting]
    near = story_index.near(connection, wanted, limit=NEAR)
    near_ids = sorted({id_ for scored in near.values() for id_ in scored})
    return _Read(
        former=former,
        sharing=sharing,
        near=near,
        holders=_holders(connection, waiting),
        sketches={each.article_id: each for each in sketches.sketches(connection, others)},
        states={state.id: state for state in stories.story_states(connection, near_ids)},
    )


def _holders(connection: sa.Connection, waiting: Sequence[Enquiry]) -> dict[int, list[Holder]]:
    own = {each.article.prepared.language for each in waiting}
    since = min((each.stories_since for each in waiting), default=0)
    keys = [key for each in waiting for key in each.keys]
    found: dict[int, list[Holder]] = {}
    for holder in story_index.holders(connection, keys, since_day=since, but=own.pop() if len(own) == 1 else ""):
        found.setdefault(holder.key, []).append(holder)
    return found
