"""A fault of ours on one source, a lease that somebody else has, a full disk: no poll is lost to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from monitor.errors import StoreBusy, StoreFull
from monitor.loops.gather import Gathering, gather_once
from monitor.loops.read import PageReading, read_once
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.unit import Database
from tests.scenario.conftest import Item, Newsroom, long_text, page, rss
from tests.scenario.test_pages_faults import Meddled


def two_feeds(newsroom: Newsroom) -> None:
    """Sources with one article each."""
    for name in ("a", "b"):
        item = Item(f"News of {name}", newsroom.web.url(f"/story/{name}"), name, content=long_text(f"matter {name}"))
        newsroom.source(name, newsroom.web.route(f"/feed/{name}", rss(item)))


def meddle(newsroom: Newsroom, happens: Callable[[], None]) -> None:
    """Let something happen whenever the feed of `a` is asked for."""

    def at(url: str) -> None:
        if url.endswith("/feed/a"):
            happens()

    newsroom.fetcher = Meddled(newsroom, at)


async def test_a_fault_on_one_source_is_its_reason_and_is_tried_again(newsroom: Newsroom) -> None:
    fetcher = newsroom.fetcher

    def happens() -> None:
        raise ZeroDivisionError("a bug")

    two_feeds(newsroom)
    meddle(newsroom, happens)
    report = await newsroom.poll()
    assert (report.failed, newsroom.titles()) == (1, ["News of b"])
    broken = newsroom.row("a")
    assert (broken.health, broken.lease_owner) == ("failing", None)
    assert "ZeroDivisionError: a bug" in broken.reason
    newsroom.fetcher = fetcher
    await newsroom.poll()
    assert newsroom.titles() == ["News of b", "News of a"]
    assert newsroom.row("a").health == "ok"


async def test_a_source_whose_lease_went_to_another_is_left_to_it(newsroom: Newsroom) -> None:
    def happens() -> None:
        with newsroom.database.unit() as connection:
            mine = t.source.c.id == "a"
            connection.execute(sa.update(t.source).where(mine).values(lease_owner="them", lease_epoch=99))

    two_feeds(newsroom)
    meddle(newsroom, happens)
    await newsroom.poll()
    assert newsroom.titles() == ["News of b"]
    assert newsroom.row("a").lease_owner == "them"


async def test_what_could_not_be_stored_is_polled_again_when_its_lease_ends(newsroom: Newsroom) -> None:
    full: list[bool] = []

    def observed(moment: str) -> None:
        if full and moment == "before":
            raise StoreFull("no space")

    two_feeds(newsroom)
    gathering = Gathering(replace(newsroom.context, database=Database(newsroom.database.engine, observer=observed)))
    await gathering.start_due()
    full.append(True)
    await gathering.drain()
    assert newsroom.titles() == []
    full.clear()
    newsroom.clock.advance(seconds=newsroom.settings.lease_s + 1)
    await gather_once(newsroom.context)
    assert sorted(newsroom.titles()) == ["News of a", "News of b"]


async def test_claims_that_were_committed_when_the_database_went_away_are_ours(newsroom: Newsroom) -> None:
    going_away: list[bool] = []

    def observed(moment: str) -> None:
        if moment == "after" and going_away:
            going_away.pop()
            raise StoreBusy("nobody says whether it was committed")

    two_feeds(newsroom)
    context = replace(newsroom.context, database=Database(newsroom.database.engine, observer=observed))
    gathering, reading = Gathering(context), PageReading(context)
    going_away.append(True)
    assert await gathering.start_due() == 2
    await gathering.drain()
    going_away.append(True)
    assert await reading.start_due() == 2
    await reading.drain()
    assert sorted(newsroom.titles()) == ["News of a", "News of b"]
    assert all(row.settled for row in newsroom.rows(t.article, "settled"))


async def test_a_source_that_only_a_newer_configuration_has_is_left_to_others(newsroom: Newsroom) -> None:
    two_feeds(newsroom)
    del newsroom.specs["a"]
    await newsroom.poll()
    assert newsroom.titles() == ["News of b"]
    assert newsroom.row("a").lease_owner == "test"


async def test_an_outage_of_ours_blames_no_source_and_is_over_at_once(newsroom: Newsroom) -> None:
    world = World(newsroom)
    newsroom.fetcher = world
    for name in ("a", "b", "c"):
        newsroom.source(name, f"http://{name}.example/feed", every_s=600.0)
    context = newsroom.context
    await gather_once(context)
    world.there = False
    for _ in range(240):
        newsroom.clock.advance(minutes=1)
        await gather_once(context)
    assert {newsroom.row(name).health for name in "abc"} <= {"ok", "degraded"}
    world.there = True
    newsroom.clock.advance(minutes=2)
    assert (await gather_once(context)).polled == 3
    assert [newsroom.row(name).health for name in "abc"] == ["ok"] * 3


async def test_a_page_is_not_given_up_in_an_outage_of_ours(newsroom: Newsroom) -> None:
    world = World(newsroom)
    newsroom.fetcher = world
    for name in ("a", "b", "c"):
        newsroom.source(name, f"http://{name}.example/feed", every_s=120.0)
    context = newsroom.context
    await gather_once(context)
    world.news = (Item("A call", "http://a.example/story", "1"),)
    newsroom.clock.advance(minutes=11)
    await gather_once(context)
    world.there = False
    for _ in range(60):
        newsroom.clock.advance(minutes=1)
        await gather_once(context)
        await read_once(context)
    (article,) = newsroom.rows(t.article)
    assert (article.settled, article.due_at is not None) == (False, True)
    world.there = True
    newsroom.clock.advance(minutes=5)
    await read_once(context)
    (article,) = newsroom.rows(t.article)
    assert (article.settled, article.text_state) == (True, "full")


class World:
    """A fetcher to whom every feed and page answers, or on a machine without a network."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._clock = newsroom.clock
        self.there = True
        self.news: tuple[Item, ...] = ()

    async def fetch(self, request: Request) -> Fetched:
        now, url = self._clock.now(), request.url
        if not self.there:
            gone = Reason("dns", "the name could not be resolved")
            return Fetched(url, url, None, (), b"", (), now, 0.0, problem=gone)
        kind, body = "text/html", page("A call", "the call")
        if url.endswith("/feed"):
            kind, body = "text/xml", rss(*(item for item in self.news if (item.link or "").startswith(url[:16])))
        return Fetched(url, url, 200, (("content-type", kind),), body.encode(), (), now, 0.0)


async def test_a_full_hand_takes_nothing_more_until_a_poll_is_stored(newsroom: Newsroom) -> None:
    two_feeds(newsroom)
    newsroom.settings = replace(newsroom.settings, polls_at_once=1)
    gathering = Gathering(newsroom.context)
    assert await gathering.start_due() == 1
    assert not gathering.has_room
    assert await gathering.start_due() == 0
    await gathering.wait_for_room()
    await gathering.tick()
    await gathering.drain()
    assert sorted(newsroom.titles()) == ["News of a", "News of b"]
