from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from tests.unit.web.site import Site


@pytest.fixture
def make_site(tmp_path: Path, empty_sqlite: Path, clock: FrozenClock) -> Iterator[Callable[..., Site]]:
    """Builds a page with a `web` section of its own."""
    opened: list[Database] = []

    def make(web: str = "") -> Site:
        shutil.copy(empty_sqlite, tmp_path / "monitor.db")
        database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
        opened.append(database)
        return Site(tmp_path, database, clock, web)

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
