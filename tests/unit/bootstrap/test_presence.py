"""Workers of one database: newer programs, other versions, wrong clocks."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from monitor.bootstrap.monitor import Monitor, open_monitor
from monitor.bootstrap.presence import Presence, present
from monitor.bootstrap.timekeeping import set_clock
from monitor.clock import SharedClock
from monitor.errors import AlreadyRunning, SchemaMismatch, StoreError
from monitor.store import tables as t
from monitor.store.presence import Worker, heartbeat, living, server_time
from monitor.store.unit import Database, open_engine
from tests.conftest import PATIENCE_S

CONFIG = """
channels: {desk: {to: 'console://'}}
defaults: {alert: {to: [desk]}}
articles: {languages: [en]}
sources: [{id: blatt, name: Blatt, feed: 'https://blatt.example/rss'}]
watchlist: [{id: port, match: harbour}]
"""


@pytest.fixture
async def monitor(tmp_path: Path, empty_sqlite: Path) -> AsyncIterator[Monitor]:
    (tmp_path / "config.yaml").write_text(f"database: 'sqlite:///monitor.db'\n{CONFIG}")
    shutil.copyfile(empty_sqlite, tmp_path / "monitor.db")
    async with open_monitor(tmp_path / "config.yaml") as found:
        yield found


def alive(monitor: Monitor) -> list[str]:
    with monitor.database.reading() as connection:
        return [worker.role for worker in living(connection, monitor.clock.now())]


async def test_one_is_listed_while_it_runs(monitor: Monitor) -> None:
    async with present(monitor, "poller"):
        assert alive(monitor) == ["poller"]
    assert alive(monitor) == []


async def test_a_second_daemon_on_the_file_is_refused(monitor: Monitor) -> None:
    with pytest.raises(AlreadyRunning, match="another monitor"):
        async with open_monitor(monitor.path):
            pass


async def test_nothing_is_written_once_a_newer_program_has_migrated(monitor: Monitor) -> None:
    presence = Presence(monitor, "all")
    await presence.beat()
    with monitor.database.unit() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="9999"):
        await presence.beat()


async def test_who_stands_still_in_mid_command_is_ended(tmp_path: Path, postgresql_url: str) -> None:
    (tmp_path / "config.yaml").write_text(f"database: '{postgresql_url}'\n{CONFIG}")
    impatient = sa.make_url(postgresql_url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=1s"})
    async with open_monitor(tmp_path / "config.yaml") as found:
        taken = found.database.engine.raw_connection()
        stopped = taken.driver_connection
        assert stopped is not None
        stopped.cursor().execute("UPDATE meta SET value = value")
        stopped.pgconn.enter_pipeline_mode()
        stopped.pgconn.send_query_params(b"SELECT 1", [])  # whatever the end of the pipeline would have brought
        stopped.pgconn.flush()
        found.database = Database(open_engine(impatient))
        presence = Presence(found, "all")
        until = asyncio.get_running_loop().time() + PATIENCE_S
        with structlog.testing.capture_logs() as logs:
            while not (told := [entry["units"] for entry in logs if entry["event"] == "standstill-ended"]):
                assert asyncio.get_running_loop().time() < until
                await asyncio.sleep(0.2)
                with suppress(StoreError):  # on a busy machine it may idle for too long itself
                    await presence.beat()
        assert told == [1]
        taken.invalidate()
        found.database.dispose()


async def test_who_may_end_nothing_gives_signs_of_life_nevertheless(tmp_path: Path, postgresql_url: str) -> None:
    url = sa.make_url(postgresql_url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS confined")
        connection.exec_driver_sql("CREATE ROLE confined LOGIN")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO confined")
        connection.exec_driver_sql("REVOKE EXECUTE ON FUNCTION pg_terminate_backend FROM PUBLIC")
    engine.dispose()
    address = url.set(username="confined").render_as_string(hide_password=False)
    (tmp_path / "config.yaml").write_text(f"database: '{address}'\n{CONFIG}")
    async with open_monitor(tmp_path / "config.yaml") as found:
        with structlog.testing.capture_logs() as logs:
            async with present(found, "poller") as presence:
                await presence.beat()
                assert alive(found) == ["poller"]
    (told,) = (entry["error"] for entry in logs if entry["event"] == "standstill-stays")
    assert "pg_terminate_backend" in told


async def test_workers_of_two_versions_are_told(monitor: Monitor) -> None:
    now = monitor.clock.now()
    with monitor.database.unit() as connection:
        heartbeat(connection, Worker("other:7:x", "poller", "other", 7, "0.0.9", now, now))
        heartbeat(connection, Worker("dead:7:x", "poller", "dead", 7, "0.0.8", now, now - timedelta(days=2)))
    presence = Presence(monitor, "all")
    with structlog.testing.capture_logs() as logs:
        await presence.beat()
        await presence.beat()
    assert [entry["versions"][0] for entry in logs if entry["event"] == "workers-differ"] == ["0.0.9"]
    with monitor.database.reading() as connection:
        keys = connection.execute(sa.select(t.alert.c.key).where(t.alert.c.kind == "ops")).scalars().all()
        assert "dead" not in connection.execute(sa.select(t.worker.c.host)).scalars().all()
    assert sum("versions" in key for key in keys) == 1


class SlowClock(SharedClock):
    """Of a machine whose clock is an hour behind."""

    def local(self) -> datetime:
        return super().local() - timedelta(hours=1)


def test_a_wrong_clock_goes_by_the_server(postgresql_url: str) -> None:
    database, clock = Database(open_engine(postgresql_url)), SlowClock()
    with structlog.testing.capture_logs() as logs:
        set_clock(clock, database)
        set_clock(clock, database)
    assert 3590 < clock.ahead_s < 3700
    with database.reading() as connection:
        assert server_time(connection) is not None
    assert [entry["event"] for entry in logs] == ["clock-skew"]
    database.dispose()


def test_a_worker_gives_its_sign_of_life_while_another_is_busy_telling(postgresql_url: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"database: {postgresql_url}\n{CONFIG}")

    async def beat_meanwhile() -> None:
        async with open_monitor(tmp_path / "config.yaml") as monitor:
            with monitor.database.unit(lock="tell"):
                await Presence(monitor, "poller").beat()
            assert alive(monitor) == ["poller"]

    asyncio.run(beat_meanwhile())


def test_a_first_start_makes_the_tables_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    script = (
        "import asyncio, sys; from pathlib import Path; from monitor.bootstrap.monitor import open_monitor\n"
        "async def main():\n"
        "    async with open_monitor(Path('config.yaml')) as monitor:\n"
        "        print(len(monitor.context.sources), 'alembic' in sys.modules)\n"
        "asyncio.run(main())"
    )
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
