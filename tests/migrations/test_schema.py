from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from alembic import command
from monitor.errors import SchemaMismatch
from monitor.store import schema
from monitor.store.tables import metadata
from monitor.store.unit import Database, open_engine


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path}/new/folder/monitor.db"))
    schema.upgrade(database)
    database.dispose()
    assert (tmp_path / "new" / "folder" / "monitor.db").stat().st_size


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


def test_a_command_that_reads_names_the_remedy_where_there_is_nothing_yet(empty: Database) -> None:
    words = "there is no database at .*monitor.db yet" if empty.is_sqlite else "the database is empty"
    with pytest.raises(SchemaMismatch, match=words) as found:
        schema.require_current(empty)
    assert "monitor run" in (found.value.remedy or "")


def test_a_migration_that_fails_changes_nothing(empty: Database) -> None:
    with empty.unit() as connection:
        connection.execute(sa.text("CREATE TABLE timer (id INTEGER)"))
    with pytest.raises(Exception, match="timer"):
        schema.upgrade(empty)
    with empty.engine.connect() as connection:
        assert "article" not in sa.inspect(connection).get_table_names()
