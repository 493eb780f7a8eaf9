from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import SystemClock
from monitor.fetch import politeness as module
from monitor.fetch.politeness import MemoryHostBook, Place, Politeness, Terms
from monitor.testing import FrozenClock


async def instant(book: MemoryHostBook, host: str, now: datetime, spacing_s: float) -> datetime:
    place = await book.reserve(host, now, Terms(1, spacing_s, 0))
    assert place is not None
    assert place.number is None
    return place.at


@given(st.lists(st.floats(0, 5), min_size=1, max_size=20), st.floats(0.01, 3))
def test_reservations_are_in_order_and_apart(steps: list[float], spacing_s: float) -> None:
    clock, book = FrozenClock(), MemoryHostBook()

    async def reserve() -> list[datetime]:
        instants = []
        for step in steps:
            instants.append(await instant(book, "http://h:80", clock.advance(step), spacing_s))
            assert instants[-1] >= clock.now()
        return instants

    instants = asyncio.run(reserve())
    gaps = [later - sooner for sooner, later in pairwise(instants)]
    assert all(gap >= timedelta(seconds=spacing_s) for gap in gaps)


async def test_hosts_do_not_wait_for_each_other(clock: FrozenClock) -> None:
    book = MemoryHostBook()
    assert await instant(book, "http://a:80", clock.now(), 60) == clock.now()
    assert await instant(book, "http://b:80", clock.now(), 60) == clock.now()
    assert await instant(book, "http://a:80", clock.now(), 60) == clock.now() + timedelta(seconds=60)


async def test_the_later_block_counts_and_ends_by_itself(clock: FrozenClock) -> None:
    book = MemoryHostBook()
    until = clock.now() + timedelta(minutes=5)
    await book.block("http://h:80", until)
    await book.block("http://h:80", clock.now() + timedelta(minutes=1))
    assert await book.blocked_until("http://h:80", clock.now()) == until
    assert await book.blocked_until("http://other:80", clock.now()) is None
    assert await book.blocked_until("http://h:80", until) is None


async def test_a_clock_that_is_set_back_keeps_no_host_waiting(clock: FrozenClock) -> None:
    book, later = MemoryHostBook(), clock.now() + timedelta(days=400)
    await instant(book, "http://h:80", later, 60)
    await book.block("http://h:80", later + timedelta(minutes=5))
    assert await instant(book, "http://h:80", clock.now(), 60) == clock.now()
    assert await book.blocked_until("http://h:80", clock.now()) is None


async def test_starts_are_spaced() -> None:
    clock = SystemClock()
    politeness = Politeness(MemoryHostBook(), clock, per_host=2, spacing_s=0.1)
    starts: list[float] = []

    async def ask() -> None:
        async with politeness.turn("http://h:80"):
            starts.append(clock.monotonic())

    before = clock.monotonic()
    await asyncio.gather(ask(), ask(), ask())
    assert starts[-1] - before >= 0.19


async def test_who_had_to_wait_hears_what_the_host_wants_by_then(clock: FrozenClock) -> None:
    book = MemoryHostBook()
    politeness = Politeness(book, clock, per_host=2, spacing_s=0.05)
    until = clock.now() + timedelta(minutes=5)
    async with asyncio.timeout(60), politeness.turn("http://h:80") as first:
        assert first is None
        waiting = politeness.turn("http://h:80")
        entered = asyncio.ensure_future(waiting.__aenter__())
        await asyncio.sleep(0)
        await book.block("http://h:80", until)
        assert await entered == until
        await waiting.__aexit__(None, None, None)
    async with politeness.turn("http://h:80", at_once=True) as at_once:
        assert at_once == until


class FullBook(MemoryHostBook):
    """Has no place for the first who come, then one in an hour; keeps what it was asked for and given back."""

    def __init__(self, full: int = 0) -> None:
        super().__init__()
        self.full = full
        self.terms: list[Terms] = []
        self.left: list[Place] = []
        self.asked = asyncio.Event()

    async def reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        self.terms.append(terms)
        self.asked.set()
        return Place(now + timedelta(hours=1), 7) if len(self.terms) > self.full else None

    async def leave(self, place: Place) -> None:
        self.left.append(place)


async def test_the_next_hop_pushes_others_back_and_waits_for_nobody(clock: FrozenClock) -> None:
    book = FullBook()
    politeness = Politeness(book, clock, per_host=1, spacing_s=2)
    async with asyncio.timeout(60), politeness.turn("http://h:80", spacing_s=3, longest_s=9, at_once=True):
        assert book.terms == [Terms(1, 3, 9)]
        assert book.left == []
    assert book.left == [Place(clock.now() + timedelta(hours=1), 7)]


async def test_a_place_that_others_have_is_waited_for(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_AGAIN_S", 0)
    book = FullBook(full=2)
    async with asyncio.timeout(60), Politeness(book, clock, per_host=1, spacing_s=0).turn("http://h:80", at_once=True):
        assert len(book.terms) == 3


async def test_a_place_is_given_back_by_who_gives_up(clock: FrozenClock) -> None:
    book = FullBook()
    waiting = asyncio.ensure_future(Politeness(book, clock, per_host=1, spacing_s=0).turn("http://h:80").__aenter__())
    await book.asked.wait()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert len(book.left) == 1


async def test_other_limits_hold_for_a_host_that_is_left_alone(clock: FrozenClock) -> None:
    book = FullBook()
    politeness = Politeness(book, clock, per_host=1, spacing_s=0)
    async with politeness.turn("http://h:80", at_once=True):
        politeness.take_up(per_host=2, spacing_s=5)
    turn = partial(politeness.turn, "http://h:80", at_once=True)
    async with asyncio.timeout(60), turn(), turn():
        assert book.terms == [Terms(1, 0, 0), Terms(2, 5, 0), Terms(2, 5, 0)]


async def test_where_there_is_no_pause_nothing_is_remembered(clock: FrozenClock) -> None:
    book = MemoryHostBook()
    politeness = Politeness(book, clock, per_host=1, spacing_s=0)
    async with asyncio.timeout(60), politeness.turn("http://h:80"):
        assert await instant(book, "http://h:80", clock.now(), 1) == clock.now()


async def test_hosts_that_nobody_asks_are_forgotten(clock: FrozenClock) -> None:
    politeness = Politeness(MemoryHostBook(), clock, per_host=1, spacing_s=0)
    async with politeness.turn("http://a:80"), politeness.turn("http://b:80"):
        assert politeness._slots.keys() == {"http://a:80", "http://b:80"}
    assert not politeness._slots


async def test_a_crawl_delay_is_waited_for() -> None:
    clock = SystemClock()
    politeness = Politeness(MemoryHostBook(), clock, per_host=2, spacing_s=0)
    before = clock.monotonic()
    for _ in range(2):
        async with politeness.turn("http://h:80", spacing_s=0.1):
            pass
    assert clock.monotonic() - before >= 0.09
