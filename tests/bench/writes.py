"""What a small installation writes a day: 210 sources at ten minutes on SQLite, hours passing in seconds.

Counted is what is handed to the kernel (`wchar`): the log, and what checkpoints copy into the database.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.gather import Gathering, gather_once
from monitor.loops.read import read_once
from monitor.model.source import SourceKind, SourceSpec
from monitor.store import schema, sources
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from monitor.workers import WorkerPool
from tests.bench.polls import NoRules, StillWeb

Row = dict[str, object]
SOURCES = 210
EVERY_S = 600.0
HOURS = 1
LOOK_S, FLUSH_S = 0.5, 2.0
"""As the daemon ticks."""


def run() -> list[Row]:
    """Rows of the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> list[Row]:
    clock = FrozenClock()
    web = StillWeb(clock)
    specs = [
        SourceSpec(f"s{n}", f"s{n}", SourceKind.FEED, f"https://host{n}.example/feed", every_s=EVERY_S)
        for n in range(SOURCES)
    ]
    database = Database(open_engine(f"sqlite:///{folder}/bench.db"))
    schema.upgrade(database)
    with database.unit() as connection:
        sources.sync_sources(connection, specs, clock.now())
    async with WorkerPool(1) as workers:
        context = Context(
            database=database,
            clock=clock,
            fetcher=web,
            workers=workers,
            sources={spec.id: spec for spec in specs},
            watchlist=Watchlist(NoRules()),
            owner="bench",
            settings=LoopSettings(),
        )
        await gather_once(context, everything=True)
        await read_once(context)
        web.not_modified = True
        await _pass_hours(context, clock, 1)  # until the first polls have spread
        before = _written()
        polls = await _pass_hours(context, clock, HOURS)
        written = _written() - before
    database.dispose()
    each = written / polls
    return [
        {"bench": "writes.unchanged", "case": "a poll", "value": each / 1000, "unit": "kB"},
        {"bench": "writes.unchanged", "case": "a day of 210 sources", "value": each * 30_240 / 1e6, "unit": "MB"},
    ]


async def _pass_hours(context: Context, clock: FrozenClock, hours: int) -> int:
    """Let the loop tick as the daemon does; how many polls there were."""
    gathering = Gathering(context)
    for tick in range(round(hours * 3600 / LOOK_S)):
        clock.advance(seconds=LOOK_S)
        if await gathering.start_due():
            while gathering.in_hand:
                await gathering.wait_for_room()
        if tick % round(FLUSH_S / LOOK_S) == 0:
            await gathering.flush_due()
    await gathering.flush()
    return gathering.report.polled


def _written() -> int:
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


if __name__ == "__main__":
    for row in run():
        print(f"{row['bench']:18} {row['case']:28} {row['value']:10.2f} {row['unit']}")
