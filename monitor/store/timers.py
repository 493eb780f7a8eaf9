"""Timers: what is to be decided later, one row per kind and subject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.alert import Timer
from monitor.store import tables as t
from monitor.store.leases import NOW, Lease, claim, claiming, complete, holds, is_free


def set_timer(
    connection: sa.Connection, kind: str, subject: str, due_at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Wind the timer; one that is wound already goes off at the earlier of the two times, with the newer facts."""
    c = t.timer.c
    wound = sa.select(t.timer).where(c.kind == kind, c.subject == subject).with_for_update()
    known = connection.execute(wound).mappings().first()
    if known is None:
        row = {"kind": kind, "subject": subject, "due_at": due_at, "facts": dict(facts or {})}
        connection.execute(sa.insert(t.timer).values(row))
        return
    earlier = due_at if known["due_at"] is None else min(due_at, known["due_at"])
    values = {"due_at": earlier, "facts": {**known["facts"], **(facts or {})}}
    connection.execute(sa.update(t.timer).where(c.id == known["id"]).values(values))


def has_timer(connection: sa.Connection, kind: str, subject: str) -> bool:
    """Whether it is wound."""
    c = t.timer.c
    return connection.execute(sa.select(c.id).where(c.kind == kind, c.subject == subject)).first() is not None


def drop_timer(connection: sa.Connection, kind: str, subject: str) -> None:
    """Forget the timer, whether it was wound or not."""
    c = t.timer.c
    connection.execute(sa.delete(t.timer).where(c.kind == kind, c.subject == subject))


def claim_timers(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float = 60.0, limit: int = 100
) -> list[Timer]:
    """Lease the timers that went off, longest due first."""
    rows = claim(connection, _CLAIM, owner=owner, now=now, lease_s=lease_s, limit=limit)
    rows.sort(key=lambda row: (row["due_at"], row["id"]))
    return [
        Timer(row["id"], row["kind"], row["subject"], row["due_at"], row["facts"], row["lease_epoch"], row["attempts"])
        for row in rows
    ]


_CLAIM = claiming(
    t.timer,
    sa.select(t.timer.c.id)
    .where(t.timer.c.due_at <= NOW, is_free(t.timer))
    .order_by(t.timer.c.due_at, t.timer.c.id)
    .limit(sa.bindparam("limit")),
)


def hold_timer(connection: sa.Connection, timer: Timer, *, owner: str) -> None:
    """Begin the unit that decides about the timer.  Raises `LeaseLost` when it is somebody else's, or gone.

    Locks the row: whoever winds the timer meanwhile waits, and then winds a new one (on SQLite units wait anyway).
    """
    mine = sa.select(t.timer.c.id).where(t.timer.c.id == timer.id, holds(t.timer, Lease(owner, timer.epoch)))
    if connection.execute(mine.with_for_update()).first() is None:
        raise LeaseLost(f"timer {timer.kind} {timer.subject} belongs to somebody else by now")


def finish_timer(connection: sa.Connection, timer: Timer, *, owner: str) -> None:
    """The timer is done with.  Raises `LeaseLost`."""
    mine = (t.timer.c.id == timer.id, holds(t.timer, Lease(owner, timer.epoch)))
    if connection.execute(sa.delete(t.timer).where(*mine)).rowcount != 1:
        raise LeaseLost(f"timer {timer.kind} {timer.subject} belongs to somebody else by now")


def rewind_timer(
    connection: sa.Connection,
    timer: Timer,
    due_at: datetime,
    *,
    owner: str,
    facts: Mapping[str, Any] | None = None,
    attempts: int = 0,
) -> None:
    """Let the timer go off again at `due_at`.  Raises `LeaseLost`."""
    values: dict[str, Any] = {"due_at": due_at, "attempts": attempts}
    if facts is not None:
        values["facts"] = dict(facts)
    complete(connection, t.timer, timer.id, Lease(owner, timer.epoch), values)


def next_timer(connection: sa.Connection) -> datetime | None:
    """When the next timer goes off."""
    found: datetime | None = connection.execute(sa.select(sa.func.min(t.timer.c.due_at, type_=t.UtcTime))).scalar()
    return found


def set_facts(connection: sa.Connection, timer: Timer, facts: Mapping[str, Any]) -> None:
    """Merge `facts` into what the timer remembers."""
    known = connection.execute(sa.select(t.timer.c.facts).where(t.timer.c.id == timer.id)).scalar_one()
    connection.execute(sa.update(t.timer).where(t.timer.c.id == timer.id).values(facts={**known, **facts}))


def facts_of(connection: sa.Connection, kind: str, subject: str) -> dict[str, Any]:
    """What the timer remembers; empty when it is not wound."""
    c = t.timer.c
    found = connection.execute(sa.select(c.facts).where(c.kind == kind, c.subject == subject)).scalar()
    return dict(found or {})
