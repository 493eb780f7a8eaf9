from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import AlreadyRunning, SchemaMismatch, StoreError
from monitor.store import schema, vacuum
from monitor.store.lock import alone
from monitor.store.unit import Database, open_engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    yield found
    found.dispose()


def fill(database: Database, rows: int = 2000) -> None:
    with database.unit() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        connection.execute(sa.text("INSERT INTO t (b) VALUES (zeroblob(3000))"), [{}] * rows)


def stamp(database: Database, version: str = schema.HEAD) -> None:
    with database.unit() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:it)"), {"it": version})


def thin(database: Database) -> None:
    with database.unit() as connection:
        connection.exec_driver_sql("DELETE FROM t WHERE id % 4 > 0")


def file_size(database: Database) -> int:
    with database.outside() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    return Path(str(database.engine.url.database)).stat().st_size


def room(database: Database) -> vacuum.Room:
    with database.reading() as connection:
        found = vacuum.room(connection)
    assert found is not None
    return found


def test_a_new_file_becomes_smaller_step_by_step_and_keeps_some_spare(database: Database) -> None:
    fill(database)
    thin(database)
    before = file_size(database)
    steps = []
    while given := vacuum.give_back(database):
        steps.append(given)
    assert len(steps) > 2
    assert max(steps) <= 2 * vacuum.STEP
    found = room(database)
    assert file_size(database) == found.size == before - sum(steps) < before / 2
    assert found.free > 0
    assert found.surplus < found.page
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_what_will_be_used_again_stays(database: Database) -> None:
    fill(database)
    assert vacuum.give_back(database) == 0


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Database]:
    """A file made before room was given back."""
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute("CREATE TABLE older (id INTEGER)")
    connection.close()
    found = Database(open_engine(f"sqlite:///{tmp_path}/old.db"))
    yield found
    found.dispose()


def test_an_older_file_is_left_alone_until_it_is_written_anew(older: Database) -> None:
    stamp(older)
    fill(older)
    thin(older)
    assert not room(older).incremental
    assert vacuum.give_back(older) == 0
    before, after = vacuum.rewrite(older)
    assert (before.incremental, after.incremental, after.free) == (False, True, 0)
    assert file_size(older) == after.size < before.size / 2


def test_nothing_is_written_anew_while_a_monitor_runs(database: Database) -> None:
    stamp(database)
    with alone(database.engine.url), pytest.raises(AlreadyRunning):
        vacuum.rewrite(database)


@pytest.mark.parametrize(("version", "remedy"), [("0001", "monitor db upgrade"), ("9999", schema.NEWER_REMEDY)])
def test_a_file_of_another_version_is_not_touched(database: Database, version: str, remedy: str) -> None:
    stamp(database, version)
    with pytest.raises(SchemaMismatch) as refused:
        vacuum.rewrite(database)
    assert refused.value.remedy == remedy


def test_postgresql_does_it_by_itself() -> None:
    far = Database(sa.create_engine("postgresql+psycopg://nobody@nowhere.invalid/none"))
    assert vacuum.give_back(far) == 0
    with pytest.raises(StoreError, match="by itself"):
        vacuum.rewrite(far)
