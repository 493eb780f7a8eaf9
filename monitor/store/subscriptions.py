"""Subscriptions at hubs: wanted, asked for, verified by the hub, proved by pushes, given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.reasons import Reason
from monitor.model.websub import Subscription, SubscriptionState
from monitor.store import leases
from monitor.store import tables as t
from monitor.store.leases import Lease

_C = t.subscription.c
_NEVER_ASKED = (SubscriptionState.WANTED.value, SubscriptionState.DENIED.value)


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A source's subscription as it is stored; `pushes` and `refused` count those signed by its hub, and the others."""

    source_id: str
    subscription: Subscription
    reason: Reason | None
    attempts: int
    pushes: int
    refused: int
    last_push_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """What people and scripts are shown; nothing that is secret."""
        asked = self.subscription
        return {
            "hub": asked.hub,
            "topic": asked.topic,
            "state": asked.state.value,
            "reason": self.reason and self.reason.text,
            "expires_at": asked.expires_at,
            "proven": asked.proven,
            "pushes": self.pushes,
            "refused": self.refused,
            "last_push_at": self.last_push_at,
        }


@dataclass(frozen=True, slots=True)
class ClaimedSubscription:
    """A subscription about which a hub is to be asked now."""

    row: SubscriptionRow
    lease: Lease


def want(connection: sa.Connection, source_id: str, wanted: Subscription, now: datetime) -> None:
    """Let a hub be asked for a source, in place of whatever was asked before; a fresh address, a fresh secret."""
    connection.execute(sa.delete(t.subscription).where(_C.id == source_id))
    connection.execute(
        sa.insert(t.subscription).values(
            id=source_id,
            hub=wanted.hub,
            topic=wanted.topic,
            callback=wanted.callback,
            token=token_of(wanted.callback),
            secret=wanted.secret,
            state=SubscriptionState.WANTED.value,
            proven=False,
            pushes=0,
            refused=0,
            due_at=now,
        )
    )


def token_of(callback: str) -> str:
    """The secret part of a callback."""
    return callback.rpartition("/")[2]


def leave(connection: sa.Connection, ids: Iterable[str], now: datetime) -> None:
    """Let hubs be asked to stop; those that were never asked are forgotten."""
    those = _C.id.in_(list(ids))
    connection.execute(sa.delete(t.subscription).where(those, _C.state.in_(_NEVER_ASKED)))
    connection.execute(
        sa.update(t.subscription)
        .where(those, _C.state != SubscriptionState.LEAVING.value)
        .values(state=SubscriptionState.LEAVING.value, proven=False, due_at=now, attempts=0)
    )


def forget(connection: sa.Connection, source_id: str) -> None:
    """The hub has stopped, or will when it hears that nobody is there."""
    connection.execute(sa.delete(t.subscription).where(_C.id == source_id))


def subscriptions(connection: sa.Connection, ids: Sequence[str] | None = None) -> dict[str, SubscriptionRow]:
    """Subscriptions by source; of those sources, or all."""
    statement = sa.select(t.subscription)
    if ids is not None:
        statement = statement.where(_C.id.in_(ids))
    return {row["id"]: _row(row) for row in connection.execute(statement).mappings()}


def by_token(connection: sa.Connection, token: str) -> SubscriptionRow | None:
    """Whose callback that is."""
    row = connection.execute(sa.select(t.subscription).where(_C.token == token)).mappings().one_or_none()
    return None if row is None else _row(row)


def claim_due(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int
) -> list[ClaimedSubscription]:
    """Lease subscriptions about which a hub is to be asked by now."""
    rows = leases.claim(connection, _CLAIM, owner=owner, now=now, lease_s=lease_s, limit=limit)
    return [ClaimedSubscription(_row(row), Lease(owner, row["lease_epoch"])) for row in rows]


