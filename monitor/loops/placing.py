"""Place an article among copies and stories.

    candidates | decide_copy | decide_story | decide_merge | decide_links  -> story, copy, links, sketch

To be called inside a unit of work locked by `STORY_LOCK`; orders things and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import sqlalchemy as sa

from monitor.dedup.copies import Copy, CopySettings, Original, Series, decide_copy
from monitor.dedup.languages import decide_links, link_candidates
from monitor.dedup.split import Member, Split, decide_split, is_due
from monitor.dedup.story import (
    Join,
    Open,
    StorySettings,
    centre,
    decide_merge,
    decide_story,
    differs,
    grown,
    index_terms,
    search_terms,
)
from monitor.dedup.vector import key_hash, learnt, lesson_every, no_rarity, term_hash, weighted
from monitor.model.reasons import Reason
from monitor.model.story import CopyCandidate, PlacedArticle, Placement, Prepared, Rarity, StoryState
from monitor.store import stories
from monitor.store.desk import Desk
from monitor.store.stories import StoryIndex
from monitor.store.story_links import ALSO_IN, languages_of, link_stories

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""No feed is older: an earlier date is a fault of the publisher's clock."""


@dataclass(frozen=True, slots=True)
class PlacingSettings:
    """Windows and thresholds of the stage."""

    copies: CopySettings = field(default_factory=CopySettings)
    stories: StorySettings = field(default_factory=StorySettings)
    copy_window: timedelta = timedelta(days=7)
    link_members: int = 5
    """A story looks for itself in other languages until it has this many members."""


STORY_LOCK = "stories"
"""The name under which `store.unit(lock=…)` keeps two workers from placing at the same time.

One for all languages: stories are linked across them, and a rule's alerts about linked stories are one thread.
"""


def story_time(article: PlacedArticle) -> datetime:
    """The earlier of published and first seen; first seen where the publisher's date cannot be true."""
    published = article.published_at
    if published is None or not EARLIEST <= published <= article.first_seen_at:
        return article.first_seen_at
    return published


def place_articles(
    connection: sa.Connection,
    articles: Sequence[PlacedArticle],
    *,
    now: datetime,
    settings: PlacingSettings = PlacingSettings(),
    memory: stories.Rarities | None = None,
) -> list[Placement]:
    """Decide and record, one after the other, what articles copy and which stories they belong to.

    Give the same `memory` to every call of a process: it saves reading half a megabyte each time.  An article that was
    placed before (its page has been read since, or edited) keeps its story and is compared anew.  A story may be merged
    or split by a later article of the same call: `store.articles.story_ids` has the last word.
    """
    if not articles:
        return []
    desk = Desk(connection, articles, memory or stories.Rarities())
    placings = [_Placing(desk, article, now, settings) for article in articles]
    placements = [each.run() for each in placings]
    desk.put_away()
    return [each.split(placement) for each, placement in zip(placings, placements, strict=True)]


