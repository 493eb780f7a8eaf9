"""Copies and stories for the articles of one unit of work.

What was read is kept, what is decided is written once at the end, and every answer takes in what is not written yet:
a batch costs a few statements, not a dozen for each article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.story import CopyCandidate, PlacedArticle, Placement, StoryState
from monitor.store import stories
from monitor.store.stories import Learnt, Rarities, StoryIndex

CANDIDATES = 16
"""So many of the articles that share most fingerprints are compared."""
NEAR = 12
"""So many stories are compared."""
_QUOTATION = 12
"""Fewer shared fingerprints than one in so many are a quotation or boilerplate, never half a text."""


class Desk:
    """What placing reads and writes.  Nobody else may write copies and stories of these languages meanwhile.

    Call `put_away` at the end, and before anything that reads or writes the same rows by itself.
    """

    def __init__(self, connection: sa.Connection, articles: Sequence[PlacedArticle], memory: Rarities) -> None:
        self.connection = connection
        self._articles = [article.id for article in articles]
        self._former: dict[int, StoryState] | None = None
        self._memory = memory
        self._learnt: dict[str, Learnt] = {}
        self._sketches: dict[int, CopyCandidate] = {}
        self._states: dict[int, StoryState] = {}
        self._new: dict[int, tuple[CopyCandidate, int]] = {}
        self._replaced: list[int] = []
        self._holders: dict[int, list[int]] = {}
        self._placed: list[dict[str, Any]] = []
        self._grown: set[int] = set()
        self._indexed: dict[int, StoryIndex] = {}

    def story_of(self, article_id: int) -> StoryState | None:
        """The story that an article of the batch was put into before, if it was placed before."""
        if self._former is None:
            self._former = stories.stories_of(self.connection, self._articles)
        found = self._former.get(article_id)
        return found and self._states.get(found.id, found)

    def copy_candidates(self, article: PlacedArticle, *, since_day: int) -> tuple[CopyCandidate, ...]:
        """The articles seen since a day that share most fingerprints with this one, oldest first."""
        prints = article.prepared.fingerprints
        least = max(1, len(prints) // _QUOTATION)
        shared = dict(
            stories.sharing(self.connection, article.id, prints, since_day=since_day, least=least, limit=CANDIDATES)
        )
        here = Counter(holder for fp in prints for holder in self._holders.get(fp, ()))
        shared |= {id_: count for id_, count in here.items() if count >= least and id_ != article.id}
        chosen = sorted(shared, key=lambda id_: (-shared[id_], id_))[:CANDIDATES]
        missing = [id_ for id_ in chosen if id_ not in self._sketches]
        self._sketches |= {each.article_id: each for each in stories.sketches(self.connection, missing)}
        return tuple(self._sketches[id_] for id_ in sorted(chosen) if id_ in self._sketches)

    def near_stories(self, terms: Sequence[int], *, since_day: int) -> tuple[StoryState, ...]:
        """Stories alive since a day that have most of these hashed terms among their heaviest, in order of ids."""
        weights = dict(stories.near(self.connection, terms, since_day=since_day, limit=NEAR))
        for story_id, index in self._indexed.items():
            weight = sum(index.terms.get(term, 0.0) for term in terms) if index.day >= since_day else 0.0
            weights[story_id] = weight
        best = sorted((id_ for id_, weight in weights.items() if weight), key=lambda id_: (-weights[id_], id_))
        return self.states(best[:NEAR])

    def states(self, story_ids: Iterable[int]) -> tuple[StoryState, ...]:
        """These stories, those that were merged into others left out, in order of their ids."""
        wanted = sorted(set(story_ids))
        missing = [id_ for id_ in wanted if id_ not in self._states]
        self._states |= {state.id: state for state in stories.story_states(self.connection, missing)}
        return tuple(self._states[id_] for id_ in wanted if id_ in self._states)

    def holders(self, keys: Sequence[int], *, language: str, since_day: int) -> dict[int, set[int]]:
        """For each hashed key the stories of other languages that have it."""
        found = stories.stories_by_key(self.connection, keys, language=language, since_day=since_day)
        for index in self._indexed.values():
            if index.language != language and index.day >= since_day:
                for key in index.keys.intersection(keys):
                    found.setdefault(key, set()).add(index.story_id)
        return found

    def learnt(self, language: str) -> Learnt:
        """What is known of a language's terms."""
        if language not in self._learnt:
            self._learnt[language] = self._memory.load(self.connection, language)
        return self._learnt[language]

    def open(self, article: PlacedArticle, *, at: datetime, centroid: Mapping[str, float]) -> int:
        """A new story with its opening article.  Returns its id."""
        prepared = article.prepared
        story_id = stories.open_story(
            self.connection, article.id, language=prepared.language, title=prepared.title, at=at, centroid=centroid
        )
        self._states[story_id] = StoryState(story_id, centroid, 1, at)
        return story_id

    def grow(self, state: StoryState) -> None:
        """A story got a voting member: its new centre, votes and last instant."""
        self._states[state.id] = state
        self._grown.add(state.id)

    def touch(self, story_id: int, *, at: datetime) -> None:
        """A story got a copy: it lives on, its centre stays."""
        for state in self.states([story_id]):
            if state.last_at < at:
                self.grow(replace(state, last_at=at))

    def index(self, index: StoryIndex) -> None:
        """Let a story be found by this."""
        former = self._indexed.get(index.story_id)
        if former is not None:
            index = replace(index, keys=index.keys | former.keys, new=index.new or former.new)
        self._indexed[index.story_id] = index

    def record(self, article: PlacedArticle, placement: Placement, *, day: int) -> None:
        """Keep an article's place, and what later ones are compared with."""
        group = placement.copy_of or article.id
        if self.story_of(article.id) is not None:
            self._replaced.append(article.id)
        sketch = CopyCandidate(article.id, group, article.source_id, placement.story_id, article.prepared)
        self._sketches[article.id] = sketch
        self._new[article.id] = (sketch, day)
        for fp in article.prepared.fingerprints:
            self._holders.setdefault(fp, []).append(article.id)
        self._placed.append(
            {
                "row": article.id,
                "story_id": placement.story_id,
                "copy_of": placement.copy_of,
                "copy_score": placement.copy_score,
            }
        )
        learnt = self.learnt(article.prepared.language)
        self._learnt[article.prepared.language] = replace(learnt, waiting=learnt.waiting + 1)

    def put_away(self) -> None:
        """Write everything, and forget what was read: the rows may change behind the desk now."""
        stories.grow_stories(self.connection, [self._states[id_] for id_ in sorted(self._grown)])
        stories.index_stories(self.connection, list(self._indexed.values()))
        stories.forget(self.connection, self._replaced)
        rows = [stories.sketch_row(sketch, day=day) for sketch, day in self._new.values()]
        prints = {id_: sketch.prepared.fingerprints for id_, (sketch, _) in self._new.items()}
        stories.save_sketches(self.connection, rows, prints)
        stories.place(self.connection, self._placed)
        self._former = None
        written = (self._grown, self._indexed, self._new, self._replaced, self._holders, self._placed)
        for kept in (*written, self._states, self._sketches, self._learnt):
            kept.clear()
