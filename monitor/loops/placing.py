"""Place an article among copies and stories.

    candidates | decide_copy | decide_story | decide_merge | decide_link    -> story, copy, links, sketch

To be called inside a unit of work locked by `story_lock(language)`; orders things and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.dedup.copies import Copy, CopySettings, Original, Series, decide_copy
from monitor.dedup.languages import decide_link, link_candidates
from monitor.dedup.story import (
    Join,
    Open,
    StorySettings,
    decide_merge,
    decide_story,
    grown,
    index_terms,
    search_terms,
)
from monitor.dedup.vector import key_hash, learnt, next_lesson, no_rarity, term_hash, weighted
from monitor.model.reasons import Reason
from monitor.model.story import CopyCandidate, PlacedArticle, Placement, Rarity, StoryState
from monitor.store import stories

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


def story_lock(language: str | None) -> str:
    """The name under which `store.unit(lock=…)` keeps two workers from opening one story twice."""
    return f"story:{(language or 'und').split('-')[0].lower()}"


def story_time(article: PlacedArticle) -> datetime:
    """The earlier of published and first seen; first seen where the publisher's date cannot be true."""
    published = article.published_at
    if published is None or not EARLIEST <= published <= article.first_seen_at:
        return article.first_seen_at
    return published


def place_article(
    connection: sa.Connection,
    article: PlacedArticle,
    *,
    now: datetime,
    settings: PlacingSettings = PlacingSettings(),
    memory: stories.Rarities | None = None,
) -> Placement:
    """Decide and record what the article copies and which story it belongs to.

    Give the same `memory` to every call of a process: it saves reading half a megabyte each time.  An article that was
    placed before (its page has been read since, or edited) keeps its story and is compared anew.
    """
    return _Placing(connection, article, now, settings, memory or stories.Rarities()).run()


