"""The outbox: deliveries (one row per alert and recipient) and what waits to be told with others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.alert import Channel, Delivery, DeliveryState, OnCrash, Part, Target
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.alerts import SINGLE
from monitor.store.leases import Lease, claim, claiming, complete, holds, is_free, voided
from monitor.store.wakeup import notify

WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)
EVERYBODY = "*"
"""A gathered alert is for all recipients of its channel."""


def add_deliveries(
    connection: sa.Connection, alert_id: int, key: str, channel: Channel, *, priority: int, now: datetime
) -> int:
    """A row for each recipient of the channel who has none for this alert; how many were added."""
    had = sa.select(t.delivery.c.target).where(t.delivery.c.alert_key == key, t.delivery.c.channel == channel.id)
    known = set(connection.execute(had).scalars())
    rows = [
        {
            "alert_id": alert_id,
            "alert_key": key,
            "channel": channel.id,
            "target": target.key,
            "label": target.label,
            "state": DeliveryState.PENDING.value,
            "priority": priority,
            "created_at": now,
            "due_at": now,
        }
        for target in channel.targets
        if target.key not in known
    ]
    if rows:
        connection.execute(sa.insert(t.delivery), rows)
        notify(connection)
    return len(rows)


def told_since(connection: sa.Connection, rule_id: str, channel: str, since: datetime) -> int:
    """How many of the rule's alerts went to the channel singly since then."""
    query = (
        sa.select(sa.func.count(sa.distinct(t.delivery.c.alert_id)))
        .join(t.alert, t.alert.c.id == t.delivery.c.alert_id)
        .where(t.delivery.c.channel == channel, t.delivery.c.created_at >= since, t.alert.c.rule_id == rule_id)
        .where(t.alert.c.kind.in_(SINGLE))
    )
    return int(connection.execute(query).scalar_one())


def anything_due(connection: sa.Connection, due_by: datetime) -> bool:
    """Whether some delivery was due by then."""
    c = t.delivery.c
    due = sa.select(c.id).where(c.state.in_(WAITING), c.due_at <= due_by).limit(1)
    return connection.execute(due).first() is not None


def with_due(connection: sa.Connection, channel: str, targets: Iterable[str], due_by: datetime) -> list[str]:
    """Those of the targets to whom something was due by then that nobody has in hand."""
    c = t.delivery.c
    mine = _due_on(channel, due_by).with_only_columns(c.id).where(c.target == sa.bindparam("to")).limit(1)
    return [target for target in targets if connection.execute(mine, {"to": target}).first() is not None]


def due_targets(connection: sa.Connection, channel: str, due_by: datetime) -> list[str]:
    """All targets of the channel to whom something was due by then, who waits longest first."""
    c = t.delivery.c
    query = _due_on(channel, due_by).with_only_columns(c.target).group_by(c.target).order_by(sa.func.min(c.id))
    return list(connection.execute(query).scalars())


def _due_on(channel: str, due_by: datetime) -> sa.Select[Any]:
    c = t.delivery.c
    return sa.select(c.id).where(
        c.channel == channel, c.state.in_(WAITING), c.due_at <= due_by, is_free(t.delivery, due_by)
    )


def claim_deliveries(
    connection: sa.Connection,
    channel: str,
    target: str,
    *,
    owner: str,
    due_by: datetime,
    now: datetime,
    lease_s: float,
    limit: int,
) -> list[Delivery]:
    """Lease deliveries to a recipient that were due by `due_by`, in their order of leaving: priority, then age."""
    rows = claim(
        connection,
        _CLAIM,
        owner=owner,
        now=now,
        lease_s=lease_s,
        recipient_channel=channel,
        recipient=target,
        due_by=due_by,
        limit=limit,
    )
    rows.sort(key=lambda row: (-row["priority"], row["id"]))
    return [_delivery(row) for row in rows]


