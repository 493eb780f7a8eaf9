from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy, StoreError, StoreFull
from monitor.store.unit import Database, map_error, open_engine


class FromSqlite(sqlite3.OperationalError):
    def __init__(self, name: str) -> None:
        super().__init__("what it says")
        self.sqlite_errorname = name


class FromPostgresql(Exception):
    def __init__(self, state: str | None, says: str = "what it says") -> None:
        super().__init__(says)
        self.sqlstate = state


def mapped(error: Exception, *, lost: bool = False) -> StoreError:
    return map_error(sa.exc.OperationalError("SELECT", {}, error, connection_invalidated=lost))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy),
        ("SQLITE_LOCKED", StoreBusy),
        ("SQLITE_FULL", StoreFull),
        ("SQLITE_IOERR_WRITE", StoreFull),
        ("SQLITE_READONLY", StoreError),
        ("SQLITE_CORRUPT", StoreError),
        ("SQLITE_ERROR", StoreError),
    ],
)
def test_sqlite_says_what_helps(name: str, kind: type[StoreError]) -> None:
    assert type(mapped(FromSqlite(name))) is kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("40001", StoreBusy),
        ("40P01", StoreBusy),
        ("23505", StoreBusy),
        ("57P01", StoreBusy),
        ("25P03", StoreBusy),
        ("25006", StoreBusy),
        ("08006", StoreBusy),
        (None, StoreBusy),
        ("53100", StoreFull),
        ("42P01", StoreError),
    ],
)
def test_postgresql_says_what_helps(state: str | None, kind: type[StoreError]) -> None:
    assert type(mapped(FromPostgresql(state))) is kind


@pytest.mark.parametrize(
    ("says", "remedy"),
    [
        ('FATAL:  password authentication failed for user "monitor"', ".pgpass"),
        ("fe_sendauth: no password supplied", ".pgpass"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "monitor", database "monitor"', "a line in"),
        ('FATAL:  Peer authentication failed for user "monitor"', "the user that this runs as"),
        ("FATAL:  remaining connection slots are reserved for superusers", "max_connections"),
        ("FATAL:  sorry, too many clients already", "the limit"),
        ('FATAL:  too many connections for role "monitor"', "the limit"),
        ("SSL error: certificate verify failed", "sslrootcert=FILE"),
        ('server certificate for "db1" does not match host name "db2"', "one of the names"),
        ('definition of service "news" not found', "pg_service.conf"),
        ('root certificate file "/root.crt" does not exist', "sslrootcert=FILE"),
        ('FATAL:  database "monitor" does not exist', "make it"),
        ("FATAL:  could not write init file", "free space"),
        ("Connection refused", "tries again by itself"),
    ],
)
def test_a_refused_connection_says_what_helps(says: str, remedy: str) -> None:
    error = mapped(FromPostgresql(None, says))
    assert type(error) is StoreBusy
    assert remedy in (error.remedy or "")


def test_a_lost_connection_is_worth_another_try() -> None:
    assert type(mapped(FromPostgresql("XX000"), lost=True)) is StoreBusy


def test_a_damaged_file_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(b"this is no database, " * 500)
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    with pytest.raises(StoreError, match="damaged") as found, database.reading():
        pass
    assert "restore" in (found.value.remedy or "")


def test_a_file_that_cannot_be_opened_is_no_traceback(tmp_path: Path) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path}/no/such/folder.db"))
    with pytest.raises(StoreError, match="written"), database.unit():
        pass


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(StoreError, match="driver that is not installed") as found:
        open_engine("postgresql+pg8000://nobody@nowhere.invalid/none")
    assert "pip install" in (found.value.remedy or "")


def test_when_all_connections_are_taken_it_is_worth_another_try() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0)
    database = Database(engine)
    with database.outside(), pytest.raises(StoreBusy, match="no free database connection"), database.reading():
        pass
    database.dispose()


def test_a_first_start_waits_for_another_one_that_is_just_making_the_file(tmp_path: Path) -> None:
    """SQLite's own timeout does not count for the switch to its log."""
    other = sqlite3.connect(tmp_path / "monitor.db", check_same_thread=False)
    other.execute("CREATE TABLE made (b)")
    other.execute("BEGIN EXCLUSIVE")

    def finish() -> None:
        time.sleep(0.2)
        other.execute("COMMIT")
        other.close()

    finishing = threading.Thread(target=finish)
    finishing.start()
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    finishing.join()
    database.dispose()


def test_idle_connections_forget_their_pages_but_the_next_one_keeps_them(tmp_path: Path) -> None:
    database, told = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db")), []

    def note(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if "shrink_memory" in statement:
            told.append(connection.connection.dbapi_connection)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as first, database.reading() as second, database.reading() as third:
        opened = {id(one.connection.dbapi_connection) for one in (first, second, third)}
    with database.reading() as connection:
        next_one = connection.connection.dbapi_connection
    database.forget_pages()
    assert {id(one) for one in told} == opened - {id(next_one)}
    with database.reading() as connection:
        assert connection.connection.dbapi_connection is next_one
    database.dispose()


def test_other_pools_have_no_pages_to_forget() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    Database(engine).forget_pages()
    engine.dispose()
