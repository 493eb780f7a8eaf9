"""When each host may be asked next, shared by all workers.  Hosts are `scheme://name:port`."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t


def host_lock(host: str) -> str:
    """What `Database.unit` must lock so that two workers do not take the same instant."""
    return f"host:{host}"


def reserve(connection: sa.Connection, host: str, now: datetime, spacing_s: float) -> datetime:
    """Take the host's next free instant, never before `now`; the one after it is `spacing_s` later."""
    next_at = connection.execute(sa.select(t.host.c.next_at).where(t.host.c.name == host)).scalar()
    at = now if next_at is None else max(now, next_at)
    following = at + timedelta(seconds=spacing_s)
    if next_at is None:
        connection.execute(sa.insert(t.host).values(name=host, next_at=following))
    else:
        connection.execute(sa.update(t.host).where(t.host.c.name == host).values(next_at=following))
    return at


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
    """Delete hosts whose last instant and block lie before then; how many."""
    over = sa.or_(t.host.c.blocked_until.is_(None), t.host.c.blocked_until < before)
    return connection.execute(sa.delete(t.host).where(t.host.c.next_at < before, over)).rowcount
