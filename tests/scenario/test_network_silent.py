"""Packets between a worker and PostgreSQL vanish: nobody hears of an end, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.unit import POSTGRESQL_ARGS, Database
from tests.scenario.numbers import SOCKET, carry, writing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sockets are deafened by Linux's filters")
WRITES, CUT_AT = 30, 6
"""By then no lane can have come to its end, however unevenly they get their turns."""
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
DROP = struct.pack("HBBI", 0x06, 0, 0, 0)
"""A filter of one instruction: of every packet nothing is taken, not even notice."""
SOON = {
    "connect_timeout": 2,  # libpq's least
    "options": "-c idle_in_transaction_session_timeout=1s -c lock_timeout=800ms",
    "tcp_user_timeout": 700,
}
"""In place of the seconds of the real ones."""


def deafen(line: socket.socket) -> None:
    program = ctypes.create_string_buffer(DROP)
    line.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program)))


class Cable:
    """A TCP line to the server's socket.  While it is cut, what is sent is neither acknowledged nor answered."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[tuple[socket.socket, asyncio.StreamWriter]] = []
        self._carrying: set[asyncio.Task[None]] = set()
        self._cut = False

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    async def serve(self) -> None:
        self._door.setblocking(False)
        while True:
            line, _ = await asyncio.get_running_loop().sock_accept(self._door)
            task = asyncio.create_task(self._lead(line))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    def cut(self) -> None:
        self._cut = True
        for line in (self._door, *(line for line, _ in self._lines)):
            if line.fileno() >= 0:  # else it has ended by itself, as lines do whose unit took too long
                deafen(line)

    def mend(self) -> None:
        """New lines work; the old ones stay deaf, as after a cut that outlived them."""
        self._cut = False
        self._lines.clear()
        self._door.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

    async def end(self) -> None:
        self._door.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _lead(self, line: socket.socket) -> None:
        here, to_client = await asyncio.open_connection(sock=line)
        there, to_server = await asyncio.open_unix_connection(self._server / SOCKET)
        self._lines.append((line, to_server))
        try:
            both = (here, to_server), (there, to_client)
            await asyncio.gather(*(carry(*way, through=lambda: not self._cut) for way in both))
        finally:
            for writer in (to_server, to_client):
                writer.transport.abort()


@pytest.fixture
async def cable(postgresql_url: str) -> AsyncIterator[Cable]:
    host = sa.make_url(postgresql_url).query["host"]
    assert isinstance(host, str)
    found = Cable(Path(host))
    serving = asyncio.create_task(found.serve())
    yield found
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await found.end()


async def test_a_silent_cut_is_waited_out(cable: Cable, postgresql_url: str) -> None:
    address = sa.make_url(postgresql_url).set(host="127.0.0.1", port=cable.port, query={})
    database = Database(sa.create_engine(address, pool_pre_ping=True, connect_args={**POSTGRESQL_ARGS, **SOON}))
    await asyncio.to_thread(t.metadata.create_all, database.engine, tables=[t.silence])
    async with writing(database, WRITES, pause_at=CUT_AT) as lanes:
        cable.cut()
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in lanes)
        cable.mend()
    database.dispose()
