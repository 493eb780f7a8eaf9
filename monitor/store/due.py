"""Which sources are due, and claiming them: longest overdue first, and no host with more in hand than it may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceKind
from monitor.model.websub import Subscription
from monitor.store import leases
from monitor.store import tables as t
from monitor.store.documents import listed_by
from monitor.store.leases import Lease
from monitor.store.memory import memory_from_json

LOOKED_AT = 4
"""So many due sources are looked at for each that may be claimed; some are of hosts that have enough in hand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found behind an address (`site:`, or a page that declares its feed), so that it is not sought again."""

    kind: SourceKind
    url: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ClaimedSource:
    """A source to poll now, as the database knows it."""

    id: str
    lease: Lease
    memory: PollMemory
    founding: bool
    baseline_at: datetime | None
    added_at: datetime
    choice: Choice | None = None
    subscription: Subscription | None = None
    """At the hub that the source names, while hubs are asked at all."""


def claim_due(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int, per_host: int
) -> list[ClaimedSource]:
    """Lease up to `limit` due sources, longest overdue first, so that no host has more than `per_host` in hand."""
    values = {"per_host": per_host}
    return _claim_by_turns(connection, _CLAIM_DUE, owner=owner, now=now, lease_s=lease_s, limit=limit, values=values)


def claim_all(
    connection: sa.Connection, *, since: datetime, owner: str, now: datetime, lease_s: float, limit: int, per_host: int
) -> list[ClaimedSource]:
    """For `once --all`: sources neither paused nor gone, not polled since `since`; due or not, blocked or not."""
    values = {"since": since, "per_host": per_host}
    return _claim_by_turns(connection, _CLAIM_ALL, owner=owner, now=now, lease_s=lease_s, limit=limit, values=values)


def is_any_left(connection: sa.Connection, *, now: datetime, since: datetime | None = None) -> bool:
    """Whether a source that `claim_due` (`claim_all` with `since`) is for is in nobody's hand, or its host has no room.

    A claim that finds nothing says less: another worker may just be claiming, and have those rows locked.
    """
    found = connection.execute(_LEFT_DUE if since is None else _LEFT, {"now": now, "since": since})
    return found.first() is not None


def is_held_up(connection: sa.Connection, ids: Sequence[str], *, now: datetime, per_host: int) -> bool:
    """Whether a host of these sources, which are in hand, has no room for another of its sources that is due."""
    return connection.execute(_HELD_UP, {"ids": ids, "now": now, "per_host": per_host}).first() is not None


def claim_ids(
    connection: sa.Connection, ids: Sequence[str], *, owner: str, now: datetime, lease_s: float
) -> list[ClaimedSource]:
    """Lease those of the sources that are watched and free, due or not."""
    return _claim(connection, _CLAIM_IDS, owner=owner, now=now, lease_s=lease_s, values={"ids": ids})


def _claim(
    connection: sa.Connection,
    claiming: ReturningUpdate[Any],
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    values: Mapping[str, Any],
) -> list[ClaimedSource]:
    rows = leases.claim(connection, claiming, owner=owner, now=now, lease_s=lease_s, **values)
    listed = listed_by(connection, [row["id"] for row in rows]) if rows else {}
    return [_claimed(row, owner, listed.get(row["id"], ())) for row in rows]


def _claim_by_turns(
    connection: sa.Connection,
    claiming: ReturningUpdate[Any],
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    limit: int,
    values: Mapping[str, Any],
) -> list[ClaimedSource]:
    claimed: list[ClaimedSource] = []
    while room := limit - len(claimed):
        looked_at = {"limit": room, "among": LOOKED_AT * room}
        more = _claim(connection, claiming, owner=owner, now=now, lease_s=lease_s, values={**values, **looked_at})
        if not more:
            break
        claimed += more  # hosts that are full now no longer stand before the others
    return claimed


def _by_turns(*due: sa.ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Claims up to `limit` of the sources that are due in this sense, so that no host has more than `per_host`."""
    found = _longest_overdue(*due).subquery("found")
    turn = sa.func.row_number().over(partition_by=found.c.host, order_by=(found.c.due_at, found.c.id))
    ranked = sa.select(found.c.id, found.c.due_at, (turn + found.c.in_hand).label("turn")).subquery("ranked")
    allowed = sa.select(ranked.c.id).where(ranked.c.turn <= sa.bindparam("per_host"))
    chosen = allowed.order_by(ranked.c.due_at).limit(sa.bindparam("limit"))
    # A window function cannot be combined with FOR UPDATE: the outer select is what locks and skips.
    return leases.claiming(
        t.source, sa.select(t.source.c.id).where(t.source.c.id.in_(chosen), leases.is_free(t.source))
    )


