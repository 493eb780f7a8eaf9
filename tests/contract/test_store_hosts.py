from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.fetch import politeness
from monitor.fetch.politeness import Place, Politeness, Terms
from monitor.loops.hosts import DatabaseHostBook
from monitor.store import hosts
from monitor.store import tables as t
from monitor.store.presence import Worker, heartbeat
from monitor.store.unit import Database
from monitor.testing import FrozenClock
from tests.contract.conftest import empty_tables

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOST = "https://news.example"


OTHER = Worker("other", "poller", "h", 1, "1", NOW, NOW)
ONE = Terms(at_once=1, spacing_s=0, longest_s=30)


def book_of(database: Database, owner: str) -> DatabaseHostBook:
    return DatabaseHostBook(Database(database.engine), owner)


def workers(database: Database, *listed: Worker) -> None:
    with database.unit() as connection:
        for worker in listed:
            heartbeat(connection, worker)


def under_way(database: Database) -> list[tuple[str, str, datetime]]:
    with database.reading() as connection:
        rows = connection.execute(
            sa.select(t.asking.c.host, t.asking.c.owner, t.asking.c.until).order_by(t.asking.c.id)
        )
        return [tuple(row) for row in rows]


async def test_two_workers_never_take_the_same_instant(database: Database) -> None:
    books = [book_of(database, "a"), book_of(database, "b")]
    taken = await asyncio.gather(*(books[n % 2].reserve(HOST, NOW, Terms(8, 2.0, 30)) for n in range(8)))
    assert sorted(place.at for place in taken if place) == [NOW + timedelta(seconds=2 * n) for n in range(8)]
    later = await books[0].reserve(HOST, NOW + timedelta(hours=1), Terms(8, 2.0, 30))
    assert later is not None
    assert later.at == NOW + timedelta(hours=1)


async def test_a_host_is_asked_no_more_often_at_once_by_all_together(database: Database) -> None:
    workers(database, replace(OTHER, id="a"), replace(OTHER, id="b"))
    books = [book_of(database, "a"), book_of(database, "b")]
    found = await asyncio.gather(*(books[n % 2].reserve(HOST, NOW, replace(ONE, at_once=3)) for n in range(8)))
    taken = [(n % 2, place) for n, place in enumerate(found) if place is not None]
    assert len(taken) == 3
    assert await books[0].reserve("https://else.example", NOW, ONE) is not None, "other hosts have their own places"
    await asyncio.gather(*(books[of].leave(place) for of, place in taken[:2]))
    assert await books[1].reserve(HOST, NOW, replace(ONE, at_once=2)) is not None
    assert await books[1].reserve(HOST, NOW, replace(ONE, at_once=2)) is None


async def test_a_full_host_gives_no_instant_away(database: Database) -> None:
    workers(database, OTHER)
    book = book_of(database, "a")
    assert await book.reserve(HOST, NOW, replace(ONE, spacing_s=5)) == Place(NOW, 1)
    assert await book.reserve(HOST, NOW, replace(ONE, spacing_s=5)) is None
    await book.leave(Place(NOW, 1))
    third = await book.reserve(HOST, NOW, replace(ONE, spacing_s=5))
    assert third is not None
    assert third.at == NOW + timedelta(seconds=5)
    assert [until for _, _, until in under_way(database)] == [NOW + timedelta(seconds=35)]


async def test_the_places_of_a_worker_that_died_end_by_themselves(database: Database) -> None:
    workers(database, OTHER)
    assert await book_of(database, "a").reserve(HOST, NOW, ONE) is not None
    assert await book_of(database, "a").reserve(HOST, NOW + timedelta(seconds=29), ONE) is None
    assert await book_of(database, "a").reserve(HOST, NOW + timedelta(seconds=30), ONE) is not None


