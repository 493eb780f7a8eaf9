"""Writing that can be repeated and counted, for scenarios in which the database goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.loops.context import in_thread
from monitor.store import tables as t
from monitor.store.unit import Database

SOCKET = ".s.PGSQL.5432"
"""The name that PostgreSQL's clients look for in a folder."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LANES = 3


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, through: Callable[[], bool] = lambda: True
) -> None:
    """Hand on what is read, or lose it while nothing goes `through`."""
    try:
        while some := await reader.read(65_536):
            if through():
                writer.write(some)
                await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def writing(database: Database, writes: int, *, pause_at: int) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Lanes that write numbers; the body runs while they do, from the number `pause_at` on.

    In the end every number must be there, once.
    """
    written = asyncio.Semaphore(0)

    async def lane(numbers: range) -> None:
        for number in numbers:
            await _written(database, number)
            written.release()

    lanes = [asyncio.create_task(lane(range(first, writes, LANES))) for first in range(LANES)]
    for _ in range(pause_at):
        await written.acquire()
    yield lanes
    await asyncio.gather(*lanes)
    assert await asyncio.to_thread(numbers_in, database) == list(range(writes))


async def _written(database: Database, number: int) -> None:
    """Write, whatever it takes: what could not be written is claimed by somebody when its lease is over."""
    while True:
        try:
            return await in_thread(_write, database, number)
        except StoreBusy:
            await asyncio.sleep(0)


def _write(database: Database, number: int) -> None:
    """Write a number once, however often it is asked for."""
    with database.unit(lock="numbers") as connection:
        known = sa.select(t.silence.c.id).where(t.silence.c.subject == str(number))
        if connection.execute(known).first() is None:
            row = {"kind": "rule", "subject": str(number), "until": NOW, "created_at": NOW, "note": ""}
            connection.execute(sa.insert(t.silence).values(row))


def numbers_in(database: Database) -> list[int]:
    """What has been written, in order."""
    with database.reading() as connection:
        return sorted(map(int, connection.execute(sa.select(t.silence.c.subject)).scalars()))
