"""What hubs pushed: kept until it was read, then gone with the unit that writes what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.reasons import Reason
from monitor.model.source import PollMemory
from monitor.store import leases, subscriptions
from monitor.store import tables as t
from monitor.store.documents import keep_listed
from monitor.store.due import ClaimedSource, claim_ids
from monitor.store.memory import memory_to_json

MOST_WAITING = 100
"""Pushes of one source that wait to be read; the hub is asked to come again later with more."""

PUSHED = "pushed"
"""The outcome of a push in the history of polls."""

_C = t.push.c


@dataclass(frozen=True, slots=True)
class Push:
    """A body that a hub pushed and signed."""

    id: int
    source_id: str
    received_at: datetime
    content_type: str | None
    body: bytes


def add_push(
    connection: sa.Connection, source_id: str, *, body: bytes, content_type: str | None, now: datetime
) -> bool:
    """Keep a push until it is read; False when too many wait already."""
    waiting = connection.execute(sa.select(sa.func.count()).where(_C.source_id == source_id)).scalar_one()
    if waiting >= MOST_WAITING:
        return False
    values = {"source_id": source_id, "received_at": now, "content_type": content_type, "body": body}
    connection.execute(sa.insert(t.push).values(values))
    return True


def claim_pushed(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int
) -> list[tuple[ClaimedSource, Push]]:
    """Lease sources for which something was pushed, with their oldest push.  When they are polled does not change."""
    if connection.execute(sa.select(_C.id).limit(1)).first() is None:
        return []
    oldest = sa.select(sa.func.min(_C.id).label("id")).group_by(_C.source_id).subquery("oldest")
    waiting = sa.select(_C.source_id).join(oldest, oldest.c.id == _C.id).order_by(_C.id).limit(limit)
    ids = [row.source_id for row in connection.execute(waiting)]
    claimed = claim_ids(connection, ids, owner=owner, now=now, lease_s=lease_s)
    pushes = _oldest(connection, [source.id for source in claimed])
    return [(source, pushes[source.id]) for source in claimed]


def _oldest(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Push]:
    first = sa.select(sa.func.min(_C.id)).where(_C.source_id.in_(ids)).group_by(_C.source_id)
    rows = connection.execute(sa.select(t.push).where(_C.id.in_(first)))
    return {row.source_id: Push(**row._mapping) for row in rows}


def record_push(
    connection: sa.Connection,
    claimed: ClaimedSource,
    push: Push,
    memory: PollMemory,
    *,
    items: int,
    new_items: int,
) -> None:
    """Write a push's result in the unit that writes its entries; `LeaseLost` rolls both back."""
    leases.complete(connection, t.source, claimed.id, claimed.lease, {"memory": memory_to_json(memory)})
    keep_listed(connection, {claimed.id: memory.item_hashes})
    history = _history(push, PUSHED) | {"items": items, "new_items": new_items}
    connection.execute(sa.insert(t.poll).values(history))
    connection.execute(sa.delete(t.push).where(_C.id == push.id))
    subscriptions.count_push(connection, claimed.id, push.received_at)


def discard_push(connection: sa.Connection, claimed: ClaimedSource, push: Push, reason: Reason) -> None:
    """A push that cannot be read: gone, with its reason in the history and at the subscription."""
    leases.release(connection, t.source, [claimed.id], owner=claimed.lease.owner)
    connection.execute(sa.insert(t.poll).values(_history(push, reason.code) | {"reason": reason.text}))
    connection.execute(sa.delete(t.push).where(_C.id == push.id))
    subscriptions.refuse_push(connection, claimed.id, reason)


def forget_strays(connection: sa.Connection) -> None:
    """Pushes for sources that are not watched any more."""
    watched = sa.select(t.source.c.id).where(t.source.c.configured, sa.not_(t.source.c.paused))
    connection.execute(sa.delete(t.push).where(_C.source_id.not_in(watched)))


def _history(push: Push, outcome: str) -> dict[str, Any]:
    return {
        "source_id": push.source_id,
        "started_at": push.received_at,
        "elapsed_ms": 0,
        "status": 200,
        "outcome": outcome,
        "reason": None,
        "bytes": len(push.body),
        "items": 0,
        "new_items": 0,
        "possible_loss": False,
    }
