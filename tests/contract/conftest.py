"""Both backends: every contract test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import schema
from monitor.store.unit import Database, open_engine
from tests.postgresql import Server

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: Server) -> Iterator[Database]:
    """One migrated database for all contract tests; each starts with empty tables."""
    postgresql_server.create("contract")
    database = Database(open_engine(postgresql_server.url("contract")))
    schema.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each backend in turn."""
    if request.param == "postgresql":
        found: Database = request.getfixturevalue("postgresql_database")
        empty_tables(found)
        yield found
        return
    template: Path = request.getfixturevalue("empty_sqlite")
    path = tmp_path / "monitor.db"
    path.write_bytes(template.read_bytes())
    found = Database(open_engine(f"sqlite:///{path}"))
    yield found
    found.dispose()


def empty_tables(database: Database) -> None:
    """Take all rows out of a PostgreSQL database, and let its numbers begin anew.

    TRUNCATE would make a new file for each table and index: some hundred tests later the server is busy with those.
    """
    with database.engine.begin() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in names))
        connection.exec_driver_sql("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
