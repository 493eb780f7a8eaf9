"""One life of the monitor in a process of its own: some passes or the daemon, until it ends or is killed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from monitor.bootstrap.monitor import Surroundings
from monitor.bootstrap.running import run_daemon, run_once
from monitor.clock import SharedClock
from monitor.store.unit import open_engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order:
    """What a life is to do.

    `steps` are instants at which one pass each is made, in seconds of the epoch; with `daemon` the daemon runs from the
    first of them on.  `die_at` is the moment (two for each commit: before and after) at which the process kills itself.
    `file_limit` is how large files may become, in bytes: a disk that is full.  `points` is the file that names each
    moment.
    """

    config: str
    steps: tuple[float, ...]
    daemon: bool = False
    die_at: int = 0
    file_limit: int = 0
    points: str = ""
    here: bool = False
    """In the nursery itself, so that it has loaded and compiled what all later lives need."""


class StagedClock(SharedClock):
    """Shows what the stage says, and goes on from there; the database's own time does not count."""

    def __init__(self) -> None:
        super().__init__()
        self._offset = timedelta(0)

    def stage(self, epoch_s: float) -> None:
        """Show that instant from now on."""
        self._offset = timedelta(seconds=epoch_s) - timedelta(seconds=self.local().timestamp())

    def now(self) -> datetime:
        return self.local() + self._offset

    def set_by(self, other: datetime, *, read_at: datetime) -> float:
        return 0.0


class Inline:
    """Workers that work on a thread, without a limit: what happens to worker processes is tested elsewhere."""

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        return await asyncio.to_thread(function, *args)


@dataclass(slots=True)
class Reaper:
    """A commit observer that names every moment and kills the process at one of them, as `kill -9` does."""

    die_at: int
    points: Path | None
    seen: int = 0
    _gate: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, when: str) -> None:
        with self._gate:
            self.seen += 1
            if self.points is not None:
                with self.points.open("a", encoding="utf-8") as out:
                    out.write(f"{when} {_committer()}\n")
            if self.seen == self.die_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _committer() -> str:
    """The function of the program that began the unit."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(("monitor.loops", "monitor.bootstrap")) and frame.f_code.co_name != "unit":
            return f"{module.rpartition('.')[2]} {frame.f_code.co_name.strip('_')}"
    return "start enter"


_ENGINES: dict[str, sa.Engine] = {}


def _engine(url: str) -> sa.Engine:
    """The engine of that address; one that the nursery has used already knows its statements."""
    if url not in _ENGINES:
        _ENGINES[url] = open_engine(url)
    return _ENGINES[url]


def live(order: Order) -> int:
    """Live as ordered; 0 at a natural end."""
    if order.file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_limit, resource.RLIM_INFINITY))
    clock = StagedClock()
    reaper = Reaper(order.die_at, Path(order.points) if order.points else None)
    around = Surroundings(clock, Inline(), reaper, _engine)
    for step in order.steps:
        clock.stage(step)
        if order.daemon:
            asyncio.run(run_daemon(Path(order.config), "all", surroundings=around))
        else:
            asyncio.run(run_once(Path(order.config), everything=True, surroundings=around))
    return 0
