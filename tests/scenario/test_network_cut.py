"""The network between a worker and PostgreSQL is cut while it writes: it waits, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.loops.context import in_thread
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from tests.contract.conftest import postgresql_url
from tests.scenario.numbers import write_number

__all__ = ["postgresql_url"]

WRITES, CUT_AT = 200, 60
SOCKET = ".s.PGSQL.5432"


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
        await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


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
    written = asyncio.Semaphore(0)

    async def lane(numbers: range) -> None:
        for number in numbers:
            await in_thread(write_number, database, number)
            written.release()

    def subjects() -> list[str]:
        with database.reading() as connection:
            return list(connection.execute(sa.select(t.silence.c.subject)).scalars())

    lanes = [asyncio.create_task(lane(range(first, WRITES, 3))) for first in range(3)]
    for _ in range(CUT_AT):
        await written.acquire()
    await cable.cut()
    with pytest.raises(StoreBusy):
        await asyncio.to_thread(subjects)
    await cable.mend()
    await asyncio.gather(*lanes)
    assert sorted(map(int, await asyncio.to_thread(subjects))) == list(range(WRITES))
    database.dispose()
