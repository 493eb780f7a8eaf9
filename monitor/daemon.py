"""The daemon: ticks, signals, reload, drain.  The only APScheduler import.

APScheduler only ticks; what is due stands in the database.  Each tick runs one pass of a loop; a pass that is still
running swallows the ticks that fall into it, and a wake-up starts one at once.
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

Pass = Callable[[], Awaitable[int]]
"""One pass of a loop; returns how much it did: more than nothing means that another pass may find more."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A loop and how often it looks, in seconds.  `feeds` are loops that its work gives work to."""

    name: str
    every_s: float
    run: Pass
    feeds: tuple[str, ...] = ()


@dataclass(slots=True)
class Daemon:
    """Runs ticks until it is told to stop; finishes what is under way first.

    `reload` is called on SIGHUP, `started` once everything ticks, `alive` at every heartbeat.
    """

    ticks: Sequence[Tick]
    reload: Callable[[], Awaitable[None]]
    started: Callable[[], Awaitable[None]]
    drain_s: float = 30.0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Tick until SIGTERM or SIGINT; then take no new work and wait for what is under way."""
        scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        for tick in self.ticks:
            scheduler.add_job(
                self._start,
                IntervalTrigger(seconds=max(tick.every_s, 0.05)),
                args=(tick.name,),
                id=tick.name,
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
        with self._signals():
            scheduler.start()
            for tick in self.ticks:
                await self._start(tick.name)
            await self.started()
            await self._stopping.wait()
            log.info("draining", under_way=sorted(self._running))
            scheduler.shutdown(wait=False)
            await self._drain()

    def stop(self) -> None:
        """Ask for the end; returns at once."""
        self._stopping.set()

    def wake(self, name: str) -> None:
        """Run a loop now, or again right after the pass that is under way."""
        if name in self._running:
            self._again.add(name)
        else:
            self._launch(name)

    async def _start(self, name: str) -> None:
        if name not in self._running:
            self._launch(name)

    def _launch(self, name: str) -> None:
        if self._stopping.is_set():
            return
        tick = next((t for t in self.ticks if t.name == name), None)
        if tick is not None:
            self._running[name] = asyncio.create_task(self._pass(tick), name=f"loop-{name}")

    async def _pass(self, tick: Tick) -> None:
        done = 0
        try:
            done = await tick.run()
        except Exception as error:  # a loop must not end the daemon: it is reported and ticks again
            log.exception("loop-failed", loop=tick.name, error=f"{type(error).__name__}: {error}")
        finally:
            del self._running[tick.name]
        if done:
            for name in tick.feeds:
                self.wake(name)
        if tick.name in self._again:
            self._again.discard(tick.name)
            self._launch(tick.name)

    async def _drain(self) -> None:
        under_way = list(self._running.values())
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
            task = loop.create_task(self._reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.stop)
        loop.add_signal_handler(signal.SIGHUP, on_hangup)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    async def _reload(self) -> None:
        try:
            await self.reload()
        except Exception as error:  # a reload that fails leaves the running configuration in force
            log.exception("reload-failed", error=f"{type(error).__name__}: {error}")
