"""The daemon: ticks, signals, reload, drain.  The only APScheduler import.

APScheduler only ticks; what is due stands in the database, and a tick never waits for what it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.clock import SystemClock
from monitor.errors import MonitorError

REPEAT_S = 60.0
"""A trouble that stays is logged that often."""
LAST_TICKS_S = 5.0
"""So long ticks, and what was begun out of turn, may take to come back when the end begins; they take milliseconds,
unless the database is away."""
CLOCK_LOOK_S = 5.0
"""How often it is seen whether the clock on the wall was set back."""
SET_BACK = timedelta(seconds=1)
"""Less is what clocks are trimmed by."""

log = structlog.get_logger("daemon")

Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to do again and again, `every_s` seconds apart; a tick that falls into a running one is left out."""

    name: str
    every_s: float
    run: Step


@dataclass(slots=True)
class Daemon:
    """Ticks until it is told to stop, then finishes what is under way.

    `reload` is called on SIGHUP; `started` once everything ticks; `stopping` and then `drain` at the end: each drain
    takes no new work, waits for what is under way, and has `drain_s` seconds for it (what is cut off then resumes from
    its rows).  A tick that has not come back after `hanging_s` hangs: ticks start things and do not wait for them, and
    whatever they ask of the database has limits far below that.

    The scheduler goes by the clock on the wall (`clock`): what waits for a time that was set back is brought forward.
    """

    ticks: Sequence[Tick]
    reload: Step
    started: Step
    drain: Sequence[Step] = ()
    stopping: Callable[[], object] = lambda: None
    drain_s: float = 30.0
    hanging_s: float = 300.0
    clock: SystemClock = field(default_factory=SystemClock)
    clock_look_s: float = CLOCK_LOOK_S
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _reloading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _reload_waits: bool = False
    _ticking: dict[str, tuple[float, asyncio.Future[None]]] = field(default_factory=dict)
    """Since when, and what is done when it comes back."""
    _fault: MonitorError | None = None
    _begun: set[asyncio.Task[None]] = field(default_factory=set)
    _troubles: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; raises what `fail` was given, without finishing anything."""
        scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        for tick in self.ticks:
            scheduler.add_job(
                self._tick,
                IntervalTrigger(seconds=tick.every_s),
                args=(tick,),
                id=tick.name,
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
        with self._signals():
            for tick in self.ticks:
                await self._tick(tick)
            scheduler.start()
            minding = asyncio.create_task(self._guarded("clock", lambda: self._mind_the_clock(scheduler)))
            await self.started()
            await self._ending.wait()
            minding.cancel()
            self.stopping()
            try:
                await self._end(scheduler)
            finally:
                scheduler.shutdown(wait=False)  # cuts off what has not come back

    async def _end(self, scheduler: AsyncIOScheduler) -> None:
        if self._fault is not None:
            raise self._fault
        log.info("draining")
        scheduler.remove_all_jobs()
        if under_way := [*(back for _, back in self._ticking.values()), *self._begun]:
            # Cut off, it would leave claimed what nobody has in hand.
            await asyncio.wait(under_way, timeout=LAST_TICKS_S)
        await self._drain()

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self._ending.set()

    def fail(self, fault: MonitorError) -> None:
        """End because nothing more may be written (the database was migrated by a newer program); returns at once."""
        self._fault = fault
        self._ending.set()

    def do_soon(self, name: str, step: Step) -> None:
        """Begin a step out of turn, unless the end has begun; what goes wrong with it is reported as with a tick's."""
        if self._ending.is_set():
            return
        task = asyncio.get_running_loop().create_task(self._guarded(name, step))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    def hanging(self) -> tuple[str, ...]:
        """The names of ticks that do not come back."""
        now_s = asyncio.get_running_loop().time()
        return tuple(name for name, (since_s, _) in self._ticking.items() if now_s - since_s > self.hanging_s)

    async def _mind_the_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Bring forward ticks that are further away than they ever should be."""
        every = {tick.name: timedelta(seconds=tick.every_s) for tick in self.ticks}
        while True:
            await asyncio.sleep(self.clock_look_s)
            now = self.clock.now()
            late = [job for job in scheduler.get_jobs() if job.next_run_time - now > every[job.id] + SET_BACK]
            for job in late:
                job.modify(next_run_time=now)
            if late:
                log.warning("clock-set-back", ticks=len(late), now=now.isoformat())

    async def _tick(self, tick: Tick) -> None:
        loop = asyncio.get_running_loop()
        back = loop.create_future()
        self._ticking[tick.name] = loop.time(), back
        try:
            await self._guarded(tick.name, tick.run)
        finally:
            del self._ticking[tick.name]
            back.set_result(None)

    def _hung_up(self) -> None:
        """Reload; however often that is asked for while another reload lasts, once more is enough."""
        if not self._reload_waits:
            self._reload_waits = True
            self.do_soon("reload", self._reload)

    async def _reload(self) -> None:
        async with self._reloading:
            self._reload_waits = False
            await self.reload()

    async def _guarded(self, name: str, step: Step) -> None:
        # A tick that fails must not end the daemon: it is reported and comes again.
        try:
            await step()
        except MonitorError as error:
            if self._is_news(name, error.message):
                log.warning("tick-failed", tick=name, code=error.code, error=error.message, remedy=error.remedy)
        except Exception as error:
            if self._is_news(name, repr(error)):
                log.exception("tick-failed", tick=name, error=f"{type(error).__name__}: {error}")
        else:
            if self._troubles.pop(name, None):
                log.info("tick-recovered", tick=name)

    def _is_news(self, name: str, error: str) -> bool:
        """A full disk fails every tick, twice a second: it is told when it begins, and once a minute."""
        now_s = asyncio.get_running_loop().time()
        known, told_s = self._troubles.get(name, ("", 0.0))
        if known == error and now_s - told_s < REPEAT_S:
            return False
        self._troubles[name] = (error, now_s)
        return True

    async def _drain(self) -> None:
        under_way = [asyncio.create_task(self._guarded("drain", step)) for step in self.drain]
        if under_way:
            _, left = await asyncio.wait(under_way, timeout=self.drain_s)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self.stop, signal.SIGINT: self.stop, signal.SIGHUP: self._hung_up}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)
