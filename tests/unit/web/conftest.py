from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.store import schema
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from tests.unit.web.site import Site


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    path = tmp_path_factory.mktemp("template") / "monitor.db"
    database = Database(open_engine(f"sqlite:///{path}"))
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def make_site(tmp_path: Path, migrated: Path, clock: FrozenClock) -> Iterator[Callable[..., Site]]:
    """Builds a page with a `web` section of its own."""
    opened: list[Database] = []

    def make(web: str = "") -> Site:
        shutil.copy(migrated, tmp_path / "monitor.db")
        database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
        opened.append(database)
        return Site(tmp_path, database, clock, web)

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
