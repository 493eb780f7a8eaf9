"""Figures about the whole: what `status`, metrics and pages show at a glance."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.model.alert import AlertKind
from monitor.store import subscriptions, timers
from monitor.store import tables as t
from monitor.store.alerts import instant_from_json
from monitor.store.canary import canary_state

OPS = AlertKind.OPS.value
"""What the monitor says about itself is no alert of a rule."""

STUCK = ("retry", "dead")


def overview(connection: sa.Connection, now: datetime) -> dict[str, Any]:
    """Counts of articles, alerts and deliveries, and the deliveries that are stuck (ten, newest first)."""
    day = now - timedelta(days=1)
    a, d = t.article.c, t.delivery.c
    stuck = (
        sa.select(d.alert_id, d.channel, d.state, d.attempts, d.last_error, d.due_at)
        .where(d.state.in_(STUCK))
        .order_by(d.id.desc())
        .limit(10)
    )
    canary = canary_state(connection)
    return {
        "articles": connection.execute(sa.select(sa.func.count()).select_from(t.article)).scalar_one(),
        "articles_24h": connection.execute(
            sa.select(sa.func.count()).select_from(t.article).where(a.first_seen_at >= day)
        ).scalar_one(),
        "newest_at": connection.execute(sa.select(sa.func.max(a.first_seen_at))).scalar(),
        "alerts_24h": count_by(
            connection, t.alert.c.state, sa.and_(t.alert.c.created_at >= day, t.alert.c.kind != OPS)
        ),
        "deliveries": count_by(connection, d.state, sa.true()),
        "canary": asdict(canary) if canary else None,
        "offline_since": offline_since(connection),
        "hubs": subscriptions.count_states(connection),
        "stuck": [dict(row) for row in connection.execute(stuck).mappings()],
        "waiting_texts": connection.execute(
            sa.select(sa.func.count()).select_from(t.article).where(a.due_at.is_not(None))
        ).scalar_one(),
    }


def offline_since(connection: sa.Connection) -> datetime | None:
    """Since when nothing can be reached from here, as far as has been noticed; None while something can."""
    return instant_from_json(timers.facts_of(connection, "watch", "").get("offline_since"))


def count_by(connection: sa.Connection, column: sa.ColumnElement[Any], where: sa.ColumnElement[bool]) -> dict[str, int]:
    """How many rows have each value of a column, where a condition holds."""
    rows = connection.execute(sa.select(column, sa.func.count()).where(where).group_by(column))
    return {str(state): int(number) for state, number in rows}
