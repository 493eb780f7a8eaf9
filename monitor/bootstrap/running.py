"""`once` and `run`: the loops put together over an open monitor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from monitor.bootstrap.logs import set_up_logs
from monitor.bootstrap.monitor import Monitor, Setup, open_monitor, worker_row
from monitor.bootstrap.web import open_page
from monitor.config.problems import ERROR
from monitor.daemon import Daemon, Step, Tick
from monitor.deliver.apprise import AppriseSender
from monitor.errors import ConfigError
from monitor.loops.courier import Courier, CourierContext, CourierReport, courier_once
from monitor.loops.dispatch import Work
from monitor.loops.evaluate import EvaluateContext, arm_timers, evaluate_once
from monitor.loops.gather import Gathering, GatherReport, gather_once
from monitor.loops.ops import tell_ops
from monitor.loops.read import PageReading, ReadReport, read_once
from monitor.store.presence import heartbeat, leave, wakings

log = structlog.get_logger("monitor")

HEARTBEAT_S = 15.0
LOOK_S = 0.5
"""How often the loops look for due rows: an empty look costs well under a millisecond."""
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
        told = g.told + self.read.told
        return (
            f"polled {g.polled} ({g.failed} failed, {g.unchanged} unchanged): {g.new} new articles, "
            f"{self.read.read} pages read, {told} alerts; sent {c.sent}, {c.retried} to be tried again, {c.dead} dead"
        )


async def run_once(path: Path, *, everything: bool) -> OnceReport:
    """Due polls (`everything`: every source that is neither paused nor gone), texts and deliveries, each tried once."""
    set_up_logs(level="warning", form="auto")
    async with open_monitor(path, obey_blocks=not everything) as monitor:
        loops = _Loops(monitor)
        await asyncio.to_thread(loops.arm)
        gathered = await gather_once(monitor.context, everything=everything)
        read = await read_once(monitor.context)
        await evaluate_once(loops.evaluate)
        courier = await courier_once(loops.courier)
        problems = tuple(
            f"{p.place.file}:{p.place.line}: [{p.code}] {p.words}"
            for p in monitor.setup.problems
            if p.severity == ERROR
        )
        return OnceReport(problems, gathered, read, courier)


async def run_daemon(path: Path, role: str) -> None:
    """Until SIGTERM.  `role`: all, poller (gather, read, evaluate), deliverer (courier), web."""
    async with open_monitor(path, writes=role != "web") as monitor:
        section = monitor.setup.config.model.log
        set_up_logs(level=section.level, form=section.format)
        loops = _Loops(monitor)
        page = await open_page(monitor, role, loops.reload)
        await asyncio.to_thread(loops.arm)
        async with _presence(monitor, role) as beat:
            daemon = Daemon(
                ticks=(
                    *loops.ticks(role),
                    Tick("heartbeat", HEARTBEAT_S, beat),
                    Tick("files", RELOAD_LOOK_S, loops.look),
                ),
                reload=loops.reload,
                started=loops.announce,
                drain=(*loops.drains(role), *((page.stop,) if page else ())),
            )
            await daemon.run()


@dataclass(slots=True)
class _Loops:
    """The four loops over one monitor, and what changes them while they run."""

    monitor: Monitor
    gathering: Gathering = field(init=False)
    reading: PageReading = field(init=False)
    courier: CourierContext = field(init=False)
    evaluate: EvaluateContext = field(init=False)
    _delivering: Courier = field(init=False)
    _files: dict[str, float] = field(init=False)
    _woken: int = 0

    def __post_init__(self) -> None:
        context = self.monitor.context
        self.gathering, self.reading = Gathering(context), PageReading(context)
        telling, clock, owner = self.monitor.telling, context.clock, context.owner
        self.courier = CourierContext(context.database, telling, AppriseSender(), clock, owner)
        self.evaluate = EvaluateContext(context.database, telling, clock, owner)
        self._delivering = Courier(self.courier)
        self._files = self._changed_at()

    def arm(self) -> None:
        """Wind the timers that run by themselves, and say what was refused."""
        now = self.monitor.clock.now()
        with self.monitor.database.unit(lock="tell") as connection:
            work = Work(connection, self.monitor.telling(), now)
            arm_timers(connection, work.telling, now)
            _tell_changes(work, self.monitor.setup, now)

    def ticks(self, role: str) -> tuple[Tick, ...]:
        """What this role does again and again."""
        poller = (
            Tick("gather", LOOK_S, self.gathering.start_due),
            Tick("flush", 2.0, self.gathering.flush),
            Tick("read", LOOK_S, self.reading.start_due),
            Tick("evaluate", LOOK_S, self._evaluate),
        )
        deliverer = (Tick("deliver", LOOK_S, self._delivering.tick),)
        return {"all": poller + deliverer, "poller": poller, "deliverer": deliverer}.get(role, ())

    def drains(self, role: str) -> tuple[Step, ...]:
        """What must come to an end before the process does."""
        poller = (self.gathering.drain, self.reading.drain)
        deliverer = (self._delivering.stop,)
        return {"all": poller + deliverer, "poller": poller, "deliverer": deliverer}.get(role, ())

    async def _evaluate(self) -> None:
        await evaluate_once(self.evaluate)

    async def reload(self) -> None:
        """Read the configuration again; one that cannot be used leaves the running one in force, and ops hear of it."""
        self._files = self._changed_at()
        try:
            setup = await asyncio.to_thread(self.monitor.reload)
        except ConfigError as error:
            log.warning("configuration-refused", error=error.message)
            await asyncio.to_thread(self._tell_refused, error)
            return
        self.gathering.context = self.reading.context = self.monitor.context
        await asyncio.to_thread(self.arm)
        rules = setup.rules
        log.info(
            "configuration-loaded",
            sources=len(setup.config.sources),
            rules=len(rules.rules.rules),
            added=rules.sync.added,
            changed=rules.sync.changed,
            removed=rules.sync.removed,
            kept=rules.kept,
            not_watching=rules.not_watching,
        )

    async def look(self) -> None:
        """Reload when a file of the configuration changed; wake up when a command asks for it."""
        if self._changed_at() != self._files:
            await self.reload()
        woken = await asyncio.to_thread(self._wakings)
        if woken != self._woken:
            self._woken = woken
            await self.gathering.start_due()

    async def announce(self) -> None:
        """Say what is watched now."""
        setup = self.monitor.setup
        log.info(
            "watching",
            sources=len(setup.config.sources),
            rules=len(setup.rules.rules.rules),
            not_watching=setup.rules.not_watching,
            database=self.monitor.database.engine.url.render_as_string(hide_password=True),
        )

    def _wakings(self) -> int:
        with self.monitor.database.reading() as connection:
            return wakings(connection)

    def _changed_at(self) -> dict[str, float]:
        found = {}
        for name in self.monitor.setup.loaded.files:
            try:
                found[name] = Path(name).stat().st_mtime
            except OSError:
                found[name] = 0.0
        return found

    def _tell_refused(self, error: ConfigError) -> None:
        now = self.monitor.clock.now()
        with self.monitor.database.unit(lock="tell") as connection:
            work = Work(connection, self.monitor.telling(), now)
            lines = error.message.splitlines()
            tell_ops(work, f"config:file:{now:%Y-%m-%dT%H:%M}", "The changed configuration is refused", lines)


def _tell_changes(work: Work, setup: Setup, now: datetime) -> None:
    """Ops hear of refused rules at once, and which rules a reload added, changed or removed."""
    for rule_id in sorted(setup.checked.refused):
        problem = next((p for p in setup.checked.errors if p.rule_id == rule_id), None)
        if problem is None:
            continue
        goes_on = rule_id in setup.rules.kept
        headline = f"Rule {rule_id} is refused: " + ("its last good version goes on" if goes_on else "NOT WATCHING")
        line = f"{problem.place.file}:{problem.place.line} {problem.words}"
        tell_ops(work, f"rule-refused:{rule_id}:{now:%Y-%m-%d}", headline, (line,))
    if setup.rules.sync.removed:
        removed = ", ".join(setup.rules.sync.removed)
        key = f"rules-removed:watchlist:{now:%Y-%m-%dT%H:%M:%S}"
        tell_ops(work, key, "Rules were removed from the watchlist", (removed,))


@asynccontextmanager
async def _presence(monitor: Monitor, role: str) -> AsyncIterator[Step]:
    """Be listed among the workers while running; yields the heartbeat."""
    started, owner = monitor.clock.now(), monitor.context.owner

    def write() -> None:
        with monitor.database.unit() as connection:
            heartbeat(connection, worker_row(owner, role, started, monitor.clock.now()))

    def erase() -> None:
        with monitor.database.unit() as connection:
            leave(connection, owner)

    async def beat() -> None:
        await asyncio.to_thread(write)

    await beat()
    try:
        yield beat
    finally:
        await asyncio.to_thread(erase)
