"""Place articles among copies and stories.

    candidates | decide_copy | decide_story | decide_merge | decide_links  -> story, copy, links, sketch

To be called inside a unit of work locked by `STORY_LOCK`; orders things and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.dedup.copies import Copy, CopySettings, Original, Series, decide_copy
from monitor.dedup.languages import decide_links, link_candidates
from monitor.dedup.split import Member, decide_split, is_due
from monitor.dedup.story import (
    Join,
    Open,
    StorySettings,
    decide_merge,
    decide_story,
    differs,
    grown,
    index_terms,
    opening,
    search_terms,
)
from monitor.dedup.vector import key_hash, learnt, lesson_every, no_rarity, weighted
from monitor.loops.regroup import hashed, merge_stories, split_story
from monitor.model.story import NO_TERMS, STAYED, CopyCandidate, PlacedArticle, Placement, Rarity, StoryState, Vector
from monitor.store import rarities, sketches, stories
from monitor.store.desk import Desk, Enquiry
from monitor.store.rarities import Learnt, Rarities
from monitor.store.story_index import StoryIndex
from monitor.store.story_links import ALSO_IN, link_stories

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
    memory: Rarities | None = None,
) -> list[Placement]:
    """Decide and record, one after the other, what articles copy and which stories they belong to.

    Give the same `memory` to every call of a process: it saves reading half a megabyte each time.  An article that was
    placed before (its page has been read since, or edited) keeps its story and is compared anew.  A story may be merged
    or split by a later article of the same call: `store.articles.story_ids` has the last word.
    """
    memory = memory or Rarities()
    placed: list[tuple[_Placing, Placement]] = []
    for lesson in _lessons(connection, articles, memory):
        placed += _place(connection, lesson, now, settings)
        _learn(connection, lesson)
    splitting = _Splitting(connection, now, memory)
    return [splitting.after(placing, placement) for placing, placement in placed]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Articles that are placed with what is known of their languages' terms now; then there may be something to learn.

    `room`: how many more articles of each language before there is.
    """

    articles: list[PlacedArticle] = field(default_factory=list)
    known: dict[str, Learnt] = field(default_factory=dict)
    room: dict[str, int] = field(default_factory=dict)

    def rarity(self, language: str) -> Rarity:
        return self.known[language].rarity or no_rarity()


def _lessons(connection: sa.Connection, articles: Sequence[PlacedArticle], memory: Rarities) -> Iterator[_Lesson]:
    """The articles in order, cut where the rarity of a language's terms has something to learn."""
    lesson = _Lesson()
    for article in articles:
        language = article.prepared.language
        if language not in lesson.known:
            lesson.known[language] = memory.load(connection, language)
            due = lesson_every(lesson.rarity(language).documents)
            lesson.room[language] = due - lesson.known[language].waiting
        lesson.articles.append(article)
        lesson.room[language] -= 1
        if lesson.room[language] <= 0:
            yield lesson
            lesson = _Lesson()
    if lesson.articles:
        yield lesson


def _learn(connection: sa.Connection, lesson: _Lesson) -> None:
    """Where enough came in, let the rarity of a language's terms learn from it."""
    for language, room in lesson.room.items():
        if room <= 0:
            found = rarities.unlearnt(connection, language, lesson.known[language].upto)
            current = learnt(lesson.rarity(language), [terms for _, terms in found])
            rarities.save_rarity(connection, language, current, found[-1][0])


def _place(
    connection: sa.Connection, lesson: _Lesson, now: datetime, settings: PlacingSettings
) -> list[tuple[_Placing, Placement]]:
    vectors = [
        weighted(article.prepared.terms, lesson.rarity(article.prepared.language)) for article in lesson.articles
    ]
    enquiries = [_enquiry(article, vector, settings) for article, vector in zip(lesson.articles, vectors, strict=True)]
    desk = Desk(connection, enquiries)
    placings = [_Placing(desk, *about, now, settings) for about in zip(enquiries, vectors, strict=True)]
    placed = [(each, each.run()) for each in placings]
    desk.put_away()
    return placed


def _enquiry(article: PlacedArticle, vector: Vector, settings: PlacingSettings) -> Enquiry:
    prepared = article.prepared
    return Enquiry(
        article=article,
        terms=hashed(prepared.language, search_terms(vector)),
        keys=tuple(key_hash(key) for key in prepared.keys),
        copies_since=sketches.day_of(article.first_seen_at - settings.copy_window),
        stories_since=sketches.day_of(story_time(article) - settings.stories.quiet),
    )


