"""What the tests of migrations leave out: folders, addresses, and being overtaken."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import AlreadyRunning, SchemaMismatch, StoreError
from monitor.store import schema
from monitor.store.lock import WriterLock
from monitor.store.unit import Database, open_engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(open_engine(f"sqlite:///{tmp_path}/data/monitor.db"))
    yield found
    found.dispose()


def test_an_address_is_enough(database: Database) -> None:
    schema.upgrade_address(database.engine.url.render_as_string(hide_password=False))
    assert schema.status(database).is_current
    schema.require_current(database)


def test_who_only_reads_an_older_database_is_told_to_upgrade_it(database: Database) -> None:
    schema.upgrade(database)
    with database.unit() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SchemaMismatch, match="schema 0001") as found:
        schema.require_current(database)
    assert found.value.remedy == "monitor db upgrade"
    assert not schema.status(database).is_newer


def test_a_file_that_another_program_works_on_is_not_migrated_under_its_hands(database: Database) -> None:
    schema.upgrade(database)
    with WriterLock(database):
        schema.upgrade(database)  # there is nothing to migrate
        with database.unit() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0010'"))
        with pytest.raises(AlreadyRunning):
            schema.upgrade(database)
    assert schema.status(database).current == "0010"


def test_a_migration_that_was_never_finished_counts_as_none(database: Database) -> None:
    schema.make_folder(database)
    with database.unit() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    assert schema.upgrade(database).current is None
    assert schema.status(database).is_current


@dataclass(frozen=True, slots=True)
class Heard(Database):
    """A database that says when somebody wants to write."""

    knocked: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def unit(self, *, lock: str | Iterable[str] | None = None, urgent: bool = False) -> Iterator[sa.Connection]:
        self.knocked.set()
        with Database.unit(self, lock=lock, urgent=urgent) as connection:
            yield connection


def test_a_program_that_was_overtaken_between_looking_and_writing_migrates_nothing(database: Database) -> None:
    found: list[schema.SchemaStatus] = []
    late = Heard(open_engine(str(database.engine.url)))
    second = threading.Thread(target=lambda: found.append(schema.upgrade(late)))

    def overtake(moment: str) -> None:
        if moment == "before":
            second.start()
            assert late.knocked.wait(60)

    first = Database(database.engine, overtake)
    assert schema.upgrade(first).current is None
    second.join(60)
    late.dispose()
    assert [status.current for status in found] == [schema.HEAD]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stuck = Database(open_engine(f"sqlite:///{tmp_path}/file/monitor.db"))
    with pytest.raises(StoreError, match=f"{tmp_path}/file cannot be made") as found:
        schema.upgrade(stuck)
    assert "permissions" in (found.value.remedy or "")
