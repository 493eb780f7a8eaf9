"""A process stopped, or cut off, in the middle of a command: no limit of the server ends what it began."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.store.unit import Database, open_engine
from tests.conftest import PATIENCE_S

ASLEEP = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'ClientRead'"
UNLIMITED = "-c idle_in_transaction_session_timeout=0"
SHORT, SHORT_S = "50ms", 0.05
CHANGE = "UPDATE held SET n = n + 1"
Stopping = Callable[..., None]


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    """A table of one row."""
    found = Database(open_engine(postgresql_url))
    with found.unit() as connection:
        connection.exec_driver_sql("CREATE TABLE held (n int)")
        connection.exec_driver_sql("INSERT INTO held VALUES (0)")
    yield found
    found.dispose()


@contextmanager
def another(url: str, limit: str, *options: str, user: str = "postgres") -> Iterator[Database]:
    """The same database for who waits so long for those who stand still.

    The limit holds from the end of connecting on: whoever is slow at that must not be ended by it himself.
    """
    told = {"options": " ".join(options)} if options else {}
    found = Database(open_engine(sa.make_url(url).set(username=user).update_query_dict(told)))

    def limited(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(f"SET idle_in_transaction_session_timeout = '{limit}'")
        connection.autocommit = False

    sa.event.listen(found.engine, "connect", limited)
    yield found
    found.dispose()


def half_a_pipeline(client: Any) -> None:
    """What the driver sends for many rows, without its end."""
    client.pgconn.enter_pipeline_mode()
    client.pgconn.send_query_params(b"SELECT 1", [])
    client.pgconn.flush()


def a_copy(client: Any) -> None:
    client.pgconn.exec_(b"COPY held FROM STDIN")


@pytest.fixture
def stopped(postgresql_url: str, database: Database) -> Iterator[Stopping]:
    """Has a client give a first command and half of a second one, and nothing more."""
    engine = open_engine(sa.make_url(postgresql_url).update_query_dict({"options": UNLIMITED}))
    clients: list[Any] = []

    def stop(first: str, *, half: Callable[[Any], None] = half_a_pipeline) -> None:
        before = asleep(database)
        client = engine.raw_connection()
        clients.append(client)
        client.cursor().execute(first)
        half(client.driver_connection)
        until(lambda: asleep(database) != before)  # the server waits for the rest
        time.sleep(SHORT_S * 2)

    yield stop
    for client in clients:
        with suppress(Exception):
            client.driver_connection.close()
        client.invalidate()
    engine.dispose()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def asleep(database: Database) -> set[int]:
    with database.reading() as connection:
        return set(connection.exec_driver_sql(ASLEEP).scalars())


def test_who_waited_in_vain_ends_it_and_has_the_lock_next_time(
    database: Database, stopped: Stopping, postgresql_url: str
) -> None:
    stopped(CHANGE)
    with another(postgresql_url, "3s", "-c lock_timeout=500ms") as waiting:
        for _ in range(50):
            with pytest.raises(StoreBusy) as refused, waiting.unit() as unit:
                unit.exec_driver_sql(CHANGE)
            if "a process stood still, 1 unit(s) of it were ended" in str(refused.value):
                break
    with database.unit() as unit:
        unit.exec_driver_sql(CHANGE)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT n FROM held").scalar() == 1, "what it had begun is undone"


@pytest.mark.parametrize("first", [CHANGE, "SELECT * FROM held FOR UPDATE", "SELECT pg_advisory_xact_lock(1)"])
def test_what_holds_a_lock_is_ended(database: Database, stopped: Stopping, postgresql_url: str, first: str) -> None:
    stopped(first)
    with another(postgresql_url, SHORT) as other:
        assert other.end_standstill() == 1
        until(lambda: not asleep(database))  # it is told to go, and is there until it has heard it
        assert other.end_standstill() == 0


def test_what_keeps_nobody_waiting_stays(stopped: Stopping, postgresql_url: str) -> None:
    stopped("SELECT * FROM held")
    with another(postgresql_url, SHORT) as other:
        assert other.end_standstill() == 0


def test_a_copy_takes_its_time(stopped: Stopping, postgresql_url: str) -> None:
    stopped(CHANGE, half=a_copy)
    with another(postgresql_url, SHORT) as other:
        assert other.end_standstill() == 0


@pytest.mark.parametrize("limit", ["0", "1h"])
def test_who_lifted_the_limit_waits(stopped: Stopping, postgresql_url: str, limit: str) -> None:
    stopped(CHANGE)
    with another(postgresql_url, limit) as other:
        assert other.end_standstill() == 0


def test_another_roles_unit_is_not_ours_to_end(database: Database, stopped: Stopping, postgresql_url: str) -> None:
    with database.unit() as unit:
        unit.exec_driver_sql("DROP ROLE IF EXISTS somebody")
        unit.exec_driver_sql("CREATE ROLE somebody LOGIN SUPERUSER")
    stopped(CHANGE)
    with another(postgresql_url, SHORT, user="somebody") as other:
        assert other.end_standstill() == 0


def test_a_file_has_no_such_units(tmp_path: Path) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'news.db'}"))
    assert database.end_standstill() == 0
    database.dispose()
