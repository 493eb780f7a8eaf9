"""How much there is of something in a time: for sparklines and charts."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.tables import EPOCH

Counts = dict[str, dict[int, int]]
"""By label, then by the number of the bucket, counted from the start."""


def matches_per(connection: sa.Connection, since: datetime, bucket: timedelta, *, rule_id: str | None = None) -> Counts:
    """Articles on which each rule fired."""
    m = t.match.c
    number = _bucket(connection, m.created_at, since, bucket)
    statement = (
        sa.select(m.rule_id, number, sa.func.count(sa.distinct(m.article_id)))
        .where(m.created_at >= since, m.fired.is_(True))
        .group_by(m.rule_id, number)
    )
    # Naming the rules lets each be read by its index, from `since` on.
    known = [rule_id] if rule_id is not None else list(connection.execute(sa.select(t.rule_state.c.rule_id)).scalars())
    statement = statement.where(m.rule_id.in_(known))
    return _counts(connection, statement)


def sightings_per(connection: sa.Connection, since: datetime, bucket: timedelta) -> Counts:
    """Articles that each source showed."""
    g = t.sighting.c
    number = _bucket(connection, g.seen_at, since, bucket)
    statement = (
        sa.select(g.source_id, number, sa.func.count())
        .where(g.article_id >= first_article(connection, since), g.seen_at >= since)
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


def _bucket(
    connection: sa.Connection, column: sa.ColumnElement[datetime], since: datetime, bucket: timedelta
) -> sa.ColumnElement[int]:
    width = int(bucket.total_seconds())
    if connection.dialect.name == "postgresql":
        elapsed = sa.func.extract("epoch", column) - since.timestamp()
        return sa.cast(sa.func.floor(elapsed / width), sa.Integer)
    start = (since - EPOCH) // timedelta(microseconds=1)
    return sa.cast((sa.type_coerce(column, sa.BigInteger) - start) / (width * 1_000_000), sa.Integer)


def _counts(connection: sa.Connection, statement: sa.Select[str, int, int]) -> Counts:
    found: Counts = {}
    for label, number, count in connection.execute(statement):
        found.setdefault(label, {})[int(number)] = int(count)
    return found
