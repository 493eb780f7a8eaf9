"""Sources as pages show them: without counting all they ever brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.model.source import PollMemory
from monitor.store import tables as t
from monitor.store.memory import memory_from_json
from monitor.store.volumes import first_article

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A configured source; `brought_24h` counts articles that it has shown in the last day.

    `memory`, what polling has learnt, is there when one source was asked for.
    """

    id: str
    name: str
    kind: str
    url: str
    tags: tuple[str, ...]
    health: str
    reason: str
    paused: bool
    last_polled_at: datetime | None
    next_poll_at: datetime | None
    memory: PollMemory | None
    choice: Row | None
    brought_24h: int = 0


def source_lines(
    connection: sa.Connection,
    now: datetime,
    *,
    source_id: str | None = None,
    named: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[SourceLine]:
    """Configured sources, the sick ones first, then by name; those with `named` in name, id or address, or one id's.

    The order changes with the sources' health, so pages of it are counted off rather than begun behind a key.
    """
    s = t.source.c
    sick = sa.case((s.health.in_(("ok", "new")), 1), else_=0)
    columns = [c for c in t.source.columns if c.name != "memory" or source_id is not None]
    statement = sa.select(*columns).where(s.configured).order_by(sick, sa.func.lower(s.name), s.id)
    if source_id is not None:
        statement = statement.where(s.id == source_id)
    if named:
        columns_searched = (sa.func.lower(s.name), s.id, sa.func.lower(s.url))
        statement = statement.where(sa.or_(*(c.contains(named.lower(), autoescape=True) for c in columns_searched)))
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    rows = connection.execute(statement).mappings().all()
    brought = _brought(connection, now - timedelta(days=1), source_id)
    return [_line(row, brought.get(row["id"], 0)) for row in rows]


def last_polls(connection: sa.Connection, source_id: str, *, limit: int = 20) -> list[Row]:
    """The polls of a source that brought something or failed, the latest first."""
    p = t.poll.c
    statement = (
        sa.select(t.poll)
        .where(p.source_id == source_id, p.outcome != "unchanged")
        .order_by(p.started_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def _brought(connection: sa.Connection, since: datetime, source_id: str | None) -> dict[str, int]:
    g = t.sighting.c
    statement = sa.select(g.source_id, sa.func.count()).where(g.seen_at >= since).group_by(g.source_id)
    if source_id is not None:
        statement = statement.where(g.source_id == source_id)
    else:
        statement = statement.where(g.article_id >= first_article(connection, since))
    return {name: int(number) for name, number in connection.execute(statement)}


def _line(row: sa.RowMapping, brought: int) -> SourceLine:
    return SourceLine(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        url=row["url"],
        tags=tuple(row["tags"] or ()),
        health=row["health"],
        reason=row["reason"] or "",
        paused=bool(row["paused"]),
        last_polled_at=row["last_polled_at"],
        next_poll_at=row["due_at"],
        memory=memory_from_json(row["memory"]) if "memory" in row else None,
        choice=row["choice"],
        brought_24h=brought,
    )
