"""What a small installation writes a day: 210 sources at ten minutes on SQLite, hours passing in seconds.

Counted is what is handed to the kernel (`wchar`): the log, and what checkpoints copy into the database.  The sources
are due one after the other, as they are after some days; timers, signs of life and chores come as in the daemon.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from monitor.alert.settings import AlertSettings
from monitor.loops.context import Context, LoopSettings
from monitor.loops.dispatch import Telling
from monitor.loops.evaluate import EvaluateContext, arm_timers, evaluate
from monitor.loops.gather import Gathering, gather_once
from monitor.loops.read import read_once
from monitor.model.settled import RuleBook
from monitor.model.source import SourceKind, SourceSpec
from monitor.store import tables as t
from monitor.store.ahead import bring_back
from monitor.store.presence import Worker, forget_dead, heartbeat
from monitor.store.unit import Database
from monitor.testing import FrozenClock
from tests.bench.polls import still_world

Row = dict[str, object]
SOURCES = 210
EVERY_S = 600.0
HOURS = 3
"""Long enough for the log to be copied into the database."""
DAY_POLLS = SOURCES * 144
LOOK_S, BEAT_S = 0.5, 15.0
"""As the daemon ticks."""


def run() -> list[Row]:
    """Rows of the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> list[Row]:
    specs = [
        SourceSpec(f"s{n}", f"s{n}", SourceKind.FEED, f"https://host{n}.example/feed", every_s=EVERY_S)
        for n in range(SOURCES)
    ]
    async with still_world(folder, specs, LoopSettings()) as world:
        await gather_once(world.context, everything=True)
        await read_once(world.context)
        world.web.not_modified = True
        _begin(world.context.database, world.clock)
        before = _written()
        polls = await _pass_hours(world.context, world.clock, HOURS)
        written = _written() - before
    each, day = written / polls, written * 24 / HOURS
    return [
        {"bench": "writes.unchanged", "case": "a poll", "value": each / 1000, "unit": "kB"},
        {"bench": "writes.unchanged", "case": "polls a day", "value": polls * 24 / HOURS, "unit": ""},
        {"bench": "writes.unchanged", "case": "a day of 210 sources", "value": day / 1e6, "unit": "MB"},
    ]


def _begin(database: Database, clock: FrozenClock) -> None:
    """As after some days: due one after the other, what the first polls wrote is in the database."""
    now = clock.now()
    with database.unit() as connection:
        for number in range(SOURCES):
            due = now + timedelta(seconds=EVERY_S * number / SOURCES)
            name = f"s{number * 37 % SOURCES}"  # neighbours in the file are no neighbours in time
            connection.execute(sa.update(t.source).where(t.source.c.id == name).values(due_at=due))
        arm_timers(connection, _telling(), now)
    with database.outside() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


def _telling() -> Telling:
    return Telling(RuleBook({}), {}, AlertSettings())


async def _pass_hours(context: Context, clock: FrozenClock, hours: int) -> int:
    """Let the loops tick as the daemon does; how many polls there were."""
    gathering = Gathering(context)
    evaluating = EvaluateContext(context.database, _telling, clock, context.owner)
    for tick in range(round(hours * 3600 / LOOK_S)):
        clock.advance(seconds=LOOK_S)
        await gathering.tick()
        while gathering.in_hand:
            await gathering.wait_for_room()
        evaluate(evaluating)
        if tick % round(BEAT_S / LOOK_S) == 0:
            _beat(context, clock)
    await gathering.flush()
    return gathering.report.polled


def _beat(context: Context, clock: FrozenClock) -> None:
    now = clock.now()
    with context.database.unit() as connection:
        heartbeat(connection, Worker(context.owner, "all", "here", 1, "1", now, now))
        forget_dead(connection, now)
        bring_back(connection, now)


def _written() -> int:
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


if __name__ == "__main__":
    for row in run():
        print(f"{row['bench']:18} {row['case']:28} {row['value']:10.2f} {row['unit']}")
