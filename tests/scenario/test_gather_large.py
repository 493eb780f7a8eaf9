"""Documents that are large, or have very much that is new: bounded memory, several units, nothing lost."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from monitor.loops.share import PORTION_ENTRIES
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from tests.scenario.conftest import Item, Newsroom, rss
from tests.scenario.test_gather_crash import CrashAt, Died

MANY = 2 * PORTION_ENTRIES + 50


def items(newsroom: Newsroom, count: int, *, of: str = "") -> list[Item]:
    address = newsroom.web.url(f"/story{of}")
    return [Item(f"Item {n}", f"{address}/{n}", str(n), text=f"What happened at {n}.") for n in range(count)]


async def test_very_much_that_is_new_is_written_in_portions(newsroom: Newsroom) -> None:
    newsroom.web.route("/feed", rss(*items(newsroom, MANY)))
    newsroom.source("a", newsroom.web.url("/feed"))
    committed: list[str] = []
    newsroom.database = Database(open_engine(f"sqlite:///{newsroom.path}"), observer=committed.append)
    assert (await newsroom.poll()).new == MANY
    portions = len(committed)
    newsroom.web.route("/feed", rss(*items(newsroom, MANY + 1)))
    assert (await newsroom.poll()).new == 1
    assert portions > len(committed) - portions
    assert len({row.entry_key for row in newsroom.rows(t.entry)}) == MANY + 1


async def test_a_first_poll_that_died_between_two_portions_is_finished(newsroom: Newsroom) -> None:
    newsroom.web.route("/feed", rss(*items(newsroom, MANY)))
    newsroom.source("a", newsroom.web.url("/feed"))
    moment, left = 1, MANY
    while left == MANY:
        newsroom.restart_on(newsroom.path.with_name(f"{moment}.db"))
        newsroom.source("a", newsroom.web.url("/feed"))
        newsroom.database = Database(open_engine(f"sqlite:///{newsroom.path}"), observer=CrashAt(moment))
        with pytest.raises(Died):
            await newsroom.poll()
        newsroom.restart()
        left = MANY - len(newsroom.rows(t.article))
        moment += 1
    assert 0 < left < MANY
    assert (await newsroom.poll()).new == left
    assert len({row.entry_key for row in newsroom.rows(t.entry)}) == len(newsroom.rows(t.article)) == MANY
    assert all(row.baseline for row in newsroom.rows(t.article))


async def test_large_documents_take_turns(newsroom: Newsroom) -> None:
    size, feeds = 2_000_000, 5
    newsroom.settings = replace(newsroom.settings, bytes_at_once=size)
    for number in range(feeds):
        found = [replace(item, text=f"{number} told. " * (size // 200)) for item in items(newsroom, 20, of=str(number))]
        newsroom.web.route(f"/{number}", rss(*found))
        newsroom.source(f"s{number}", newsroom.web.url(f"/{number}"))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        report = await newsroom.poll()
        grown = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert report.new == feeds * 20
    assert grown < 4 * size