_CLAIM = claiming(
    t.delivery,
    sa.select(t.delivery.c.id)
    .where(t.delivery.c.channel == sa.bindparam("recipient_channel"), t.delivery.c.target == sa.bindparam("recipient"))
    .where(t.delivery.c.state.in_(WAITING), t.delivery.c.due_at <= sa.bindparam("due_by"), is_free(t.delivery))
    .order_by(t.delivery.c.priority.desc(), t.delivery.c.id)
    .limit(sa.bindparam("limit")),
)


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        id=row["id"],
        alert_id=row["alert_id"],
        alert_key=row["alert_key"],
        target=Target(row["channel"], row["target"], row["label"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        created_at=row["created_at"],
        last_error=row["last_error"],
        sent_at=row["sent_at"],
        epoch=row["lease_epoch"],
        tried_since=row["tried_since"] or row["created_at"],
        part=_part(row["part"]),
    )


def _part(stored: Mapping[str, Any] | None) -> Part | None:
    if stored is None:
        return None
    return Part(stored["number"], stored["of"], tuple((rule_id, number) for rule_id, number in stored["shown"]))


def split_delivery(
    connection: sa.Connection, delivery: Delivery, parts: Sequence[Part], *, owner: str, now: datetime, lease_s: float
) -> list[Delivery]:
    """Let the delivery, which is being sent, tell only the first of the parts, and others after it the rest.

    The others, leased by `owner` as well.  Raises `LeaseLost`.
    """
    c = t.delivery.c
    stored = [{"number": part.number, "of": part.of, "shown": [list(pair) for pair in part.shown]} for part in parts]
    mine = (c.id == delivery.id, holds(t.delivery, Lease(owner, delivery.epoch)))
    first = connection.execute(sa.update(t.delivery).where(*mine).values(part=stored[0]).returning(*t.delivery.c))
    row = first.mappings().first()
    if row is None:
        raise LeaseLost(f"delivery {delivery.id}: belongs to somebody else by now")
    kept = ("alert_id", "channel", "target", "label", "priority", "created_at", "tried_since", "lease_owner")
    rest = [
        {name: row[name] for name in kept}
        | {"alert_key": f"{row['alert_key']}/{part['number']}", "part": part, "due_at": now}
        | {"state": DeliveryState.PENDING.value, "lease_until": now + timedelta(seconds=lease_s), "lease_epoch": 1}
        for part in stored[1:]
    ]
    added = connection.execute(sa.insert(t.delivery).returning(*t.delivery.c, sort_by_parameter_order=True), rest)
    return [_delivery(dict(each)) for each in added.mappings()]


def start_sending(connection: sa.Connection, delivery: Delivery, *, owner: str, now: datetime, lease_s: float) -> bool:
    """Mark the row `sending`, one attempt more; False when somebody else has it, or it was discarded meanwhile.

    True again for the same attempt: a server that dies may have committed what it could not confirm any more.
    """
    c, attempt = t.delivery.c, delivery.attempts + 1
    begun = sa.and_(c.state == DeliveryState.SENDING.value, c.attempts == attempt)
    ready = sa.or_(c.state.in_(WAITING), begun)
    mine = (c.id == delivery.id, c.lease_owner == owner, c.lease_epoch == delivery.epoch, ready)
    values = {
        "state": DeliveryState.SENDING.value,
        "attempts": attempt,
        "lease_until": now + timedelta(seconds=lease_s),
    }
    return connection.execute(sa.update(t.delivery).where(*mine).values(values)).rowcount == 1


def mark_sent(connection: sa.Connection, delivery: Delivery, *, owner: str, now: datetime) -> None:
    """The service took it.  Raises `LeaseLost` when the row is somebody else's by now."""
    values = {"state": DeliveryState.SENT.value, "sent_at": now, "due_at": None, "last_error": None}
    complete(connection, t.delivery, delivery.id, Lease(owner, delivery.epoch), values)


def mark_retry(connection: sa.Connection, delivery: Delivery, *, owner: str, at: datetime, error: Reason) -> None:
    """It was not taken; try again at `at`.  Raises `LeaseLost`."""
    values = {
        "state": DeliveryState.RETRY.value,
        "due_at": at,
        "last_error_code": error.code,
        "last_error": error.text,
    }
    complete(connection, t.delivery, delivery.id, Lease(owner, delivery.epoch), values)


def mark_dead(connection: sa.Connection, delivery: Delivery, *, owner: str, error: Reason) -> None:
    """It will not be taken.  Raises `LeaseLost`."""
    values = {
        "state": DeliveryState.DEAD.value,
        "due_at": None,
        "last_error_code": error.code,
        "last_error": error.text,
    }
    complete(connection, t.delivery, delivery.id, Lease(owner, delivery.epoch), values)


def mark_unwanted(connection: sa.Connection, delivery: Delivery, *, owner: str) -> None:
    """Its reader has left.  Raises `LeaseLost`."""
    values = {
        "state": DeliveryState.DISCARDED.value,
        "due_at": None,
        "last_error_code": "unsubscribed",
        "last_error": "its subscriber has left",
    }
    complete(connection, t.delivery, delivery.id, Lease(owner, delivery.epoch), values)


def bury(connection: sa.Connection, channels: Iterable[Channel], now: datetime) -> list[Delivery]:
    """Deliveries whose channel or recipient is gone from the configuration die with that reason."""
    c = t.delivery.c
    gone: list[Delivery] = []
    open_rows = sa.select(c.channel, c.target).where(c.state.in_(WAITING), is_free(t.delivery, now)).distinct()
    configured = list(channels)
    known = {(target.channel, target.key) for channel in configured for target in channel.targets}
    names = {channel for channel, _ in known}
    reaching = {channel.id for channel in configured if channel.reach}
    for channel, target in connection.execute(open_rows).all():
        if (channel, target) in known or channel in reaching:
            continue
        text = "recipient removed from the channel" if channel in names else "channel removed"
        statement = (
            sa.update(t.delivery)
            .where(c.channel == channel, c.target == target, c.state.in_(WAITING), is_free(t.delivery, now))
            .values(state=DeliveryState.DEAD.value, due_at=None, last_error_code="channel-removed", last_error=text)
            .returning(*t.delivery.c)
        )
        gone.extend(_delivery(dict(row)) for row in connection.execute(statement).mappings())
    return gone


def recover_sending(
    connection: sa.Connection, channels: Iterable[Channel], now: datetime
) -> tuple[int, list[Delivery]]:
    """Rows that were being sent when their process died: sent again, or given up, as the channel's `on_crash` says.

    The number to be sent again, and the deliveries given up.
    """
    c = t.delivery.c
    stranded = sa.and_(c.state == DeliveryState.SENDING.value, is_free(t.delivery, now))
    careful = [channel.id for channel in channels if channel.on_crash is OnCrash.GIVE_UP]
    text = "the monitor died while sending; whether it arrived is unknown"
    dead = (
        sa.update(t.delivery)
        .where(stranded, c.channel.in_(careful))
        .values(state=DeliveryState.DEAD.value, due_at=None, last_error_code="crashed", last_error=text)
        .values(voided(t.delivery))
        .returning(*t.delivery.c)
    )
    given_up = [_delivery(dict(row)) for row in connection.execute(dead).mappings()]
    again = (
        sa.update(t.delivery)
        .where(stranded)
        .values(state=DeliveryState.RETRY.value, due_at=now, last_error_code="crashed", last_error=text)
        .values(voided(t.delivery))
    )
    return connection.execute(again).rowcount, given_up


def release_deliveries(connection: sa.Connection, ids: Sequence[int], owner: str) -> None:
    """Give back rows that were claimed but not begun."""
    c = t.delivery.c
    mine = (c.id.in_(ids), c.lease_owner == owner, c.state.in_(WAITING))
    connection.execute(sa.update(t.delivery).where(*mine).values(lease_owner=None, lease_until=None))


def hasten(connection: sa.Connection, now: datetime) -> int:
    """Make deliveries that wait for another try due now, for a full pass that a person asked for; how many."""
    c = t.delivery.c
    waiting = sa.and_(c.state == DeliveryState.RETRY.value, c.due_at > now)
    return connection.execute(sa.update(t.delivery).where(waiting).values(due_at=now)).rowcount


def gather(
    connection: sa.Connection, alert_id: int, channel: str, *, window: str, due_at: datetime, reason: Reason
) -> None:
    """Keep an alert for the channel until its window closes; a second time changes nothing."""
    c = t.digest_item.c
    known = sa.select(c.id).where(c.alert_id == alert_id, c.channel == channel, c.target == EVERYBODY)
    if connection.execute(known).first() is None:
        row = {
            "alert_id": alert_id,
            "channel": channel,
            "target": EVERYBODY,
            "window": window,
            "why": reason.text,
            "due_at": due_at,
        }
        connection.execute(sa.insert(t.digest_item).values(row))


def gathered(connection: sa.Connection, channel: str, window: str) -> tuple[int, ...]:
    """The alerts that wait in a window, oldest first."""
    c = t.digest_item.c
    query = sa.select(c.alert_id).where(c.channel == channel, c.window == window, c.told_in.is_(None)).order_by(c.id)
    return tuple(connection.execute(query).scalars())


def close_items(connection: sa.Connection, channel: str, window: str, alert_ids: Sequence[int], told_in: int) -> None:
    """The alerts of the window left the channel in the message `told_in`."""
    c = t.digest_item.c
    mine = (c.channel == channel, c.window == window, c.alert_id.in_(alert_ids))
    connection.execute(sa.update(t.digest_item).where(*mine).values(told_in=told_in))


def waiting_window(connection: sa.Connection, alert_id: int, channel: str) -> tuple[str, datetime] | None:
    """The window in which the alert still waits on the channel."""
    c = t.digest_item.c
    query = sa.select(c.window, c.due_at).where(c.alert_id == alert_id, c.channel == channel, c.told_in.is_(None))
    row = connection.execute(query).first()
    return None if row is None else (row.window, row.due_at)


def forget_items(connection: sa.Connection, alert_id: int) -> None:
    """The alert waits nowhere any more: it goes its ways afresh."""
    connection.execute(sa.delete(t.digest_item).where(t.digest_item.c.alert_id == alert_id))


def told_early(connection: sa.Connection, alert_id: int, channel: str, told_in: int) -> None:
    """The alert left the channel before its window closed, in the message `told_in`."""
    c = t.digest_item.c
    mine = (c.alert_id == alert_id, c.channel == channel, c.told_in.is_(None))
    connection.execute(sa.update(t.digest_item).where(*mine).values(told_in=told_in))


def drop_waiting(connection: sa.Connection, alert_id: int, channel: str) -> None:
    """The alert does not wait on the channel any more, and was not told there."""
    c = t.digest_item.c
    mine = (c.alert_id == alert_id, c.channel == channel, c.told_in.is_(None))
    connection.execute(sa.delete(t.digest_item).where(*mine))


def still_waiting(connection: sa.Connection, alert_id: int) -> bool:
    """Whether the alert waits for a window on any channel."""
    c = t.digest_item.c
    query = sa.select(c.id).where(c.alert_id == alert_id, c.told_in.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def was_queued(connection: sa.Connection, alert_id: int) -> bool:
    """Whether the alert has a delivery of its own."""
    c = t.delivery.c
    return connection.execute(sa.select(c.id).where(c.alert_id == alert_id).limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of an alert on its channels: `at` is when the last recipient had it, None until all have."""

    at: datetime | None
    error: str | None


def arrival(connection: sa.Connection, alert_key: str) -> Arrival:
    """Whether every recipient of the alert has it, and the error that stands in the way."""
    d = t.delivery.c
    rows = connection.execute(sa.select(d.state, d.sent_at, d.last_error).where(d.alert_key == alert_key)).all()
    missing = [row for row in rows if row.state != DeliveryState.SENT.value]
    if missing or not rows:
        return Arrival(None, next((row.last_error for row in missing if row.last_error), None))
    return Arrival(max(row.sent_at for row in rows), None)
