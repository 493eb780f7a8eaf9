"""`once` and `run` on a small configuration."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import open_monitor
from monitor.bootstrap.page import Page
from monitor.bootstrap.presence import Presence
from monitor.bootstrap.running import OnceReport, _daemon, _waker, run_daemon, run_once
from monitor.bootstrap.service import ServiceManager
from monitor.daemon import Tick
from monitor.errors import AlreadyRunning, ConfigError, MonitorError, SchemaMismatch
from monitor.loops.gather import GatherReport
from monitor.loops.lane import CourierReport
from monitor.loops.read import ReadReport
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.lock import WriterLock
from monitor.store.presence import living, wake
from monitor.store.turns import take_turn
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb, Reply

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Blatt</title>
<item><title>Harbour closed</title><guid>1</guid><description>The harbour is closed.</description></item>
</channel></rss>"""


@pytest.fixture
def config(fakeweb: FakeWeb, empty_sqlite: Path, tmp_path: Path) -> Path:
    feed = fakeweb.route("/feed", Reply(FEED))
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "monitor.db").write_bytes(empty_sqlite.read_bytes())
    (tmp_path / "config.yaml").write_text(
        f"""
channels: {{desk: {{to: 'console://'}}}}
defaults: {{alert: {{to: [desk]}}}}
fetch: {{allow_addresses: ['127.0.0.0/8'], workers: 1}}
articles: {{languages: [en], full_text: never}}
web: {{listen: 'off'}}
sources: [{{id: blatt, name: Blatt, feed: '{feed}'}}]
watchlist: [{{id: port, match: harbour}}, {{id: broken, match: 'harbour AND ('}}]
"""
    )
    return tmp_path / "config.yaml"


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends it."""
    for _ in itertools.count():
        if await asyncio.to_thread(condition):
            return
        await asyncio.sleep(0.02)


def test_a_pass_in_words_and_as_json() -> None:
    gathered, read = GatherReport(polled=3, failed=1, unchanged=1, new=5, told=2), ReadReport(read=4, told=1)
    report = OnceReport(("config.yaml:3: [rule] odd",), gathered, read, CourierReport(sent=2, retried=1, dead=1))
    assert report.dead == 1
    assert report.in_words() == (
        "polled 3 (1 failed, 1 unchanged): 5 new articles, 4 pages read, 3 alerts; sent 2, 1 to be tried again, 1 dead"
    )
    assert report.as_json() == {
        "problems": ["config.yaml:3: [rule] odd"],
        "polled": 3,
        "failed": 1,
        "new": 5,
        "told": 3,
        "sent": 2,
        "retried": 1,
        "dead": 1,
    }


async def test_a_full_pass(config: Path) -> None:
    report = await run_once(config, everything=True)
    assert (report.gathered.polled, report.gathered.new, report.gathered.failed) == (1, 1, 0)
    assert ["broken" in problem or "[" in problem for problem in report.problems] == [True]


async def test_a_pass_does_the_chores_whose_turn_it_is(config: Path) -> None:
    await run_once(config, everything=False)
    database = Database(open_engine(f"sqlite:///{config.parent}/var/monitor.db"))
    with database.unit() as connection:
        assert not take_turn(connection, "retain", owner="x", now=datetime.now(UTC), lease_s=1.0, every_s=86_400.0)
        assert take_turn(connection, "else", owner="x", now=datetime.now(UTC), lease_s=1.0, every_s=86_400.0)
    database.dispose()


async def test_a_daemon_polls_reloads_and_ends(config: Path) -> None:
    database = Database(open_engine(f"sqlite:///{config.parent}/var/monitor.db"))

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    running = asyncio.create_task(run_daemon(config, "all"))
    await until(lambda: count(t.article) == 1)
    assert count(t.worker) == 1
    config.write_text(config.read_text().replace("{id: broken, match: 'harbour AND ('}", "{id: quay, match: quay}"))
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: count(t.rule_version, t.rule_version.c.rule_id == "quay") == 1)
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert count(t.worker) == 0
    database.dispose()


async def test_a_page_that_others_could_open_is_refused(config: Path) -> None:
    config.write_text(config.read_text().replace("listen: 'off'", "listen: '0.0.0.0:0'"))
    with pytest.raises(ConfigError):
        await run_daemon(config, "web")


async def test_only_what_is_due_is_polled_unless_everything_is_asked_for(config: Path) -> None:
    assert (await run_once(config, everything=False)).gathered.polled == 1
    assert (await run_once(config, everything=False)).gathered.polled == 0


async def test_the_service_manager_hears_every_step_of_a_life(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        monkeypatch.chdir(config.parent)
        manager.bind("notify")
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", "notify")
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        running = asyncio.create_task(run_daemon(config, "deliverer"))

        async def heard(*wanted: str) -> None:
            missing = set(wanted)
            while missing:
                said = await asyncio.get_running_loop().sock_recv(manager, 1000)
                missing -= set(said.decode().splitlines())

        await heard("READY=1", "STATUS=watching 1 source with 1 rule", "WATCHDOG=1")
        os.kill(os.getpid(), signal.SIGTERM)
        await heard("STOPPING=1")
        await running


async def test_a_process_with_a_part_that_hangs_gives_no_sign_of_life(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)  # the name of a socket has 107 bytes at most
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("notify")
        manager.setblocking(False)
        service = ServiceManager(manager.getsockname(), watchdog_s=60.0)
        async with open_monitor(config) as monitor:
            daemon = _daemon(Loops(monitor), Presence(monitor, "all"), service, Page(monitor, "all"))
            daemon.hanging_s = 0.0
            ticks = {tick.name: tick for tick in daemon.ticks}
            await ticks["watchdog"].run()
            assert manager.recv(100) == b"WATCHDOG=1"
            stuck = asyncio.Event()
            hanging = asyncio.create_task(daemon._tick(Tick("gather", 1.0, stuck.wait)))
            await asyncio.sleep(0.01)
            await ticks["watchdog"].run()
            with pytest.raises(BlockingIOError):
                manager.recv(100)
            with pytest.raises(MonitorError, match="gather does not come back") as found:
                await ticks["heartbeat"].run()
            assert found.value.code == "tick-hangs"
            with monitor.database.reading() as connection:
                assert living(connection, monitor.clock.now()) == []
            stuck.set()
            await hanging
            await ticks["heartbeat"].run()


async def test_the_service_manager_hears_of_a_file_that_changed(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("notify")
        manager.setblocking(False)
        async with open_monitor(config) as monitor:
            service = ServiceManager(manager.getsockname())
            daemon = _daemon(Loops(monitor), Presence(monitor, "web"), service, Page(monitor, "web"))
            (files,) = (tick for tick in daemon.ticks if tick.name == "files")
            await files.run()
            config.write_text(config.read_text().replace("watchlist: [", "watchlist: [{id: quay, match: quay}, "))
            await files.run()
            with pytest.raises(BlockingIOError):
                manager.recv(100)
            await files.run()
            assert manager.recv(100) == b"STATUS=watching 1 source with 2 rules"


async def test_it_ends_when_a_newer_program_has_migrated_the_database(config: Path) -> None:
    async with open_monitor(config) as monitor:
        daemon = _daemon(Loops(monitor), Presence(monitor, "web"), ServiceManager(None), Page(monitor, "web"))
        with monitor.database.unit() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        (heartbeat,) = (tick for tick in daemon.ticks if tick.name == "heartbeat")
        await heartbeat.run()
        with pytest.raises(SchemaMismatch, match="9999"):
            await daemon.run()


async def test_a_newer_program_beside_an_older_one_is_refused_before_it_migrates(config: Path) -> None:
    database = Database(open_engine(f"sqlite:///{config.parent}/var/monitor.db"))
    with database.unit() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0010'"))
    with WriterLock(database):
        for role in ("all", "web"):
            with pytest.raises(AlreadyRunning):
                await run_daemon(config, role)
    assert schema.status(database).current == "0010"
    database.dispose()


async def test_many_calls_of_a_moment_are_one_look(config: Path, fakeweb: FakeWeb) -> None:
    async with open_monitor(config) as monitor:
        loops = Loops(monitor)
        daemon = _daemon(loops, Presence(monitor, "all"), ServiceManager(None), Page(monitor, "all"))
        with monitor.database.unit() as connection:
            wake(connection)
        wake_up = _waker(daemon, loops, "all")
        await asyncio.to_thread(lambda: [wake_up() for _ in range(20)])
        await until(lambda: bool(fakeweb.seen("/feed")))
        await loops.gathering.drain()
        assert len(fakeweb.seen("/feed")) == 1
