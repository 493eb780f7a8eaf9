"""`once` and `run`: the loops put together over an open monitor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.alert.words import counted
from monitor.bootstrap.frugal import give_back, hold_little, trim
from monitor.bootstrap.logs import set_up_logs
from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import Monitor, Surroundings, open_monitor
from monitor.bootstrap.page import Page
from monitor.bootstrap.presence import Presence, present
from monitor.bootstrap.service import ServiceManager
from monitor.config.problems import ERROR
from monitor.daemon import Daemon, Tick
from monitor.errors import MonitorError, SchemaMismatch
from monitor.loops.courier import courier_once
from monitor.loops.evaluate import evaluate_once
from monitor.loops.gather import GatherReport, gather_once
from monitor.loops.lane import CourierReport
from monitor.loops.read import ReadReport, read_once
from monitor.store import outbox
from monitor.store.wakeup import Wakeups

HEARTBEAT_S = 15.0
WAKE_GATHER_S = 0.05
GIVE_BACK_S = 60.0
TRIM_S = 5.0
"""What a batch of polls leaves behind is as much as all rules."""
RELOAD_LOOK_S = 2.0
"""How often the configuration's files are looked at for changes."""


@dataclass(frozen=True, slots=True)
class OnceReport:
    """What one pass did."""

    problems: tuple[str, ...]
    gathered: GatherReport
    read: ReadReport
    courier: CourierReport

    @property
    def dead(self) -> int:
        """Deliveries that died."""
        return self.courier.dead

    def as_json(self) -> dict[str, object]:
        """Counts."""
        return {
            "problems": list(self.problems),
            "polled": self.gathered.polled,
            "failed": self.gathered.failed,
            "new": self.gathered.new,
            "told": self.gathered.told + self.read.told,
            "sent": self.courier.sent,
            "retried": self.courier.retried,
            "dead": self.courier.dead,
        }

    def in_words(self) -> str:
        """One line for people."""
        g, c = self.gathered, self.courier
        found = f"{counted(g.new, 'new article')}, {counted(self.read.read, 'page')} read"
        told = (
            f"{counted(g.told + self.read.told, 'alert')}; sent {c.sent}, {c.retried} to be tried again, {c.dead} dead"
        )
        return f"polled {g.polled} ({g.failed} failed, {g.unchanged} unchanged): {found}, {told}"


async def run_once(path: Path, *, everything: bool, surroundings: Surroundings | None = None) -> OnceReport:
    """Due polls (`everything`: every source that is neither paused nor gone), texts and deliveries, each tried once."""
    set_up_logs(level="warning", form="auto")
    async with open_monitor(path, obey_blocks=not everything, surroundings=surroundings) as monitor:
        loops = Loops(monitor)
        await asyncio.to_thread(loops.arm)
        gathered = await gather_once(monitor.context, everything=everything)
        read = await read_once(monitor.context)
        await evaluate_once(loops.evaluate)
        await loops.upkeep.once()
        if everything:
            await asyncio.to_thread(_hasten, monitor)
        courier = await courier_once(loops.courier)
        problems = tuple(
            f"{p.place.file}:{p.place.line}: [{p.code}] {p.words}"
            for p in monitor.setup.problems
            if p.severity == ERROR
        )
        return OnceReport(problems, gathered, read, courier)


def _hasten(monitor: Monitor) -> None:
    """A full pass tries what waits after a failure, too."""
    with monitor.database.unit() as connection:
        outbox.hasten(connection, monitor.clock.now())


async def run_daemon(path: Path, role: str, *, surroundings: Surroundings | None = None) -> None:
    """Until SIGTERM.  `role`: all, poller (gather, read, evaluate), deliverer (courier), web.

    Raises `SchemaMismatch` when a newer program migrates the database meanwhile, `ConfigError` for a page that would be
    open to others without a lock.
    """
    service = ServiceManager.here()
    hold_little()
    around = replace(surroundings or Surroundings(), taking_long=service.taking_long)
    async with open_monitor(path, writes=role != "web", surroundings=around) as monitor:
        section = monitor.setup.config.model.log
        set_up_logs(level=section.level, form=section.format)
        loops = Loops(monitor)
        page = Page(monitor, role)
        await page.follow()
        await asyncio.to_thread(loops.arm)
        async with present(monitor, role) as presence:
            daemon = _daemon(loops, presence, service, page)
            with Wakeups(monitor.database, _waker(daemon, loops, role)):
                await daemon.run()


def _daemon(loops: Loops, presence: Presence, service: ServiceManager, page: Page) -> Daemon:
    role = presence.role

    async def beat() -> None:
        if hanging := daemon.hanging():
            # Whoever asks shall not take this process for alive: the service manager, `status --check`, other workers.
            message = f"{', '.join(hanging)} does not come back: this process gives no sign of life any more"
            raise MonitorError(message, code="tick-hangs", remedy="restart it; with systemd's watchdog that happens")
        try:
            await presence.beat()
        except SchemaMismatch as mismatch:
            daemon.fail(mismatch)

    async def started() -> None:
        service.ready(await loops.announce())

    async def reload() -> None:
        service.reloading()
        try:
            await loops.reload()
            await page.follow()
        finally:
            service.ready(loops.in_words())

    async def look() -> None:
        await _look(loops, role, service)
        await page.follow()

    async def alive() -> None:
        if not daemon.hanging():
            service.alive()

    async def tidy() -> None:
        await asyncio.to_thread(loops.monitor.database.forget_pages)
        await asyncio.to_thread(give_back)

    async def clear() -> None:
        await asyncio.to_thread(trim)

    upkeep = [
        Tick("heartbeat", HEARTBEAT_S, beat),
        Tick("files", RELOAD_LOOK_S, look),
        Tick("memory", GIVE_BACK_S, tidy),
        Tick("room", TRIM_S, clear),
    ]
    if service.watchdog_s is not None:
        # Twice within the time, by the same dispatcher that ticks everything else: if it hangs, so does this; and if
        # another tick does (all threads wait for a disk that is gone, say), this one knows.
        upkeep.append(Tick("watchdog", service.watchdog_s / 2, alive))
    daemon = Daemon(
        ticks=(*loops.ticks(role), *upkeep),
        reload=reload,
        started=started,
        drain=(*loops.drains(role), page.close),
        stopping=service.stopping,
    )
    return daemon


async def _look(loops: Loops, role: str, service: ServiceManager) -> None:
    before = loops.in_words()
    await loops.look(role)
    if (words := loops.in_words()) != before:
        service.status(words)


def _waker(daemon: Daemon, loops: Loops, role: str) -> Callable[[], object]:
    """What the listening thread calls: the loops look for work at once, and once for all calls of a moment."""
    loop, waiting = asyncio.get_running_loop(), asyncio.Event()

    async def woken() -> None:
        await asyncio.sleep(WAKE_GATHER_S)
        waiting.clear()
        await loops.woken(role)

    def wake() -> None:
        if not waiting.is_set():
            waiting.set()
            daemon.do_soon("wake", woken)

    return lambda: loop.call_soon_threadsafe(wake)