@pytest.mark.parametrize(
    "beside",
    [
        (),
        (replace(OTHER, id="me"),),
        (replace(OTHER, role="web"), replace(OTHER, id="third", role="deliverer")),
        (replace(OTHER, seen_at=NOW - timedelta(minutes=3)),),
    ],
    ids=["nobody", "itself", "who does not poll", "who died"],
)
async def test_a_worker_that_polls_alone_writes_no_row_for_a_request(
    database: Database, beside: tuple[Worker, ...]
) -> None:
    workers(database, *beside)
    assert await book_of(database, "me").reserve(HOST, NOW, ONE) == Place(NOW)
    assert under_way(database) == []


async def test_what_a_command_asks_is_counted_although_it_is_no_worker(database: Database) -> None:
    workers(database, replace(OTHER, id="daemon"))
    command, daemon = book_of(database, "command"), book_of(database, "daemon")
    place = await command.reserve("https://else.example", NOW, ONE)
    assert place is not None
    assert await daemon.reserve(HOST, NOW, ONE) is not None
    assert [owner for _, owner, _ in under_way(database)] == ["command", "daemon"]
    assert await command.reserve(HOST, NOW, ONE) is None


async def test_places_that_cannot_be_given_back_cost_no_answer(database: Database) -> None:
    workers(database, OTHER)
    book = book_of(database, "a")
    place = await book.reserve(HOST, NOW, ONE)
    assert place is not None
    with database.unit() as connection:
        connection.execute(sa.text("ALTER TABLE asking RENAME TO away"))
    try:
        left, asked = await asyncio.gather(book.leave(place), book.reserve(HOST, NOW, ONE), return_exceptions=True)
    finally:
        with database.unit() as connection:
            connection.execute(sa.text("ALTER TABLE away RENAME TO asking"))
    assert left is None
    assert isinstance(asked, StoreError)
    assert len(under_way(database)) == 1


async def test_a_block_holds_until_its_end_and_is_never_shortened(database: Database) -> None:
    book = book_of(database, "a")
    until = NOW + timedelta(minutes=5)
    assert await book.blocked_until(HOST, NOW) is None
    await book.block(HOST, until)
    await book.block(HOST, NOW + timedelta(minutes=1))
    assert await book.blocked_until(HOST, NOW) == until
    assert await book.blocked_until(HOST, until) is None


def test_hosts_that_are_long_over_are_forgotten(database: Database) -> None:
    with database.unit() as connection:
        hosts.ask(connection, [hosts.Wish(HOST, NOW, 1, 1.0, 30)], owner="a")
        hosts.block(connection, "https://blocked.example", NOW + timedelta(days=2), NOW)
        assert hosts.forget(connection, NOW + timedelta(days=1)) == 1
        assert list(connection.execute(sa.select(t.host.c.name)).scalars()) == ["https://blocked.example"]


async def test_requests_that_died_are_forgotten(database: Database) -> None:
    workers(database, OTHER)
    await book_of(database, "a").reserve(HOST, NOW, ONE)
    with database.unit() as connection:
        hosts.forget(connection, NOW)
    assert len(under_way(database)) == 1
    with database.unit() as connection:
        hosts.forget(connection, NOW + timedelta(hours=1))
    assert under_way(database) == []


async def test_what_is_asked_and_given_back_at_the_same_moment_is_one_unit(database: Database) -> None:
    workers(database, OTHER)
    commits: list[str] = []
    book = DatabaseHostBook(Database(database.engine, commits.append), "a")
    names = [f"https://{n % 3}.example" for n in range(9)]
    with database.unit() as connection:
        hosts.block(connection, names[1], NOW + timedelta(minutes=5), NOW)
    terms = Terms(at_once=2, spacing_s=1, longest_s=30)
    places = await asyncio.gather(*(book.reserve(name, NOW, terms) for name in names))
    assert commits == ["before", "after"]
    taken = [place for place in places if place is not None]
    assert places == [*taken, None, None, None], "two of each host, in the order of asking"
    assert [place.at - NOW for place in taken] == [timedelta(seconds=s) for s in (0, 0, 0, 1, 1, 1)]
    assert [place.blocked_until is not None for place in taken] == [False, True, False] * 2
    assert [host for host, _, _ in under_way(database)] == names[:6]
    await asyncio.gather(*map(book.leave, taken))
    assert commits == ["before", "after"] * 2
    assert under_way(database) == []


