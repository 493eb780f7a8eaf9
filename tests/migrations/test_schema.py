from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from alembic import command
from monitor.errors import SchemaMismatch
from monitor.store import schema
from monitor.store.tables import metadata
from monitor.store.unit import Database, open_engine
from tests.contract.conftest import postgresql_url

__all__ = ["postgresql_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    url = f"sqlite:///{tmp_path}/new/folder/monitor.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    found = Database(open_engine(url))
    yield found
    found.dispose()


def test_the_head_in_the_program_is_the_last_migration() -> None:
    assert ScriptDirectory.from_config(schema.alembic_config()).get_heads() == [schema.HEAD]


def test_migrating_an_empty_database_makes_every_table(empty: Database) -> None:
    before = schema.upgrade(empty)
    assert (before.current, schema.status(empty).current) == (None, schema.HEAD)
    with empty.engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names())
    assert set(metadata.tables) <= names


def test_tables_and_migrations_say_the_same(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.engine.begin() as connection:
        command.check(schema.alembic_config(connection))


def test_an_older_database_keeps_its_rows(empty: Database) -> None:
    schema.make_folder(empty)
    with empty.unit() as connection:
        command.upgrade(schema.alembic_config(connection), "0002")
        connection.execute(sa.insert(metadata.tables["meta"]).values(key="kept", value="by the upgrade"))
    assert schema.upgrade(empty).current == "0002"
    with empty.reading() as connection:
        kept = connection.execute(
            sa.select(metadata.tables["meta"].c.value).where(metadata.tables["meta"].c.key == "kept")
        )
        assert kept.scalar_one() == "by the upgrade"
        assert connection.execute(sa.select(metadata.tables["subscription"])).all() == []


def test_migrating_twice_does_nothing(empty: Database) -> None:
    schema.upgrade(empty)
    assert schema.upgrade(empty).is_current


def test_two_programs_that_start_together_migrate_once(empty: Database) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        database = Database(open_engine(empty.engine.url.render_as_string(hide_password=False)))
        try:
            schema.upgrade(database)
        except BaseException as error:  # noqa: BLE001 - it is asserted below
            errors.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert schema.status(empty).is_current


def test_a_newer_schema_is_refused_and_left_alone(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.unit() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="9999") as refused:
        schema.upgrade(empty)
    assert refused.value.remedy is not None
    assert schema.status(empty).current == "9999"
    with pytest.raises(SchemaMismatch):
        schema.require_current(empty)


def test_a_command_that_reads_names_the_remedy_for_an_empty_database(empty: Database) -> None:
    schema.make_folder(empty)
    with pytest.raises(SchemaMismatch, match="empty"):
        schema.require_current(empty)


def test_a_migration_that_fails_changes_nothing(empty: Database) -> None:
    schema.make_folder(empty)
    with empty.unit() as connection:
        connection.execute(sa.text("CREATE TABLE timer (id INTEGER)"))
    with pytest.raises(Exception, match="timer"):
        schema.upgrade(empty)
    with empty.engine.connect() as connection:
        assert "article" not in sa.inspect(connection).get_table_names()
