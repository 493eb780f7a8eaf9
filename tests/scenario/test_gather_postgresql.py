"""The loops on a real PostgreSQL, with two workers at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from monitor.loops.gather import Gathering, gather_once
from monitor.loops.read import read_once
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from tests.scenario.conftest import Item, Newsroom, long_text, page, rss


@pytest.fixture
def shared(newsroom: Newsroom, postgresql_url: str) -> Iterator[Newsroom]:
    newsroom.database.dispose()
    newsroom.database = Database(open_engine(postgresql_url))
    schema.upgrade(newsroom.database)
    yield newsroom
    newsroom.database.dispose()


async def test_two_workers_poll_each_source_once_and_keep_each_article_once(shared: Newsroom) -> None:
    shared.matcher.words["quay"] = "quay"
    shared.settings = replace(shared.settings, polls_at_once=3)
    shared.web.route("/story/teaser", page("Teaser", "the teased quay"))
    common = Item("Common", shared.web.url("/story/common"), "c", content=long_text("the common quay"))
    teaser = Item("Teaser", shared.web.url("/story/teaser"), "t", text="Only a teaser.")
    for number in range(12):
        old = Item(f"Old {number}", shared.web.url(f"/story/old-{number}"), "0", content=long_text(f"old {number}"))
        shared.source(f"s{number}", shared.web.route(f"/feed/{number}", rss(old), rss(common, teaser, old)))
    here, there = shared.context, replace(shared.context, owner="other")
    for _ in range(2):
        shared.clock.advance(minutes=15)
        await asyncio.gather(gather_once(here, everything=True), gather_once(there, everything=True))
    await asyncio.gather(read_once(here), read_once(there))
    assert sum("/feed/" in request.path for request in shared.web.requests) == 24
    titles = shared.titles()
    assert len(titles) == len(set(titles)) == 14
    assert len(shared.rows(t.sighting)) == 12 + 24
    assert all(row.settled and row.lease_owner is None for row in shared.rows(t.article))
    assert len(shared.web.seen("/story/teaser")) == 1
    keys = [row.key for row in shared.rows(t.alert)]
    assert len(keys) == len(set(keys))


async def test_who_is_woken_while_it_claims_polls_each_source_once(shared: Newsroom) -> None:
    for name in ("a", "b"):
        old = Item(f"Old {name}", shared.web.url(f"/story/old-{name}"), "0", content=long_text(f"old {name}"))
        shared.source(name, shared.web.route(f"/feed/{name}", rss(old)))
    committed, claimed_again = threading.Event(), threading.Event()

    def observed(moment: str) -> None:
        if moment == "before" or claimed_again.is_set():
            return
        if committed.is_set():
            claimed_again.set()
        else:
            committed.set()
            claimed_again.wait(0.3)  # the first claim is made, but nobody has said so yet: time for another to undo it

    gathering = Gathering(replace(shared.context, database=Database(shared.database.engine, observer=observed)))
    first = asyncio.create_task(gathering.start_due())
    await asyncio.to_thread(committed.wait)
    assert await gathering.start_due() + await first == 2
    await gathering.drain()
    assert len(shared.web.seen("/feed/a")) == len(shared.web.seen("/feed/b")) == 1


async def test_a_pass_does_not_end_while_another_worker_is_just_claiming(shared: Newsroom) -> None:
    old = Item("Old", shared.web.url("/story/old"), "0", content=long_text("old"))
    shared.source("wire", shared.web.route("/feed", rss(old)))
    shared.clock.advance(minutes=15)
    with shared.database.engine.connect() as other:
        other.execute(sa.select(t.source.c.id).with_for_update()).all()
        passing = asyncio.create_task(gather_once(shared.context, everything=True))
        await asyncio.wait([passing], timeout=0.5)
        other.rollback()
    assert (await passing).polled == 1


async def test_a_short_address_that_another_source_brought_keeps_nobody_from_writing(shared: Newsroom) -> None:
    for name in ("a", "b"):
        old = Item(f"Old {name}", shared.web.url(f"/story/old-{name}"), "0", content=long_text(f"old {name}"))
        short = Item(f"Short {name}", "https://paper.example/1", "1", content=long_text(f"short {name}"))
        shared.source(f"short-{name}", shared.web.route(f"/short/{name}", rss(old), rss(short, old)))
    for _ in range(2):
        shared.clock.advance(minutes=15)
        report = await gather_once(shared.context, everything=True)
    assert report.new == 2