async def test_what_is_given_back_makes_room_for_what_is_asked_at_the_same_moment(database: Database) -> None:
    workers(database, OTHER)
    book = book_of(database, "a")
    first = await book.reserve(HOST, NOW, ONE)
    assert first is not None
    second, _ = await asyncio.gather(book.reserve(HOST, NOW, ONE), book.leave(first))
    assert second is not None


async def test_a_place_that_nobody_waits_for_any_more_is_given_back(database: Database) -> None:
    workers(database, OTHER)
    book = book_of(database, "a")
    asking = asyncio.ensure_future(book.reserve(HOST, NOW, ONE))
    full = asyncio.ensure_future(book.reserve(HOST, NOW, ONE))
    await asyncio.sleep(0)
    asking.cancel()
    full.cancel()
    await asyncio.wait([asking, full])
    for name in "xy":  # asked after the place was taken, and after it was given back
        assert await book.reserve(f"https://{name}.example", NOW, ONE) is not None
    assert [host for host, _, _ in under_way(database)] == ["https://x.example", "https://y.example"]


def test_who_looks_while_another_worker_is_taking_a_place_waits_for_him(postgresql_database: Database) -> None:
    """The count of places and the row that takes one are seen by others as one step."""
    database = postgresql_database
    empty_tables(database)
    workers(database, OTHER)
    wish = hosts.Wish(HOST, NOW, at_once=1, spacing_s=0, longest_s=30)

    def second() -> list[hosts.Asked | None]:
        with database.unit(lock=[hosts.host_lock(HOST), hosts.host_lock("https://else.example")]) as connection:
            return hosts.ask(connection, [wish, replace(wish, host="https://else.example")], owner="b")

    with ThreadPoolExecutor(1) as threads:
        with database.unit(lock=hosts.host_lock(HOST)) as connection:
            (mine,) = hosts.ask(connection, [wish], owner="a")
            others = threads.submit(second)
            while not _somebody_waits(database):
                assert not others.done()
        assert mine is not None
        here, elsewhere = others.result()
    assert here is None
    assert elsewhere is not None


def _somebody_waits(database: Database) -> bool:
    with database.reading() as connection:
        waiting = sa.text(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database AND datname = current_database() "
            "WHERE locktype = 'advisory' AND NOT granted"
        )
        return bool(connection.execute(waiting).scalar_one())


async def test_three_workers_together_keep_to_what_one_may(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "ASK_AGAIN_S", 0.01)
    workers(database, *(replace(OTHER, id=owner) for owner in "abc"))
    turns = [Politeness(book_of(database, owner), FrozenClock(NOW), per_host=2, spacing_s=0).turn for owner in "abc"]
    names = ["https://a.example", "https://b.example", "https://c.example"]
    inside: dict[str, list[int]] = {name: [0] for name in names}
    together = {name: asyncio.Event() for name in names}

    async def ask(turn: Callable[..., AbstractAsyncContextManager[datetime | None]], name: str) -> None:
        async with turn(name, longest_s=30):
            counts = inside[name]
            counts.append(counts[-1] + 1)
            if counts[-1] == 2:
                together[name].set()
            await together[name].wait()  # nobody leaves before two have been there
            await asyncio.sleep(0.01)
            counts.append(counts[-1] - 1)

    # Each worker asks all of the hosts, in another order, three times.
    order = [(turns[n % 3], names[(n + n // 3) % 3]) for n in range(27)]
    await asyncio.gather(*(ask(turn, name) for turn, name in order))
    assert {name: max(counts) for name, counts in inside.items()} == dict.fromkeys(names, 2)
    assert under_way(database) == []