def _longest_overdue(*due: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The first `among` of those that are due on hosts with room: a claim must not cost more with every source."""
    leased = t.source.alias("leased")
    of_host = (
        sa.select(leased.c.host, sa.func.count().label("number"))
        .where(leased.c.lease_owner.is_not(None), leased.c.lease_until >= leases.NOW)
        .group_by(leased.c.host)
        .subquery("of_host")
    )
    in_hand = sa.func.coalesce(of_host.c.number, 0)
    hosts_too = t.source.outerjoin(t.host, t.host.c.name == t.source.c.host)
    return (
        sa.select(t.source.c.id, t.source.c.host, t.source.c.due_at, in_hand.label("in_hand"))
        .select_from(hosts_too.outerjoin(of_host, of_host.c.host == t.source.c.host))
        .where(leases.is_free(t.source), *due, in_hand < sa.bindparam("per_host"))
        .order_by(t.source.c.due_at)
        .limit(sa.bindparam("among"))
    )


def _left(*due: sa.ColumnElement[bool]) -> sa.Select[Any]:
    hosts_too = t.source.outerjoin(t.host, t.host.c.name == t.source.c.host)
    return sa.select(t.source.c.id).select_from(hosts_too).where(leases.is_free(t.source), *due).limit(1)


def _held_up() -> sa.Select[Any]:
    source, waiting = t.source.c, t.source.alias("waiting")
    hosts = sa.select(source.host).where(source.id.in_(sa.bindparam("ids", expanding=True))).distinct().subquery()
    leased = sa.select(sa.func.count()).where(
        source.host == hosts.c.host, source.lease_owner.is_not(None), source.lease_until >= leases.NOW
    )
    waits = sa.exists().where(waiting.c.host == hosts.c.host, leases.is_free(waiting), waiting.c.due_at <= leases.NOW)
    full = leased.correlate(hosts).scalar_subquery() >= sa.bindparam("per_host")
    blocked = sa.exists().where(t.host.c.name == hosts.c.host, t.host.c.blocked_until > leases.NOW)
    return sa.select(hosts.c.host).where(full, waits, sa.not_(blocked)).limit(1)


_HELD_UP = _held_up()
_DUE = (
    t.source.c.due_at <= leases.NOW,
    sa.or_(t.host.c.blocked_until.is_(None), t.host.c.blocked_until <= leases.NOW),
)
_NOT_POLLED = (
    t.source.c.configured,
    sa.not_(t.source.c.paused),
    sa.not_(t.source.c.gone),
    sa.or_(t.source.c.last_polled_at.is_(None), t.source.c.last_polled_at < sa.bindparam("since")),
)
_CLAIM_DUE, _LEFT_DUE = _by_turns(*_DUE), _left(*_DUE)
_CLAIM_ALL, _LEFT = _by_turns(*_NOT_POLLED), _left(*_NOT_POLLED)
_CLAIM_IDS = leases.claiming(
    t.source,
    sa.select(t.source.c.id).where(
        t.source.c.id.in_(sa.bindparam("ids", expanding=True)),
        t.source.c.configured,
        sa.not_(t.source.c.paused),
        leases.is_free(t.source),
    ),
)


def _claimed(row: Mapping[str, Any], owner: str, listed: tuple[str, ...]) -> ClaimedSource:
    choice = row["choice"]
    return ClaimedSource(
        id=row["id"],
        lease=Lease(owner, row["lease_epoch"]),
        memory=memory_from_json(row["memory"], listed),
        founding=row["founding"],
        baseline_at=row["baseline_at"],
        added_at=row["added_at"],
        choice=choice and Choice(SourceKind(choice["kind"]), choice["url"], Reason(*choice["reason"])),
    )
