from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost, StoreBusy, StoreError
from monitor.loops.ledger import Ledger
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine


class Desk:
    """A ledger over a database with one table, and how many units it took."""

    def __init__(self, folder: Path) -> None:
        self.commits = 0
        self.database = Database(open_engine(f"sqlite:///{folder / 'ledger.db'}"), self.observe)
        t.metadata.create_all(self.database.engine)
        self.threads = ThreadPoolExecutor(1)
        self.ledger = Ledger(self.database, self.threads, pauses_s=(0.0, 0.0))

    def observe(self, when: str) -> None:
        self.commits += when == "after"

    def keep(self, key: str) -> asyncio.Future[str]:
        def change(connection: sa.Connection) -> str:
            connection.execute(sa.insert(t.meta).values(key=key, value={}))
            return key

        return self.ledger.write(change)

    def kept(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(sa.select(t.meta.c.key)).scalars())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.threads.shutdown()
    made.database.dispose()


async def test_what_is_given_at_the_same_moment_is_one_unit(desk: Desk) -> None:
    assert await asyncio.gather(*(desk.keep(name) for name in "abc")) == ["a", "b", "c"]
    assert desk.commits == 1
    assert desk.kept() == ["a", "b", "c"]


async def test_a_lost_lease_concerns_nobody_else(desk: Desk) -> None:
    def lost(_connection: sa.Connection) -> None:
        raise LeaseLost("somebody else has it")

    outcomes = await asyncio.gather(desk.keep("a"), desk.ledger.write(lost), desk.keep("b"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [str, LeaseLost, str]
    assert desk.commits == 1


async def test_a_faulty_change_takes_no_other_along(desk: Desk) -> None:
    def faulty(connection: sa.Connection) -> None:
        connection.execute(sa.insert(t.meta).values(key="half", value={}))
        raise ZeroDivisionError("a bug")

    outcomes = await asyncio.gather(desk.keep("a"), desk.ledger.write(faulty), desk.keep("b"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [str, ZeroDivisionError, str]
    assert desk.kept() == ["a", "b"]


async def test_a_busy_database_is_waited_for(desk: Desk) -> None:
    tries = 0

    def second_time_lucky(_connection: sa.Connection) -> int:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise StoreBusy("busy")
        return tries

    first, then = desk.keep("a"), desk.ledger.write(second_time_lucky)
    assert (await first, await then) == ("a", 2)
    assert desk.kept() == ["a"]


async def test_one_that_stays_busy_is_told(desk: Desk) -> None:
    def busy(_connection: sa.Connection) -> None:
        raise StoreBusy("busy for ever")

    given = desk.ledger.write(busy)
    with pytest.raises(StoreError, match="for ever"):
        await given


async def test_nobody_may_care_any_more(desk: Desk) -> None:
    given = desk.keep("a")
    given.cancel()
    assert await desk.keep("b") == "b"
    assert desk.kept() == ["a", "b"]