@dataclass
class _Placing:
    """One article on its way through the stage."""

    connection: sa.Connection
    article: PlacedArticle
    now: datetime
    settings: PlacingSettings
    memory: stories.Rarities

    def run(self) -> Placement:
        former = self._former()
        candidates = self._copy_candidates()
        verdict = decide_copy(self.article.prepared, candidates, self.settings.copies)
        if isinstance(verdict, Copy):
            placement = self._as_copy(verdict, candidates, former)
            group = verdict.of
        else:
            placement = self._as_original(verdict, candidates, former)
            group = self.article.id
        self._record(placement, group)
        return placement

    def _former(self) -> StoryState | None:
        """The story that the article was given when it was placed before."""
        story_id = stories.story_of(self.connection, self.article.id)
        return next(iter(stories.story_states(self.connection, [story_id])), None) if story_id else None

    def _copy_candidates(self) -> tuple[CopyCandidate, ...]:
        since = stories.day_of(self.article.first_seen_at - self.settings.copy_window)
        prints = self.article.prepared.fingerprints
        return stories.copy_candidates(self.connection, self.article.id, prints, since_day=since)

    def _as_copy(self, verdict: Copy, candidates: tuple[CopyCandidate, ...], former: StoryState | None) -> Placement:
        story_id = next(each.story_id for each in candidates if each.group == verdict.of)
        merged: tuple[int, ...] = ()
        if former is not None and former.id != story_id:
            story_id, merged = self._reconciled(former, story_id)
        stories.touch_story(self.connection, story_id, at=story_time(self.article))
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
        prepared = self.article.prepared
        vector = weighted(prepared.terms, self._rarity())
        kin = verdict.kin if isinstance(verdict, Original) else None
        series = verdict.like if isinstance(verdict, Series) else None
        story_of = {each.article_id: each.story_id for each in candidates}
        near = self._near(vector, [story_of[each] for each in (kin, series) if each is not None])
        others = [state for state in near if former is None or state.id != former.id]
        choice: Join | Open
        if former is not None and former.members > 1:
            choice = Join(former.id, 1.0, Reason("placed", "it was in this story before its text changed"))
            near = (former, *others)
        else:
            choice = decide_story(
                vector,
                prepared.words,
                story_time(self.article),
                others,
                self.settings.stories,
                kin=story_of.get(kin) if kin is not None else None,
                series=story_of.get(series) if series is not None else None,
            )
        placement = self._told(choice, vector, near, former)
        return replace(placement, series=series, kin=kin)

    def _told(
        self, choice: Join | Open, vector: dict[str, float], near: Sequence[StoryState], former: StoryState | None
    ) -> Placement:
        if isinstance(choice, Open):
            if former is None:
                story_id = self._opened(vector)
            else:
                story_id = former.id
                self._grow(replace(former, members=0), vector)
            linked = self._linked(story_id, 1)
            return Placement(story_id, former is None, choice.reason, choice.score, linked=linked)
        joined = next(state for state in near if state.id == choice.story)
        merged: tuple[int, ...] = ()
        if former is not None and former.id != joined.id:
            _, merged = self._reconciled(former, joined.id)
        if former is None or former.id != joined.id:
            self._grow(joined, vector)
        merge = decide_merge(joined, vector, near, self.settings.stories)
        story_id = joined.id
        if merge is not None:
            stories.merge_stories(self.connection, into=merge.into, other=merge.other, now=self.now)
            story_id, merged = merge.into, (*merged, merge.other)
        linked = self._linked(story_id, joined.members + 1)
        return Placement(story_id, False, choice.reason, choice.score, linked=linked, merged=merged)

    def _near(self, vector: dict[str, float], sure: Sequence[int]) -> tuple[StoryState, ...]:
        since = stories.day_of(story_time(self.article) - self.settings.stories.quiet)
        language = self.article.prepared.language
        terms = [term_hash(language, term) for term in search_terms(vector)]
        found = stories.near_stories(self.connection, terms, since_day=since)
        missing = set(sure) - {state.id for state in found}
        return (*found, *stories.story_states(self.connection, sorted(missing)))

    def _opened(self, vector: dict[str, float]) -> int:
        prepared, at = self.article.prepared, story_time(self.article)
        centroid = grown({}, 0, vector)
        story_id = stories.open_story(
            self.connection, self.article.id, language=prepared.language, title=prepared.title, at=at, centroid=centroid
        )
        self._index(story_id, centroid, at)
        return story_id

    def _grow(self, state: StoryState, vector: dict[str, float]) -> None:
        centroid = grown(state.centroid, state.members, vector)
        at = max(state.last_at, story_time(self.article))
        stories.grow_story(self.connection, state.id, centroid=centroid, members=state.members + 1, last_at=at)
        self._index(state.id, centroid, at)

    def _index(self, story_id: int, centroid: dict[str, float], at: datetime) -> None:
        prepared = self.article.prepared
        terms = {term_hash(prepared.language, term): weight for term, weight in index_terms(centroid).items()}
        stories.index_story(
            self.connection,
            story_id,
            prepared.language,
            {**terms, **{key_hash(key): 0.0 for key in prepared.keys}},
            day=stories.day_of(at),
        )

    def _linked(self, story_id: int, members: int) -> tuple[int, ...]:
        """Stories in other languages; looked for while the story is young."""
        prepared = self.article.prepared
        if members > self.settings.link_members or not prepared.keys:
            return stories.links_of(self.connection, story_id)
        since = stories.day_of(story_time(self.article) - self.settings.stories.quiet)
        keys = {key_hash(key): key for key in prepared.keys}
        holders = stories.stories_by_key(self.connection, list(keys), language=prepared.language, since_day=since)
        found = decide_link(link_candidates({keys[hashed]: ids for hashed, ids in holders.items()}))
        if found is not None:
            stories.link_stories(
                self.connection, story_id, found.story, score=found.score, verdict=stories.ALSO_IN, now=self.now
            )
        return stories.links_of(self.connection, story_id)

    def _rarity(self) -> Rarity:
        """How rare terms are, after learning from what came in since, in small steps."""
        language = self.article.prepared.language
        known, upto = self.memory.load(self.connection, language)
        current = known or no_rarity()
        step = next_lesson(current.documents)
        rows = stories.unlearnt(self.connection, language, upto, limit=step)
        if len(rows) < step:
            return current
        current = learnt(current, [row.facts["terms"] for row in rows])
        stories.save_rarity(self.connection, language, current, rows[-1].id)
        return current

    def _record(self, placement: Placement, group: int) -> None:
        article = self.article
        stories.save_sketch(
            self.connection,
            article.id,
            article.source_id,
            article.prepared,
            day=stories.day_of(article.first_seen_at),
            story_id=placement.story_id,
            copy_group=group,
        )
        stories.place(
            self.connection,
            article.id,
            story_id=placement.story_id,
            copy_of=placement.copy_of,
            copy_score=placement.copy_score,
        )