@dataclass
class _Placing:
    """One article on its way through the stage."""

    desk: Desk
    article: PlacedArticle
    now: datetime
    settings: PlacingSettings
    votes: int = 0
    """The votes of the story that the article voted in."""

    @property
    def connection(self) -> sa.Connection:
        """For what goes past the desk, which must be put away before."""
        self.desk.put_away()
        return self.desk.connection

    def run(self) -> Placement:
        former = self.desk.story_of(self.article.id)
        candidates = self._copy_candidates()
        verdict = decide_copy(self.article.prepared, candidates, self.settings.copies)
        if isinstance(verdict, Copy):
            placement = self._as_copy(verdict, candidates, former)
        else:
            placement = self._as_original(verdict, candidates, former)
        self.desk.record(self.article, placement, day=stories.day_of(self.article.first_seen_at))
        self._learn()
        return placement

    def _copy_candidates(self) -> tuple[CopyCandidate, ...]:
        since = stories.day_of(self.article.first_seen_at - self.settings.copy_window)
        return self.desk.copy_candidates(self.article, since_day=since)

    def _as_copy(self, verdict: Copy, candidates: tuple[CopyCandidate, ...], former: StoryState | None) -> Placement:
        story_id = next(each.story_id for each in candidates if each.group == verdict.of)
        merged: tuple[int, ...] = ()
        if former is not None and former.id != story_id:
            story_id, merged = self._reconciled(former, story_id)
        self.desk.touch(story_id, at=story_time(self.article))
        return Placement(story_id, False, verdict.reason, copy_of=verdict.of, copy_score=verdict.score, merged=merged)

    def _reconciled(self, former: StoryState, found: int) -> tuple[int, tuple[int, ...]]:
        """A story of one article becomes part of the one that the article turned out to belong to; others stay."""
        if former.members > 1 or found in former.apart:
            return former.id, ()
        stories.merge_stories(self.connection, into=found, other=former.id, now=self.now)
        return found, (former.id,)

    def _as_original(
        self, verdict: Series | Original, candidates: tuple[CopyCandidate, ...], former: StoryState | None
    ) -> Placement:
        kin = verdict.kin if isinstance(verdict, Original) else None
        series = verdict.like if isinstance(verdict, Series) else None
        story_of = {each.article_id: each.story_id for each in candidates}
        vector = self._vector(self.article.prepared)
        near = self._near(vector, {story_of[kin]} if kin is not None else set())
        if former is not None and former.members > 1:
            placement = self._joined(former, vector, near, _UNMOVED, votes=False)
        else:
            choice = decide_story(
                vector,
                self.article.prepared.words,
                story_time(self.article),
                [state for state in near if former is None or state.id != former.id],
                self.settings.stories,
                kin=story_of[kin] if kin is not None else None,
                series=story_of[series] if series is not None else None,
            )
            placement = self._chosen(choice, vector, near, former)
        return replace(placement, series=series, kin=kin)

    def _chosen(
        self, choice: Join | Open, vector: dict[str, float], near: Sequence[StoryState], former: StoryState | None
    ) -> Placement:
        if isinstance(choice, Join):
            joined = next(state for state in near if state.id == choice.story)
            merged = self._reconciled(former, joined.id)[1] if former is not None else ()
            placement = self._joined(joined, vector, near, choice, votes=True)
            return replace(placement, merged=(*merged, *placement.merged))
        if former is not None:
            self._grow(replace(former, members=0, centroid={}), vector)
            story_id = former.id
        else:
            story_id = self._opened(vector)
        linked = self._linked(story_id, 1)
        return Placement(story_id, former is None, choice.reason, choice.score, linked=linked)

    def _joined(
        self, joined: StoryState, vector: dict[str, float], near: Sequence[StoryState], choice: Join, *, votes: bool
    ) -> Placement:
        if votes:
            self._grow(joined, vector)
        merge = decide_merge(joined, vector, self.article.prepared.words, near, self.settings.stories)
        story_id = joined.id
        merged: tuple[int, ...] = ()
        if merge is not None:
            self._merge(merge.into, merge.other)
            story_id, merged = merge.into, (merge.other,)
        linked = self._linked(story_id, joined.members + 1)
        return Placement(story_id, False, choice.reason, choice.score, linked=linked, merged=merged)

    def _merge(self, into: int, other: int) -> None:
        stories.merge_stories(self.connection, into=into, other=other, now=self.now)
        reindex(self.connection, into, self.article.prepared.language)

    def _near(self, vector: dict[str, float], sure: set[int]) -> tuple[StoryState, ...]:
        since = stories.day_of(story_time(self.article) - self.settings.stories.quiet)
        language = self.article.prepared.language
        terms = [term_hash(language, term) for term in search_terms(vector)]
        found = self.desk.near_stories(terms, since_day=since)
        return (*found, *self.desk.states(sure - {state.id for state in found}))

    def _opened(self, vector: dict[str, float]) -> int:
        at, centroid = story_time(self.article), grown({}, 0, vector)
        story_id = self.desk.open(self.article, at=at, centroid=centroid)
        self._index(story_id, centroid, at, new=True)
        return story_id

    def _grow(self, state: StoryState, vector: dict[str, float]) -> None:
        centroid = grown(state.centroid, state.members, vector)
        self.votes = state.members + 1
        at = max(state.last_at, story_time(self.article))
        self.desk.grow(replace(state, centroid=centroid, members=state.members + 1, last_at=at))
        moved = stories.day_of(at) != stories.day_of(state.last_at)
        if moved or state.members < 2 or differs(centroid, state.centroid):
            self._index(state.id, centroid, at)

    def _index(self, story_id: int, centroid: dict[str, float], at: datetime, *, new: bool = False) -> None:
        prepared = self.article.prepared
        keys = frozenset(key_hash(key) for key in prepared.keys)
        terms, day = hashed(prepared.language, centroid), stories.day_of(at)
        self.desk.index(StoryIndex(story_id, prepared.language, terms, keys, day, new))

    def _linked(self, story_id: int, members: int) -> tuple[int, ...]:
        """The stories in other languages; looked for while the story is young."""
        prepared = self.article.prepared
        if members > self.settings.link_members or not prepared.keys:
            return ()
        since = stories.day_of(story_time(self.article) - self.settings.stories.quiet)
        keys = {key_hash(key): key for key in prepared.keys}
        holders = self.desk.holders(list(keys), language=prepared.language, since_day=since)
        if not holders:
            return ()
        connection = self.desk.connection
        spoken = languages_of(connection, {story for ids in holders.values() for story in ids})
        found = decide_links(link_candidates({keys[key]: ids for key, ids in holders.items()}, spoken))
        for link in found:
            link_stories(connection, story_id, link.story, score=link.score, verdict=ALSO_IN, now=self.now)
        return tuple(link.story for link in found)

    def split(self, placement: Placement) -> Placement:
        """The placement after a look at whether its story has become two; when all are placed."""
        state = next(iter(self.desk.states([placement.story_id])), None) if is_due(self.votes) else None
        if state is None or state.by_hand:
            return placement
        connection = self.connection
        members = [
            Member(each.article_id, each.prepared.words, self._vector(each.prepared))
            for each in stories.voters(connection, state.id)
        ]
        found = decide_split(members)
        if found is None:
            return placement
        new = split_story(connection, state, found, now=self.now)
        moved = self.article.id in found.leaving
        return replace(placement, story_id=new if moved else placement.story_id, split_off=new)

    def _vector(self, prepared: Prepared) -> dict[str, float]:
        return weighted(prepared.terms, self.rarity)

    @cached_property
    def rarity(self) -> Rarity:
        """How rare the terms of the article's language are."""
        return self.desk.learnt(self.article.prepared.language).rarity or no_rarity()

    def _learn(self) -> None:
        """Now and then, let the rarity of terms learn from what came in since."""
        language = self.article.prepared.language
        known = self.desk.learnt(language)
        if known.waiting < lesson_every(self.rarity.documents):
            return
        connection = self.connection
        rows = stories.unlearnt(connection, language, known.upto)
        current = learnt(self.rarity, [row.terms for row in rows])
        stories.save_rarity(connection, language, current, rows[-1].id)


