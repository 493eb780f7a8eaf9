"""Figures for probes and metrics: each by an index, none by counting everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.canary import CanaryState, canary_state
from monitor.store.overview import OPS, count_by, offline_since
from monitor.store.presence import living
from monitor.store.subscriptions import count_pushes, count_states

ON_THEIR_WAY = ("pending", "sending", "retry")
OPEN = (*ON_THEIR_WAY, "dead")
"""Those that have not arrived, and which somebody may still have to see to."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How the monitor is doing; counts by their label."""

    articles_24h: int
    newest_at: datetime | None
    sources: Mapping[str, int]
    alerts_24h: Mapping[str, int]
    deliveries: Mapping[str, int]
    waiting_since: datetime | None
    rules: Mapping[str, int]
    workers: int
    subscriptions: Mapping[str, int] = field(default_factory=dict)
    pushes: Mapping[str, int] = field(default_factory=dict)
    canary: CanaryState | None = None
    offline: bool = False


def figures_now(connection: sa.Connection, now: datetime) -> Figures:
    """All of them."""
    a, d, s = t.article.c, t.delivery.c, t.source.c
    day = now - timedelta(days=1)
    recent = sa.select(sa.func.count()).select_from(t.article).where(a.first_seen_at >= day)
    waiting = d.state.in_(ON_THEIR_WAY)
    return Figures(
        articles_24h=int(connection.execute(recent).scalar_one()),
        newest_at=connection.execute(sa.select(sa.func.max(a.first_seen_at, type_=t.UtcTime))).scalar(),
        sources=count_by(connection, s.health, s.configured),
        alerts_24h=count_by(connection, t.alert.c.state, sa.and_(t.alert.c.created_at >= day, t.alert.c.kind != OPS)),
        deliveries=count_by(connection, d.state, d.state.in_(OPEN)),
        waiting_since=connection.execute(sa.select(sa.func.min(d.created_at, type_=t.UtcTime)).where(waiting)).scalar(),
        rules=count_by(connection, t.rule_state.c.status, t.rule_state.c.status != "removed"),
        workers=len(living(connection, now)),
        subscriptions=count_states(connection),
        pushes=count_pushes(connection),
        canary=canary_state(connection),
        offline=offline_since(connection) is not None,
    )


def poller_seen_at(connection: sa.Connection) -> datetime | None:
    """When a process that polls gave its last sign of life."""
    w = t.worker.c
    statement = sa.select(sa.func.max(w.seen_at, type_=t.UtcTime)).where(w.role.in_(("all", "poller")))
    found: datetime | None = connection.execute(statement).scalar()
    return found
