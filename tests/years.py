"""Years of a small installation in minutes: `python -m tests.years --years 3`.

The loops run over a real database and real requests, by a clock that leaps from one look to the next, through summer
time, leap days and turns of the year.  Texts come and are revised, rules fire, are changed and removed, sources go and
others come; forgetting, filing words and mail about oneself happen in their time.  Ends with 1 when a table that should
stay bounded, or the file, is larger at the end than a year before, or when what is asked in the last days reads a table
of years from one end to the other.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
import yaml

from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import Monitor, Surroundings, open_monitor
from monitor.bootstrap.presence import Presence
from monitor.loops.courier import courier_once
from monitor.loops.evaluate import evaluate_once
from monitor.loops.gather import gather_once
from monitor.loops.read import read_once
from monitor.store.rowwise import kept_tables
from monitor.store.vacuum import room
from monitor.store.verify import verify
from monitor.testing import FakeWeb, Reply
from monitor.testing.web import SeenRequest
from tests import load
from tests.crash.life import Inline, StagedClock

BEGIN = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
LOOKS = 3
"""A day."""
SOURCES, RULES = 6, 40
ITEMS = 12
NEW = 4
"""Items that a source brings a day."""
CHANGES_DAYS = 30
"""After so many days the configuration is another one."""
WATCHED_DAYS = 5
"""In the last days every statement is looked at."""
GROWTH, SPARE = 1.1, 60
"""What a bounded table may have more of than a year before: this share, and so many rows."""
FOR_EVER = frozenset({"rule_version", "rule_state", "source", "vocabulary", "rarity", "meta"})
"""Kept for ever, or as large as the words of the world."""
GROWING = ("article", "sighting", "entry", "revision", "match", "alert", "alert_article", "delivery", "poll", "story")


@dataclass
class World:
    """What the feeds show, and what the configuration says, on a day."""

    web: FakeWeb
    folder: Path
    day: int = 0
    late: bool = False
    spoken: list[load.Tongue] = field(default_factory=load.tongues)

    def configure(self) -> None:
        """Write the configuration of this season: some rules and one source are others than before."""
        season = self.day // CHANGES_DAYS
        spoken = self.spoken
        rules = load.rules(spoken, RULES + season)[season:]
        rules += [{"id": f"often-{tongue.language}", "match": tongue.forms[40 + season % 3]} for tongue in spoken]
        sources = []
        for number in (*range(SOURCES - 1), SOURCES + season):
            tongue = spoken[number % len(spoken)]
            url = self.web.route(f"/feed/{number}", partial(self._feed, tongue, number))
            sources.append({"id": f"s{number}", "name": f"S{number}", "feed": url, "full_text": "never"})
        hook = self.web.route("/hook", "taken").replace("http://", "json://")
        config = {
            "channels": {"hook": {"to": hook, "rate": 1000, "burst": 1000}},
            "defaults": {"every": "6h", "alert": {"to": ["hook"], "max_per_hour": 0}},
            "timezone": "Europe/Berlin",
            "alerts": {"ops": ["hook"]},
            "articles": {"keep": "60d", "keep_alerted": "120d", "keep_polls": "30d"},
            "fetch": {"allow_addresses": ["127.0.0.1"], "host_spacing": "0s", "per_host": 8},
            "web": {"listen": "off"},
            "sources": sources,
            "watchlist": rules,
        }
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config))

    def _feed(self, tongue: load.Tongue, number: int, request: SeenRequest) -> Reply:
        body = load.feed(tongue, number, ITEMS + NEW * self.day, None, ITEMS)
        if self.late:  # the newest item is revised in the evening
            body = body.replace("</description>", " Later more was said of it.</description>", 1)
        tag = f'"{hashlib.blake2b(body.encode(), digest_size=8).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(body, headers={"ETag": tag})


@dataclass(frozen=True, slots=True)
class Census:
    """Rows of each table and bytes of the file, at the end of a year."""

    rows: dict[str, int]
    size: int
    free: int


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=float, default=3.0, help="at least 2.5, so that two of them can be compared")
    parser.add_argument("--days", type=int, default=0, help="only so many days, for trying it out")
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    days = args.days or round(args.years * 365.25)
    with tempfile.TemporaryDirectory() as folder, FakeWeb() as web:
        return asyncio.run(live(World(web, Path(folder)), days))


async def live(world: World, days: int) -> int:
    """Let so many days pass; 0 when nothing grew that should not."""
    clock = StagedClock()
    clock.stage(BEGIN.timestamp())
    world.configure()
    census: dict[int, Census] = {}
    asked: dict[str, Any] = {}
    path = world.folder / "config.yaml"
    async with open_monitor(path, surroundings=Surroundings(clock, Inline())) as monitor:
        loops, presence = Loops(monitor), Presence(monitor, "all")
        loops.arm()
        for world.day in range(days):
            if world.day and world.day % CHANGES_DAYS == 0:
                world.configure()
            with _noted(monitor, asked if world.day >= days - WATCHED_DAYS else {}):
                for look in range(LOOKS):
                    world.late = look == LOOKS - 1
                    clock.stage((BEGIN + timedelta(days=world.day, hours=24 / LOOKS * look)).timestamp())
                    await _look(monitor, loops, presence)
            if (days - world.day - 1) % 30 == 0:
                census[world.day] = _census(monitor)
                _show(world.day, census[world.day])
        faults = [*larger(census, days), *_walks(monitor, asked), *verify(monitor.database).problems]
    print("\n".join(faults) or "everything that should stays bounded")
    return 1 if faults else 0


async def _look(monitor: Monitor, loops: Loops, presence: Presence) -> None:
    """What the daemon does between two ticks that find something."""
    await presence.beat()
    await loops.look("all")
    await gather_once(monitor.context)
    await read_once(monitor.context)
    await evaluate_once(loops.evaluate)
    await courier_once(loops.courier)
    await loops.upkeep.tick()
    await loops.upkeep.drain()


def _census(monitor: Monitor) -> Census:
    with monitor.database.reading() as connection:
        rows = {table.name: _count(connection, table) for table in kept_tables()}
        file = room(connection)
    assert file is not None
    return Census(rows, file.size, file.free)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _show(day: int, census: Census) -> None:
    rows = " ".join(f"{name}={number}" for name, number in census.rows.items() if number)
    size, free = census.size / 1e6, census.free / 1e6
    print(f"{time.process_time():6.0f} s  day {day:5}  {size:6.1f} MB ({free:.1f} free)  {rows}", flush=True)


def larger(census: dict[int, Census], days: int) -> Iterator[str]:
    """What has grown in the last year: its second half against that of the year before, by their largest."""
    last = [each for day, each in census.items() if day >= days - 183]
    before = [each for day, each in census.items() if days - 548 <= day < days - 365]
    if not before or not last:
        return
    for name in last[-1].rows.keys() - FOR_EVER:
        was, now = (max(each.rows[name] for each in some) for some in (before, last))
        if now > was * GROWTH + SPARE:
            yield f"{name} had {was} rows, a year later {now}"
    was, now = (max(each.size - each.free for each in some) for some in (before, last))
    if now > was * GROWTH:
        yield f"the file had {was / 1e6:.1f} MB, a year later {now / 1e6:.1f}"


@contextmanager
def _noted(monitor: Monitor, asked: dict[str, Any]) -> Iterator[None]:
    """Every statement of the block, once, with one of its values."""

    def note(_c: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            asked.setdefault(statement, values[0] if many else values)

    sa.event.listen(monitor.database.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(monitor.database.engine, "before_cursor_execute", note)


def _walks(monitor: Monitor, asked: dict[str, Any]) -> Iterator[str]:
    """Statements that read a growing table, or all of an index of it, from one end to the other."""
    with monitor.database.reading() as connection:
        for statement, values in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            lines = [str(row.detail) for row in plan]
            found = [line for line in lines if line.startswith("SCAN") and line.split()[1] in GROWING]
            if found and "LIMIT" not in statement:
                yield f"{'; '.join(found)}: {' '.join(statement.split())[:400]}"


if __name__ == "__main__":
    sys.exit(main())
