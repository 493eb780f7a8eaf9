"""Which processes work on the database, and waking them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.upsert import insert_new
from monitor.store.wakeup import notify

WAKE = "wake"


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs loops; `seen_at` is its last heartbeat."""

    id: str
    role: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime


def heartbeat(connection: sa.Connection, worker: Worker) -> None:
    """Say that this worker lives."""
    values = {"seen_at": worker.seen_at}
    if connection.execute(sa.update(t.worker).where(t.worker.c.id == worker.id).values(values)).rowcount:
        return
    connection.execute(
        sa.insert(t.worker).values(
            id=worker.id,
            role=worker.role,
            host=worker.host,
            pid=worker.pid,
            version=worker.version,
            started_at=worker.started_at,
            seen_at=worker.seen_at,
        )
    )


def leave(connection: sa.Connection, worker_id: str) -> None:
    """This worker ends in good order."""
    connection.execute(sa.delete(t.worker).where(t.worker.c.id == worker_id))


def forget_dead(connection: sa.Connection, now: datetime, after_s: float = 86_400.0) -> None:
    """Delete workers that have given no sign of life for a day: they were killed."""
    connection.execute(sa.delete(t.worker).where(t.worker.c.seen_at < now - timedelta(seconds=after_s)))


def living(connection: sa.Connection, now: datetime, within_s: float = 120.0) -> list[Worker]:
    """The workers heard of within that time."""
    since = now - timedelta(seconds=within_s)
    rows = connection.execute(sa.select(t.worker).where(t.worker.c.seen_at >= since).order_by(t.worker.c.id))
    return [Worker(**row) for row in rows.mappings()]


def server_time(connection: sa.Connection) -> datetime | None:
    """What the database server's clock shows; None where the database has no clock of its own."""
    if connection.dialect.name != "postgresql":
        return None
    shown: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return shown.astimezone(UTC)


def wake(connection: sa.Connection) -> None:
    """Tell the daemon that a command changed something; it looks at `wakings` every second or so."""
    # Locked: of two who wake it at the same moment, the second has to show a number that nobody has seen.
    known = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == WAKE).with_for_update()).scalar()
    if known is None:
        connection.execute(insert_new(connection, t.meta), [{"key": WAKE, "value": 1}])
    else:
        connection.execute(sa.update(t.meta).where(t.meta.c.key == WAKE).values(value=int(known) + 1))
    notify(connection)


def wakings(connection: sa.Connection) -> int:
    """How often the daemon was woken; a changed number means that there is something to do."""
    value = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == WAKE)).scalar()
    return int(value or 0)
