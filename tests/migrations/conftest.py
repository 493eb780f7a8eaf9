"""A database without any table, on either backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.unit import Database, open_engine


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    here = f"sqlite:///{tmp_path}/monitor.db"
    url = here if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    found = Database(open_engine(url))
    yield found
    found.dispose()
