"""The canary goes the whole way and shows nowhere; when it does not come, others hear of it, once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import Monitor, Surroundings, open_monitor
from monitor.clock import SharedClock
from monitor.errors import WorkerError
from monitor.loops.courier import courier_once
from monitor.loops.evaluate import evaluate_once
from monitor.store import tables as t
from monitor.store.alert_lists import list_alerts
from monitor.store.canary import CanaryState, canary_state
from monitor.store.overview import overview
from monitor.testing.mailbox import Mailbox

T = TypeVar("T")
CONFIG = """\
database: '{database}'
channels:
  ops: {{mail: {{to: ops@example.org, server: 127.0.0.1, port: {ops}}}}}
  pager: {{mail: {{to: pager@example.org, server: 127.0.0.1, port: {pager}}}}}
defaults: {{alert: {{to: [pager]}}}}
fetch: {{host_spacing: 0}}
articles: {{full_text: never, languages: []}}
web: {{listen: 'off'}}
# The time is the machine's: neither mail of the monitor's own may fall into it.
alerts:
  {{ops: [ops], canary: hourly, heartbeat_to: pager, health_at: '0 0 29 2 *', review_at: '0 0 29 2 *',
    heartbeat: 1h{more}}}
watchlist: [{{id: everything, match: 'newsmonitorcanary OR article OR monitor'}}]
"""
QUIET = ("article", "entry", "revision", "sighting", "match", "story", "source", "poll", "article_key", "fingerprint")
"""Tables in which nothing of a flight may stay."""


@dataclass
class Mine:
    """A monitor with two mail servers, and a clock that is moved forward by hand."""

    folder: Path
    ops: Mailbox = field(default_factory=Mailbox)
    pager: Mailbox = field(default_factory=Mailbox)
    clock: SharedClock = field(default_factory=SharedClock)
    ahead: timedelta = timedelta(0)
    database: str = "sqlite:///m.db"
    monitor: Monitor = field(init=False)
    loops: Loops = field(init=False)

    @asynccontextmanager
    async def open(self, more: str = "") -> AsyncIterator[None]:
        path = self.folder / "config.yaml"
        path.write_text(CONFIG.format(database=self.database, ops=self.ops.port, pager=self.pager.port, more=more))
        async with open_monitor(path, surroundings=Surroundings(clock=self.clock)) as self.monitor:
            self.loops = Loops(self.monitor)
            await asyncio.to_thread(self.loops.arm)
            yield

    async def pass_on(self, **step: float) -> None:
        """Let time pass, and everything be done that is due then."""
        self.ahead += timedelta(**step)
        for _ in range(3):
            self.clock.set_by(self.clock.local() + self.ahead, read_at=self.clock.local())
            await evaluate_once(self.loops.evaluate)
            await self.loops.upkeep.tick()
            await self.loops.upkeep.drain()
            await evaluate_once(self.loops.evaluate)
            await courier_once(self.loops.courier)
            self.ahead += timedelta(seconds=6)

    def heard(self, box: Mailbox, phrase: str) -> int:
        return sum(phrase in str(mail.message["Subject"]) for mail in box.received)

    def state(self) -> CanaryState | None:
        with self.monitor.database.reading() as connection:
            return canary_state(connection)

    def rows(self, table: str) -> int:
        with self.monitor.database.reading() as connection:
            return int(
                connection.execute(sa.select(sa.func.count()).select_from(t.metadata.tables[table])).scalar_one()
            )


@pytest.fixture
def mine(tmp_path: Path, empty_sqlite: Path) -> Iterator[Mine]:
    shutil.copyfile(empty_sqlite, tmp_path / "m.db")
    found = Mine(tmp_path)
    for box in (found.ops, found.pager):
        box.start()
    yield found
    for box in (found.ops, found.pager):
        box.stop()


async def test_it_comes_through_on_its_schedule_and_leaves_nothing_behind(mine: Mine) -> None:
    async with mine.open():
        await mine.pass_on()
        assert mine.heard(mine.ops, "Canary: articles come through") == 1
        assert {name: mine.rows(name) for name in QUIET} == dict.fromkeys(QUIET, 0)
        state = mine.state()
        assert state is not None
        assert (state.missing, state.came_at is not None) == (False, True)
        await mine.pass_on(minutes=30)
        assert mine.heard(mine.ops, "Canary") == 1
        await mine.pass_on(minutes=31)
        assert mine.heard(mine.ops, "Canary: articles come through") == 2
        assert mine.heard(mine.pager, "Canary") == 0
        with mine.monitor.database.reading() as connection:
            assert list_alerts(connection) == []
            assert overview(connection, mine.clock.now())["alerts_24h"] == {}
        assert mine.heard(mine.pager, "alive") >= 2
        assert {name: mine.rows(name) for name in QUIET} == dict.fromkeys(QUIET, 0)


async def test_it_flies_on_postgresql_too(mine: Mine, postgresql_url: str) -> None:
    mine.database = postgresql_url
    async with mine.open():
        await mine.pass_on()
        assert mine.heard(mine.ops, "Canary: articles come through") == 1
        assert {name: mine.rows(name) for name in QUIET} == dict.fromkeys(QUIET, 0)


async def test_a_channel_that_is_down_is_told_elsewhere_once_and_so_is_the_end(mine: Mine) -> None:
    async with mine.open():
        mine.ops.stop()
        await mine.pass_on()
        await mine.pass_on(minutes=16)
        await mine.pass_on(minutes=5)
        assert mine.heard(mine.pager, "canary has not arrived") == 1
        beats = mine.heard(mine.pager, "alive")
        await mine.pass_on(hours=2)
        assert (mine.heard(mine.pager, "canary has not arrived"), mine.heard(mine.pager, "alive")) == (1, beats)

        mine.ops.start()
        await mine.pass_on(hours=3)
        await mine.pass_on(minutes=61)
        assert mine.heard(mine.pager, "canary came through again") == 1
        assert mine.heard(mine.ops, "Canary: articles come through") >= 1
        await mine.pass_on(minutes=61)
        assert mine.heard(mine.pager, "alive") > beats


async def test_a_pipe_that_is_broken_is_told_with_the_stage(mine: Mine) -> None:
    async with mine.open():
        sound = mine.monitor.context
        mine.loops.upkeep.context = replace(sound, workers=DeadWorkers())
        await mine.pass_on()
        await mine.pass_on(minutes=16)
        (missing,) = [mail for mail in mine.pager.received if "canary has not arrived" in str(mail.message["Subject"])]
        assert "parse: the worker died" in missing.text
        mine.loops.upkeep.context = sound
        await mine.pass_on(minutes=16)
        assert mine.heard(mine.pager, "canary came through again") == 1
        assert mine.heard(mine.ops, "Canary: articles come through") == 1


class DeadWorkers:
    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        raise WorkerError("the worker died")


async def test_it_goes_to_a_channel_of_its_own_and_is_missed_when_switched_off_no_more(mine: Mine) -> None:
    async with mine.open(", canary_to: pager"):
        await mine.pass_on()
        assert (mine.heard(mine.pager, "Canary"), mine.heard(mine.ops, "Canary")) == (1, 0)
        mine.monitor.path.write_text(mine.monitor.path.read_text().replace("canary: hourly", "canary: 'off'"))
        await mine.loops.reload()
        await mine.pass_on(hours=2)
        assert (mine.heard(mine.pager, "Canary"), mine.heard(mine.ops, "canary")) == (1, 0)
