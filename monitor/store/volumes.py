"""How much there is of something in a time: for sparklines and charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from monitor.store import tables as t

Counts = dict[str, dict[int, int]]
"""By label, then by the number of the stretch of time."""


def matches_per(connection: sa.Connection, starts: Sequence[datetime], *, rule_id: str | None = None) -> Counts:
    """Articles on which each rule fired, from each of several instants to the next one."""
    m = t.match.c
    number = _stretch(m.created_at, starts)
    statement = (
        sa.select(m.rule_id, number, sa.func.count(sa.distinct(m.article_id)))
        .where(m.created_at >= starts[0], m.fired.is_(True))
        .group_by(m.rule_id, number)
    )
    # Naming the rules lets each be read by its index, from the first instant on.
    known = [rule_id] if rule_id is not None else list(connection.execute(sa.select(t.rule_state.c.rule_id)).scalars())
    statement = statement.where(m.rule_id.in_(known))
    return _counts(connection, statement)


def sightings_per(connection: sa.Connection, starts: Sequence[datetime]) -> Counts:
    """Articles that each source showed, from each of several instants to the next one."""
    g = t.sighting.c
    number = _stretch(g.seen_at, starts)
    statement = (
        sa.select(g.source_id, number, sa.func.count())
        .where(g.article_id >= first_article(connection, starts[0]), g.seen_at >= starts[0])
        .group_by(g.source_id, number)
    )
    return _counts(connection, statement)


def first_article(connection: sa.Connection, since: datetime) -> int:
    """The first article that came since then: ids grow with time, so sightings of a time are a range of the key.

    What an article of before was seen in meanwhile is left out.
    """
    a = t.article.c
    found = connection.execute(
        sa.select(a.id).where(a.first_seen_at >= since).order_by(a.first_seen_at, a.id).limit(1)
    ).scalar()
    return found if found is not None else 2**62


def latencies(connection: sa.Connection, since: datetime, *, limit: int = 5000) -> list[float]:
    """Seconds from an alert to its being sent, of the latest deliveries, sorted."""
    d = t.delivery.c
    statement = (
        sa.select(t.alert.c.created_at, d.sent_at)
        .select_from(t.delivery.join(t.alert, t.alert.c.id == d.alert_id))
        .where(d.sent_at.is_not(None), d.created_at >= since)
        .order_by(d.id.desc())
        .limit(limit)
    )
    return sorted(max(0.0, (sent - made).total_seconds()) for made, sent in connection.execute(statement))


def _stretch(column: sa.ColumnElement[datetime], starts: Sequence[datetime]) -> sa.ColumnElement[int]:
    """The number of the last of two or more instants before the column's: no day is as long as all others."""
    return sa.case(*((column < start, number) for number, start in enumerate(starts[1:])), else_=len(starts) - 1)


def _counts(connection: sa.Connection, statement: sa.Select[str, int, int]) -> Counts:
    found: Counts = {}
    for label, number, count in connection.execute(statement):
        found.setdefault(label, {})[int(number)] = int(count)
    return found
