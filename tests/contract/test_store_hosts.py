from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.loops.hosts import DatabaseHostBook
from monitor.store import hosts
from monitor.store import tables as t
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOST = "https://news.example"


async def test_two_workers_never_take_the_same_instant(database: Database) -> None:
    books = [DatabaseHostBook(database), DatabaseHostBook(Database(database.engine))]
    taken = await asyncio.gather(*(books[n % 2].reserve(HOST, NOW, 2.0) for n in range(8)))
    assert sorted(taken) == [NOW + timedelta(seconds=2 * n) for n in range(8)]
    assert await books[0].reserve(HOST, NOW + timedelta(hours=1), 2.0) == NOW + timedelta(hours=1)


async def test_a_block_holds_until_its_end_and_is_never_shortened(database: Database) -> None:
    book = DatabaseHostBook(database)
    until = NOW + timedelta(minutes=5)
    assert await book.blocked_until(HOST, NOW) is None
    await book.block(HOST, until)
    await book.block(HOST, NOW + timedelta(minutes=1))
    assert await book.blocked_until(HOST, NOW) == until
    assert await book.blocked_until(HOST, until) is None


def test_hosts_that_are_long_over_are_forgotten(database: Database) -> None:
    with database.unit() as connection:
        hosts.reserve(connection, HOST, NOW, 1.0)
        hosts.block(connection, "https://blocked.example", NOW + timedelta(days=2), NOW)
        assert hosts.forget(connection, NOW + timedelta(days=1)) == 1
        assert list(connection.execute(sa.select(t.host.c.name)).scalars()) == ["https://blocked.example"]
