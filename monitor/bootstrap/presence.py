"""This process among the workers of a database: its sign of life, the common time, who else is there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from monitor import __version__
from monitor.alert.keys import ops_key
from monitor.bootstrap.monitor import Monitor
from monitor.bootstrap.timekeeping import set_clock
from monitor.errors import StoreBusy, StoreError
from monitor.loops.dispatch import Work
from monitor.loops.ops import tell_ops
from monitor.loops.selfwatch import wind_standing
from monitor.store.ahead import bring_back
from monitor.store.presence import Worker, forget_dead, heartbeat, leave, living
from monitor.store.schema import require_current

log = structlog.get_logger("workers")


@dataclass(slots=True)
class Presence:
    """This process as the others see it."""

    monitor: Monitor
    role: str
    _started_at: datetime = field(init=False)
    _versions: frozenset[str] = frozenset()
    _may_end: bool = True

    def __post_init__(self) -> None:
        self._started_at = self.monitor.clock.now()

    async def beat(self) -> None:
        """Give a sign of life and look at the others.

        Raises `SchemaMismatch` when a newer program has migrated the database: then nothing more may be written.
        """
        await asyncio.to_thread(self._beat)

    def _beat(self) -> None:
        monitor = self.monitor
        require_current(monitor.database)
        set_clock(monitor.clock, monitor.database)
        self._end_standstill()
        now = monitor.clock.now()
        owner = monitor.context.owner
        this = Worker(owner, self.role, socket.gethostname(), _pid(owner), __version__, self._started_at, now)
        # Without a lock: whoever is busy telling must not make this process look dead.
        with monitor.database.unit() as connection:
            heartbeat(connection, this)
            forget_dead(connection, now)
            brought_back = bring_back(connection, now)
            if brought_back:
                wind_standing(connection, monitor.telling(), now)
            versions = frozenset(worker.version for worker in living(connection, now))
        if brought_back:
            log.warning("clock-was-ahead", rows=brought_back)
        if versions != self._versions and len(versions) > 1:
            with monitor.database.unit(lock="tell") as connection:
                _tell_versions(Work(connection, monitor.telling(), now), versions)
        self._versions = versions

    def _end_standstill(self) -> None:
        """A server may keep its roles from that; whoever cannot help the others must not look dead himself."""
        if not self._may_end:
            return
        try:
            ended = self.monitor.database.end_standstill()
        except StoreBusy:
            raise
        except StoreError as error:
            self._may_end = False
            log.warning("standstill-stays", error=error.message, remedy="see the page about PostgreSQL")
            return
        if ended:
            log.warning("standstill-ended", units=ended)

    async def leave(self) -> None:
        """Be listed no more; a database that is away forgets this process by itself."""
        with suppress(StoreError):
            await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        with self.monitor.database.unit() as connection:
            leave(connection, self.monitor.context.owner)


@asynccontextmanager
async def present(monitor: Monitor, role: str) -> AsyncIterator[Presence]:
    """Be listed among the workers while running."""
    presence = Presence(monitor, role)
    await presence.beat()
    try:
        yield presence
    finally:
        await presence.leave()


def _tell_versions(work: Work, versions: frozenset[str]) -> None:
    listed = sorted(versions)
    log.warning("workers-differ", versions=listed)
    headline = "Workers of different versions share this database: " + ", ".join(listed)
    lines = ("They understand each other while the schema is the same; upgrade them all.",)
    tell_ops(work, ops_key("versions", "+".join(listed), f"{work.now:%Y-%m-%d}"), headline, lines)


def _pid(owner: str) -> int:
    return int(owner.split(":")[1])
