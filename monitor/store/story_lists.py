"""Stories as commands and pages show them: lists, the timeline of one, and its relatives in other languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.articles import linked_stories

Row = dict[str, Any]


def list_stories(connection: sa.Connection, *, limit: int = 50, since: datetime | None = None) -> list[Row]:
    """Stories, the one with the newest article first: `id title articles sources first_seen_at last_seen_at`."""
    statement = _stories().order_by(sa.text("last_seen_at DESC"), t.story.c.id.desc()).limit(limit)
    if since is not None:
        statement = statement.where(t.story.c.last_at >= since)
    return [dict(row) for row in connection.execute(statement).mappings()]


def show_story(connection: sa.Connection, story_id: int) -> Row | None:
    """One story with its timeline (who had it first, how it spread, copies, revisions) and its other languages.

    A story that was merged into another shows that one.
    """
    target = connection.execute(sa.select(t.story.c.merged_into).where(t.story.c.id == story_id)).scalar()
    row = connection.execute(_stories().where(t.story.c.id == (target or story_id))).mappings().first()
    if row is None:
        return None
    linked = linked_stories(connection, row["id"])
    others = connection.execute(_stories().where(t.story.c.id.in_(linked))).mappings() if linked else ()
    return dict(row) | {"timeline": _timeline(connection, row["id"]), "also_in": [dict(other) for other in others]}


def _stories() -> sa.Select[Any]:
    a = t.article.c
    spread = (
        sa.select(
            a.story_id,
            sa.func.count(sa.distinct(a.id)).label("articles"),
            sa.func.count(sa.distinct(t.sighting.c.source_id)).label("sources"),
            sa.func.min(a.first_seen_at).label("first_seen_at"),
            sa.func.max(a.first_seen_at).label("last_seen_at"),
        )
        .select_from(t.article.outerjoin(t.sighting, t.sighting.c.article_id == a.id))
        .group_by(a.story_id)
        .subquery("spread")
    )
    s = t.story.c
    return (
        sa.select(
            s.id,
            s.title,
            s.language,
            spread.c.articles,
            spread.c.sources,
            spread.c.first_seen_at,
            spread.c.last_seen_at,
        )
        .select_from(t.story.join(spread, spread.c.story_id == s.id))
        .where(s.merged_into.is_(None))
    )


def _timeline(connection: sa.Connection, story_id: int) -> list[Row]:
    a = t.article.c
    statement = (
        sa.select(a.id, a.title, a.url, a.published_at, a.first_seen_at, a.copy_of, a.copy_score, a.revision)
        .where(a.story_id == story_id)
        .order_by(a.first_seen_at, a.id)
    )
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    shown = _sources(connection, [row["id"] for row in rows])
    return [row | {"sources": shown.get(row["id"], [])} for row in rows]


def _sources(connection: sa.Connection, article_ids: Sequence[int]) -> Mapping[int, list[str]]:
    c = t.sighting.c
    found: dict[int, list[str]] = {}
    statement = sa.select(c.article_id, c.source_id).where(c.article_id.in_(article_ids)).order_by(c.seen_at)
    for article_id, source_id in connection.execute(statement):
        found.setdefault(article_id, []).append(source_id)
    return found
