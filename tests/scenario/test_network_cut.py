"""The network between a worker and PostgreSQL is cut while it writes: it waits, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.store import schema
from monitor.store.unit import Database, open_engine
from tests.scenario.numbers import SOCKET, carry, numbers_in, writing

WRITES, CUT_AT = 200, 50


class Cable:
    """What leads to the server; while it is cut, nothing goes through and nobody gets an answer to knocking."""

    def __init__(self, server: Path, here: Path) -> None:
        self._server, self._here = server, here
        self._lines: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server | None = None

    async def mend(self) -> None:
        self._listening = await asyncio.start_unix_server(self._lead, self._here / SOCKET)

    async def cut(self) -> None:
        assert self._listening is not None
        self._listening.close()
        (self._here / SOCKET).unlink()
        for line in self._lines:
            line.transport.abort()
        self._lines.clear()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(self._server / SOCKET)
        self._lines |= {writer, there[1]}
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))


@pytest.fixture
async def cable(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Cable]:
    host = sa.make_url(postgresql_url).query["host"]
    assert isinstance(host, str)
    found = Cable(Path(host), tmp_path)
    await found.mend()
    yield found
    await found.cut()


async def test_a_cut_is_waited_out(cable: Cable, postgresql_url: str, tmp_path: Path) -> None:
    address = sa.make_url(postgresql_url).update_query_dict({"host": str(tmp_path)})
    database = Database(open_engine(address.render_as_string(hide_password=False)))
    await asyncio.to_thread(schema.upgrade, database)
    async with writing(database, WRITES, pause_at=CUT_AT):
        await cable.cut()
        with pytest.raises(StoreBusy):
            await asyncio.to_thread(numbers_in, database)
        await cable.mend()
    database.dispose()
