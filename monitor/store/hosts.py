"""When each host may be asked next, and who asks it now, shared by all workers.  Hosts are `scheme://name:port`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.many import run_many

SILENT_S = 120.0
"""A process that polls and has given no sign of life for so long asks nobody any more."""
DO_NOT_POLL = ("deliverer", "web")
"""Roles whose processes ask no host."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that somebody would like to make, not before `now`.

    The host may be asked `at_once` so often at the same time, with starts `spacing_s` apart.  `longest_s` after its
    instant the request is over, whatever became of its process.
    """

    host: str
    now: datetime
    at_once: int
    spacing_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may begin at `at`; the number of its row, where there is another process to count it.

    `blocked_until`: the host wants to be left alone until then.
    """

    at: datetime
    number: int | None
    blocked_until: datetime | None


def host_lock(host: str) -> str:
    """What `Database.unit` must lock so that two workers do not take the same instant."""
    return f"host:{host}"


def ask(connection: sa.Connection, wishes: Sequence[Wish], *, owner: str) -> list[Asked | None]:
    """Take a place and the next free instant for each request, in this order, under the locks of their hosts.

    None where others ask the host as often at once as one may; nothing is taken then.  A process that polls alone
    writes no rows for its requests.
    """
    hosts = _standing(connection, wishes, owner)
    instants = [hosts[wish.host].take(wish) for wish in wishes]
    _write_next(connection, [hosts[name] for name in sorted(hosts) if hosts[name].moved])
    granted = [(wish, at) for wish, at in zip(wishes, instants, strict=True) if at is not None]
    numbers = iter(_number(connection, granted, owner) if any(host.others for host in hosts.values()) else ())
    return [
        None if at is None else Asked(at, next(numbers, None), hosts[wish.host].blocked_until)
        for wish, at in zip(wishes, instants, strict=True)
    ]


def end(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """These requests are over."""
    connection.execute(sa.delete(t.asking).where(t.asking.c.id.in_(numbers)))


@dataclass(slots=True)
class _Host:
    """How a host stands; `known`: it has a row, `others`: another process polls."""

    name: str
    known: bool
    next_at: datetime | None
    blocked_until: datetime | None
    under_way: int
    others: bool
    moved: bool = False

    def take(self, wish: Wish) -> datetime | None:
        if self.under_way >= wish.at_once:
            return None
        self.under_way += self.others
        at = wish.now if self.next_at is None else max(wish.now, self.next_at)
        if wish.spacing_s > 0:
            self.next_at, self.moved = at + timedelta(seconds=wish.spacing_s), True
        return at


def _standing(connection: sa.Connection, wishes: Sequence[Wish], owner: str) -> dict[str, _Host]:
    now = max(wish.now for wish in wishes)
    values = {
        "hosts": sorted({wish.host for wish in wishes}),
        "now": now,
        "owner": owner,
        "seen_since": now - timedelta(seconds=SILENT_S),
    }
    rows = connection.execute(_looking(connection.dialect.name), values)
    return {row[0]: _Host(*row) for row in rows}


@lru_cache(maxsize=2)
def _looking(dialect: str) -> sa.Select[Any]:
    """When hosts are free, how many requests of all processes are under way at them, whether anybody else polls."""
    a, w, h, now = t.asking.c, t.worker.c, t.host.c, sa.bindparam("now", type_=t.UtcTime)
    wanted = _wanted(dialect)
    name = wanted.c[0]
    under_way = sa.select(sa.func.count()).where(a.host == name, a.until > now).scalar_subquery()
    owner, seen_since = sa.bindparam("owner", type_=sa.Text), sa.bindparam("seen_since", type_=t.UtcTime)
    lives = sa.exists().where(w.id != owner, w.role.not_in(DO_NOT_POLL), w.seen_at >= seen_since)
    # A command that polls is not listed as a worker; what it asks is.
    asks = sa.exists().where(a.owner != owner, a.until > now)
    blocked_until = sa.case((h.blocked_until > now, h.blocked_until))
    found = sa.select(name, h.name.is_not(None), h.next_at, blocked_until, under_way, sa.or_(lives, asks))
    return found.select_from(wanted.outerjoin(t.host, h.name == name))


def _wanted(dialect: str) -> sa.TableValuedAlias:
    """The parameter `hosts` as a table of one column."""
    if dialect == "postgresql":
        names = sa.func.unnest(sa.bindparam("hosts", type_=sa.ARRAY(sa.Text)))
        return names.table_valued("name", name="wanted").render_derived()
    return sa.func.json_each(sa.bindparam("hosts", type_=sa.JSON)).table_valued("value", name="wanted")


def _write_next(connection: sa.Connection, hosts: Sequence[_Host]) -> None:
    for statement, known in ((_MOVE, True), (_ADD, False)):
        rows = [{"host": host.name, "at": host.next_at} for host in hosts if host.known is known]
        run_many(connection, statement, rows)


_MOVE = sa.update(t.host).where(t.host.c.name == sa.bindparam("host")).values(next_at=sa.bindparam("at"))
_ADD = sa.insert(t.host).values(name=sa.bindparam("host"), next_at=sa.bindparam("at"))


def _number(connection: sa.Connection, granted: Sequence[tuple[Wish, datetime]], owner: str) -> Sequence[int]:
    """Write a row for each of these requests; their numbers, in their order."""
    rows = [
        {"host": wish.host, "owner": owner, "until": at + timedelta(seconds=wish.longest_s)} for wish, at in granted
    ]
    return connection.execute(_NUMBERED, rows).scalars().all() if rows else ()


_NUMBERED = sa.insert(t.asking).returning(t.asking.c.id, sort_by_parameter_order=True)


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
