"""When each host may be asked next, and who asks it now, shared by all workers.  Hosts are `scheme://name:port`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t

SILENT_S = 120.0
"""A process that polls and has given no sign of life for so long asks nobody any more."""
DO_NOT_POLL = ("deliverer", "web")
"""Roles whose processes ask no host."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may begin at `at`; the number of its row, where there is another process to count it."""

    at: datetime
    number: int | None


def host_lock(host: str) -> str:
    """What `Database.unit` must lock so that two workers do not take the same instant."""
    return f"host:{host}"


def ask(
    connection: sa.Connection,
    host: str,
    now: datetime,
    *,
    owner: str,
    at_once: int,
    spacing_s: float,
    longest_s: float,
) -> Asked | None:
    """Take the host's next free instant, never before `now`; the one after it is `spacing_s` later.

    None while others ask it as often at once as one may (`at_once`), and nothing is taken then.  `longest_s` after its
    instant a request is over, whatever became of its process.  A process that polls alone writes no row for it.
    """
    values = {"host": host, "now": now, "owner": owner, "seen_since": now - timedelta(seconds=SILENT_S)}
    next_at, under_way, others = connection.execute(_STANDING, values).one()
    if under_way >= at_once:
        return None
    at = now if next_at is None else max(now, next_at)
    if spacing_s > 0:
        _set_next(connection, host, at + timedelta(seconds=spacing_s), known=next_at is not None)
    if not others:
        return Asked(at, None)
    row = {"host": host, "owner": owner, "until": at + timedelta(seconds=longest_s)}
    number = connection.execute(sa.insert(t.asking).returning(t.asking.c.id), row).scalar_one()
    return Asked(at, number)


def end(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """These requests are over."""
    connection.execute(sa.delete(t.asking).where(t.asking.c.id.in_(numbers)))


def _set_next(connection: sa.Connection, host: str, following: datetime, *, known: bool) -> None:
    if known:
        connection.execute(sa.update(t.host).where(t.host.c.name == host).values(next_at=following))
    else:
        connection.execute(sa.insert(t.host).values(name=host, next_at=following))


def _standing() -> sa.Select[Any]:
    """When the host is free, how many requests of all processes are under way at it, whether anybody else polls."""
    a, w, now = t.asking.c, t.worker.c, sa.bindparam("now", type_=t.UtcTime)
    owner = sa.bindparam("owner", type_=sa.Text)
    next_at = sa.select(t.host.c.next_at).where(t.host.c.name == sa.bindparam("host"))
    under_way = sa.select(sa.func.count()).where(a.host == sa.bindparam("host"), a.until > now)
    lives = sa.exists().where(
        w.id != owner, w.role.not_in(DO_NOT_POLL), w.seen_at >= sa.bindparam("seen_since", type_=t.UtcTime)
    )
    # A command that polls is not listed as a worker; what it asks is.
    asks = sa.exists().where(a.owner != owner, a.until > now)
    return sa.select(next_at.scalar_subquery(), under_way.scalar_subquery(), sa.or_(lives, asks))


_STANDING = _standing()


def block(connection: sa.Connection, host: str, until: datetime, now: datetime) -> None:
    """Nobody asks this host before `until` (429, 503 with Retry-After); never shortens a block."""
    known = connection.execute(sa.select(t.host.c.blocked_until).where(t.host.c.name == host)).first()
    if known is None:
        connection.execute(sa.insert(t.host).values(name=host, next_at=now, blocked_until=until))
    elif known[0] is None or known[0] < until:
        connection.execute(sa.update(t.host).where(t.host.c.name == host).values(blocked_until=until))


def blocked_until(connection: sa.Connection, host: str, now: datetime) -> datetime | None:
    """The instant until which the host wants to be left alone, if that is still to come."""
    until = connection.execute(sa.select(t.host.c.blocked_until).where(t.host.c.name == host)).scalar()
    return until if until is not None and until > now else None


def forget(connection: sa.Connection, before: datetime) -> int:
    """Delete hosts whose last instant and block lie before then, and requests that died; how many hosts."""
    connection.execute(sa.delete(t.asking).where(t.asking.c.until < before))
    over = sa.or_(t.host.c.blocked_until.is_(None), t.host.c.blocked_until < before)
    return connection.execute(sa.delete(t.host).where(t.host.c.next_at < before, over)).rowcount