@dataclass
class _Placing:
    """One article on its way through the stage."""

    desk: Desk
    enquiry: Enquiry
    vector: Vector
    now: datetime
    settings: PlacingSettings
    votes: int = 0
    """The votes of the story that the article voted in."""

    @property
    def article(self) -> PlacedArticle:
        return self.enquiry.article

    def run(self) -> Placement:
        former = self.desk.story_of(self.article.id)
        candidates = self.desk.copy_candidates(self.enquiry)
        verdict = decide_copy(self.article.prepared, candidates, self.settings.copies)
        if isinstance(verdict, Copy):
            placement = self._as_copy(verdict, candidates, former)
        else:
            placement = self._as_original(verdict, candidates, former)
        self.desk.record(self.article, placement)
        return placement

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
        self._merge(found, former.id)
        return found, (former.id,)

    def _as_original(
        self, verdict: Series | Original, candidates: tuple[CopyCandidate, ...], former: StoryState | None
    ) -> Placement:
        kin = verdict.kin if isinstance(verdict, Original) else None
        series = verdict.like if isinstance(verdict, Series) else None
        story_of = {each.article_id: each.story_id for each in candidates}
        near = self._near({story_of[kin]} if kin is not None else set())
        if former is not None and former.members > 1:
            return self._joined(former, near, _UNMOVED, votes=False)
        choice = decide_story(
            self.vector,
            self.article.prepared.words,
            story_time(self.article),
            [state for state in near if former is None or _may_hold(state, former)],
            self.settings.stories,
            title=self.article.prepared.title,
            language=self.article.prepared.language,
            kin=story_of[kin] if kin is not None else None,
            series=story_of[series] if series is not None else None,
        )
        return self._chosen(choice, near, former)

    def _near(self, sure: set[int]) -> tuple[StoryState, ...]:
        found = self.desk.near_stories(self.enquiry)
        return (*found, *self.desk.states(sure - {state.id for state in found}))

    def _chosen(self, choice: Join | Open, near: Sequence[StoryState], former: StoryState | None) -> Placement:
        if isinstance(choice, Join):
            joined = next(state for state in near if state.id == choice.story)
            merged = self._reconciled(former, joined.id)[1] if former is not None else ()
            placement = self._joined(joined, near, choice, votes=True)
            return replace(placement, merged=(*merged, *placement.merged))
        if former is not None:
            self._grow(replace(former, members=0, centroid=NO_TERMS))
            story_id = former.id
        else:
            story_id = self._opened()
        linked = self._linked(story_id, 1)
        return Placement(story_id, former is None, choice.reason, linked=linked)

    def _joined(self, joined: StoryState, near: Sequence[StoryState], choice: Join, *, votes: bool) -> Placement:
        if votes:
            self._grow(joined)
        prepared = self.article.prepared
        merge = decide_merge(
            joined, self.vector, prepared.words, near, self.settings.stories, language=prepared.language
        )
        story_id = joined.id
        merged: tuple[int, ...] = ()
        if merge is not None:
            self._merge(merge.into, merge.other)
            story_id, merged = merge.into, (merge.other,)
        linked = self._linked(story_id, joined.members + 1)
        return Placement(story_id, False, choice.reason, linked=linked, merged=merged)

    def _merge(self, into: int, other: int) -> None:
        self.desk.put_away()
        merge_stories(self.desk.connection, into=into, other=other, now=self.now)

    def _opened(self) -> int:
        at, centroid = story_time(self.article), opening(self.vector)
        story_id = self.desk.open(self.article, at=at, centroid=centroid)
        self._index(story_id, centroid, at, new=True)
        return story_id

    def _grow(self, state: StoryState) -> None:
        centroid = grown(state.centroid, state.members, self.vector)
        self.votes = state.members + 1
        at = max(state.last_at, story_time(self.article))
        self.desk.grow(replace(state, centroid=centroid, members=state.members + 1, last_at=at))
        moved = sketches.day_of(at) != sketches.day_of(state.last_at)
        if moved or state.members < 2 or differs(centroid, state.centroid):
            self._index(state.id, centroid, at)

    def _index(self, story_id: int, centroid: Vector, at: datetime, *, new: bool = False) -> None:
        language = self.article.prepared.language
        terms, day = hashed(language, index_terms(centroid)), sketches.day_of(at)
        self.desk.index(StoryIndex(story_id, language, terms, frozenset(self.enquiry.keys), day, new))

    def _linked(self, story_id: int, members: int) -> tuple[int, ...]:
        """The stories in other languages; looked for while the story is young."""
        if members > self.settings.link_members:
            return ()
        names = dict(zip(self.enquiry.keys, self.article.prepared.keys, strict=True))
        shared: dict[str, set[int]] = {}
        spoken: dict[int, str] = {}
        for holder in self.desk.holders(self.enquiry):
            shared.setdefault(names[holder.key], set()).add(holder.story_id)
            spoken[holder.story_id] = holder.language
        found = decide_links(link_candidates(shared, spoken))
        for link in found:
            connection = self.desk.connection
            link_stories(connection, story_id, link.story, score=link.score, verdict=ALSO_IN, now=self.now)
        return tuple(link.story for link in found)


def _may_hold(story: StoryState, former: StoryState) -> bool:
    """Whether an article may leave its former story for this one: not if they were split, by a person above all."""
    return story.id != former.id and story.id not in former.apart and former.id not in story.apart


_UNMOVED = Join(0, 1.0, STAYED)


class _Splitting:
    """The look at stories that have grown, when all articles are placed."""

    def __init__(self, connection: sa.Connection, now: datetime, memory: Rarities) -> None:
        self.connection = connection
        self.now = now
        self.memory = memory

    def after(self, placing: _Placing, placement: Placement) -> Placement:
        """The placement after a look at whether its story has become two."""
        if not is_due(placing.votes):
            return placement
        state = next(iter(stories.story_states(self.connection, [placement.story_id])), None)
        if state is None or state.by_hand:
            return placement
        rarity = self._rarity(placing.article.prepared.language)
        voters = sketches.voters(self.connection, state.id)
        found = decide_split([Member(each.article_id, each.words, weighted(each.terms, rarity)) for each in voters])
        if found is None:
            return placement
        new = split_story(self.connection, state, found, now=self.now)
        moved = placing.article.id in found.leaving
        return replace(placement, story_id=new) if moved else placement

    def _rarity(self, language: str) -> Rarity:
        return self.memory.load(self.connection, language).rarity or no_rarity()
