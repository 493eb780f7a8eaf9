"""Stories as people read them: lists, and the timeline of one (who had it first, how it spread, revisions)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.story import Story
from monitor.store.story_links import ALSO_IN
from monitor.store.tables import UtcTime, article, revision, sighting, story, story_link


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline; `kind` is article, copy, sighting or revision, `note` a score or a reason."""

    at: datetime
    kind: str
    article_id: int
    title: str
    source_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story, its timeline, oldest first, and what it is to other stories: number, verdict, score."""

    story: Story
    moments: tuple[Moment, ...]
    links: tuple[tuple[int, str, float], ...]


def list_stories(
    connection: sa.Connection, *, since: datetime | None = None, language: str | None = None, limit: int = 50
) -> tuple[Story, ...]:
    """Stories (with an article since then), the latest first; those merged into others are left out."""
    query = _COUNTED.where(story.c.merged_into.is_(None))
    if since is not None:
        query = query.where(story.c.last_at >= since)
    if language is not None:
        query = query.where(story.c.language == language)
    query = query.order_by(story.c.last_at.desc(), story.c.id.desc()).limit(limit)
    return tuple(Story(*row) for row in connection.execute(query))


def current_story(connection: sa.Connection, story_id: int) -> int | None:
    """The story that a number stands for now: itself, or the one that it was merged into; None when unknown."""
    row = connection.execute(sa.select(story.c.merged_into).where(story.c.id == story_id)).one_or_none()
    return None if row is None else row.merged_into or story_id


def show_story(connection: sa.Connection, story_id: int) -> StoryPage | None:
    """A story with everything that happened in it, or None; an old number leads to the story it was merged into."""
    current = current_story(connection, story_id)
    if current is None:
        return None
    found = Story(*connection.execute(_COUNTED.where(story.c.id == current)).one())
    moments = [*_arrivals(connection, current), *_sightings(connection, current), *_revisions(connection, current)]
    moments.sort(key=lambda moment: (moment.at, moment.article_id, moment.kind))
    pairs = connection.execute(
        sa.select(story_link).where((story_link.c.a == current) | (story_link.c.b == current))
    ).all()
    links = tuple((row.b if row.a == current else row.a, row.verdict, row.score) for row in pairs)
    return StoryPage(found, tuple(moments), links)


def linked_stories(connection: sa.Connection, page: StoryPage) -> tuple[Story, ...]:
    """The stories that tell the same in other languages."""
    numbers = [number for number, verdict, _ in page.links if verdict == ALSO_IN]
    query = _COUNTED.where(story.c.id.in_(numbers), story.c.merged_into.is_(None)).order_by(story.c.id)
    return tuple(Story(*row) for row in connection.execute(query))


_ARTICLES = sa.select(sa.func.count()).where(article.c.story_id == story.c.id).scalar_subquery()
_SOURCES = (
    sa.select(sa.func.count(sighting.c.source_id.distinct()))
    .join_from(sighting, article, article.c.id == sighting.c.article_id)
    .where(article.c.story_id == story.c.id)
    .scalar_subquery()
)


def _seen(which: Callable[..., sa.Function[Any]]) -> sa.ScalarSelect[Any]:
    """The first or the last time that an article of a story was first seen."""
    at = which(article.c.first_seen_at, type_=UtcTime)
    return sa.select(at).where(article.c.story_id == story.c.id).scalar_subquery()


_COUNTED = sa.select(
    story.c.id,
    story.c.language,
    story.c.title,
    story.c.opened_at,
    story.c.last_at,
    _ARTICLES,
    _SOURCES,
    _seen(sa.func.min),
    _seen(sa.func.max),
)


_ARRIVAL = (article.c.id, article.c.first_seen_at, article.c.first_source_id, article.c.copy_of, article.c.copy_score)


def _arrivals(connection: sa.Connection, story_id: int) -> list[Moment]:
    # Under the headline of that time: edits have lines of their own.
    first = sa.and_(revision.c.article_id == article.c.id, revision.c.number == 1)
    columns = (*_ARRIVAL, sa.func.coalesce(revision.c.title, article.c.title).label("headline"))
    found = sa.select(*columns).join_from(article, revision, first, isouter=True).where(article.c.story_id == story_id)
    return [
        Moment(
            row.first_seen_at,
            "article" if row.copy_of is None else "copy",
            row.id,
            row.headline,
            row.first_source_id,
            "" if row.copy_of is None else f"copy of {row.copy_of} ({row.copy_score:.2f})",
        )
        for row in connection.execute(found)
    ]


def _sightings(connection: sa.Connection, story_id: int) -> list[Moment]:
    query = (
        sa.select(sighting, article.c.title)
        .join_from(sighting, article, article.c.id == sighting.c.article_id)
        .where(article.c.story_id == story_id, sighting.c.source_id != article.c.first_source_id)
    )
    return [
        Moment(row.seen_at, "sighting", row.article_id, row.title, row.source_id) for row in connection.execute(query)
    ]


def _revisions(connection: sa.Connection, story_id: int) -> list[Moment]:
    query = (
        sa.select(revision)
        .join_from(revision, article, article.c.id == revision.c.article_id)
        .where(article.c.story_id == story_id, revision.c.number > 1)
    )
    return [
        Moment(row.created_at, "revision", row.article_id, row.title, note=row.reason)
        for row in connection.execute(query)
    ]
