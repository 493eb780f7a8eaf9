"""The daemon: ticks, signals, reload, drain.  The only APScheduler import.

APScheduler only ticks; what is due stands in the database, and a tick never waits for what it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

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

    `reload` is called on SIGHUP; `started` once everything ticks; `drain` at the end: each takes no new work, waits for
    what is under way, and has `drain_s` seconds for it (what is cut off then resumes from its rows).
    """

    ticks: Sequence[Tick]
    reload: Step
    started: Step
    drain: Sequence[Step] = ()
    drain_s: float = 30.0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        for tick in self.ticks:
            scheduler.add_job(
                self._guarded,
                IntervalTrigger(seconds=tick.every_s),
                args=(tick.name, tick.run),
                id=tick.name,
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
        with self._signals():
            for tick in self.ticks:
                await self._guarded(tick.name, tick.run)
            scheduler.start()
            await self.started()
            await self._stopping.wait()
            log.info("draining")
            scheduler.shutdown(wait=False)
            await self._drain()

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self._stopping.set()

    async def _guarded(self, name: str, step: Step) -> None:
        # A tick that fails must not end the daemon: it is reported and comes again.
        try:
            await step()
        except Exception as error:
            log.exception("tick-failed", tick=name, error=f"{type(error).__name__}: {error}")

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
        reloads: set[asyncio.Task[None]] = set()

        def on_hangup() -> None:
            task = loop.create_task(self._guarded("reload", self.reload))
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        handlers = {signal.SIGTERM: self.stop, signal.SIGINT: self.stop, signal.SIGHUP: on_hangup}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)