_UNMOVED = Join(0, 1.0, Reason("placed", "it was in this story before its text changed"))


def hashed(language: str, centroid: Mapping[str, float]) -> dict[int, float]:
    """The hashed terms under which a story of a language is found, with their weights."""
    return {term_hash(language, term): weight for term, weight in index_terms(centroid).items()}


def reindex(connection: sa.Connection, story_id: int, language: str) -> None:
    """Let a story be found by the centroid that it has now."""
    state = stories.story_states(connection, [story_id])[0]
    terms, day = hashed(language, state.centroid), stories.day_of(state.last_at)
    stories.index_stories(connection, [StoryIndex(story_id, language, terms, frozenset(), day)])


def split_story(connection: sa.Connection, state: StoryState, found: Split, *, now: datetime) -> int:
    """Give the leaving articles, with their copies, a story of their own.  Returns its id."""
    members = state.members - len(found.leaving)
    language = stories.language_of(connection, state.id)
    new = stories.split_story(connection, state.id, found.leaving, centroid=found.leaving_centre, now=now)
    stories.grow_story(
        connection, state.id, centroid=found.staying_centre, members=max(1, members), last_at=state.last_at
    )
    for story_id in (state.id, new):
        reindex(connection, story_id, language)
    return new


def split_by_hand(connection: sa.Connection, story_id: int, leaving: Sequence[int], *, now: datetime) -> int:
    """A person says that these articles are about something else: a story of their own, never merged again by itself.

    Returns the new story's id.  Articles that are not in the story are ignored; `ValueError` when none or all would go.
    """
    state = stories.story_states(connection, [story_id])[0]
    members = stories.voters(connection, story_id)
    rarity = stories.Rarities().load(connection, stories.language_of(connection, story_id)).rarity or no_rarity()
    vectors = {each.article_id: weighted(each.prepared.terms, rarity) for each in members}
    going = tuple(article_id for article_id in stories.articles_of(connection, story_id) if article_id in set(leaving))
    if not going or len(going) == len(stories.articles_of(connection, story_id)):
        raise ValueError("a split needs articles that leave and articles that stay")
    found = Split(
        going,
        centre([vector for article_id, vector in vectors.items() if article_id not in going]),
        centre([vector for article_id, vector in vectors.items() if article_id in going]),
        Reason("by-hand", "split by a person"),
    )
    return split_story(connection, state, found, now=now)


def merge_by_hand(connection: sa.Connection, into: int, other: int, *, now: datetime) -> None:
    """A person says that two stories are one: they are, and are never split again by themselves."""
    stories.merge_stories(connection, into=into, other=other, now=now, by_hand=True)
    reindex(connection, into, stories.language_of(connection, into))