_CLAIM = leases.claiming(
    t.subscription,
    sa.select(_C.id)
    .where(_C.due_at <= leases.NOW, leases.is_free(t.subscription))
    .order_by(_C.due_at)
    .limit(sa.bindparam("limit")),
)


def has_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a hub is to be asked by now: one look at an index."""
    return connection.execute(sa.select(_C.id).where(_C.due_at <= now).limit(1)).first() is not None


def asking(connection: sa.Connection, claimed: ClaimedSubscription) -> None:
    """The hub is being asked; it may ask back before its answer is here."""
    held = leases.holds(t.subscription, claimed.lease)
    connection.execute(
        sa.update(t.subscription)
        .where(_C.id == claimed.row.source_id, held)
        .values(state=SubscriptionState.ASKED.value)
    )


def record(
    connection: sa.Connection,
    claimed: ClaimedSubscription,
    since: SubscriptionState,
    values: Mapping[str, Any],
    reason: Reason,
) -> None:
    """Write what came of asking and give the row back; where its state is not `since` any more, only the latter."""
    held = (_C.id == claimed.row.source_id, leases.holds(t.subscription, claimed.lease))
    told = {"reason_code": reason.code, "reason": reason.text}
    connection.execute(sa.update(t.subscription).where(*held, _C.state == since.value).values(**values, **told))
    connection.execute(sa.update(t.subscription).where(*held).values(lease_owner=None, lease_until=None))


def change(connection: sa.Connection, source_id: str, reason: Reason, values: Mapping[str, Any]) -> None:
    """What the hub said by itself: that it will push, or that it will not."""
    told = {"reason_code": reason.code, "reason": reason.text}
    connection.execute(sa.update(t.subscription).where(_C.id == source_id).values(**values, **told))


def refuse_push(connection: sa.Connection, source_id: str, reason: Reason) -> None:
    """Count a push that was not the hub's, or could not be read."""
    change(connection, source_id, reason, {"refused": _C.refused + 1})


def count_push(connection: sa.Connection, source_id: str, at: datetime) -> None:
    """Count a push that was read: the hub has proved itself."""
    values = {"pushes": _C.pushes + 1, "last_push_at": at, "proven": True}
    connection.execute(sa.update(t.subscription).where(_C.id == source_id).values(values))


def distrust(connection: sa.Connection, source_id: str, reason: Reason) -> None:
    """A poll found what the hub should have pushed: it has to prove itself anew."""
    change(connection, source_id, reason, {"proven": False})


def count_states(connection: sa.Connection) -> dict[str, int]:
    """How many subscriptions there are, by state; `proven` counts those that are relied upon."""
    rows = connection.execute(sa.select(_C.state, _C.proven, sa.func.count()).group_by(_C.state, _C.proven))
    counted: Counter[str] = Counter()
    for state, proven, number in rows:
        counted[str(state)] += number
        if proven:
            counted["proven"] += number
    return dict(counted)


def count_pushes(connection: sa.Connection) -> dict[str, int]:
    """Pushes of the subscriptions there are: taken, refused, and those that wait to be read."""
    taken, refused = connection.execute(sa.select(sa.func.sum(_C.pushes), sa.func.sum(_C.refused))).one()
    waiting = connection.execute(sa.select(sa.func.count()).select_from(t.push)).scalar_one()
    return {"taken": int(taken or 0), "refused": int(refused or 0), "waiting": int(waiting)}


def _row(row: Mapping[Any, Any]) -> SubscriptionRow:
    return SubscriptionRow(
        source_id=row["id"],
        subscription=Subscription(
            hub=row["hub"],
            topic=row["topic"],
            callback=row["callback"],
            secret=row["secret"],
            state=SubscriptionState(row["state"]),
            expires_at=row["expires_at"],
            proven=row["proven"],
        ),
        reason=Reason(row["reason_code"], row["reason"]) if row["reason_code"] else None,
        attempts=row["attempts"],
        pushes=row["pushes"],
        refused=row["refused"],
        last_push_at=row["last_push_at"],
    )
