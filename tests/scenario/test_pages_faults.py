"""A fault of ours on one page, or a lease that went to somebody else, costs no article and stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from monitor.loops.read import PageReading
from monitor.model.fetched import Fetched, Request
from monitor.store import tables as t
from tests.scenario.conftest import Item, Newsroom, rss
from tests.scenario.pages import article


class Meddled:
    """The fetcher of a newsroom to which something happens before each page."""

    def __init__(self, newsroom: Newsroom, happens: Callable[[str], None]) -> None:
        self._fetcher, self._happens = newsroom.fetcher, happens

    async def fetch(self, request: Request) -> Fetched:
        self._happens(request.url)
        return await self._fetcher.fetch(request)


async def two_pages(newsroom: Newsroom) -> None:
    """Two articles whose texts are on their pages."""
    for word in ("ferry", "tram"):
        newsroom.web.route(f"/{word}", article(f"News of the {word}", word, seed=word))
    items = [Item(f"News of the {w}", newsroom.web.url(f"/{w}"), w, text="Read more.") for w in ("ferry", "tram")]
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)))
    await newsroom.poll()
    await newsroom.poll()


def states(newsroom: Newsroom) -> dict[str, str]:
    return {row.title.rpartition(" ")[2]: row.text_state for row in newsroom.rows(t.article)}


async def test_a_fault_on_one_page_is_tried_again_and_ends_with_what_there_is(newsroom: Newsroom) -> None:
    def happens(url: str) -> None:
        if url.endswith("/ferry"):
            raise ZeroDivisionError("a bug")

    await two_pages(newsroom)
    newsroom.fetcher = Meddled(newsroom, happens)
    await newsroom.read()
    first = states(newsroom)
    assert first["tram"] == "full"
    assert first["ferry"] != "failed"
    for _ in range(newsroom.settings.read_attempts):
        await newsroom.read(minutes=24 * 60)
    (ferry,) = (row for row in newsroom.rows(t.article) if row.title.endswith("ferry"))
    assert ferry.due_at is None
    assert "ZeroDivisionError: a bug" in ferry.text_reason


async def test_a_page_whose_lease_went_to_another_is_left_to_it(newsroom: Newsroom) -> None:
    def happens(url: str) -> None:
        if url.endswith("/ferry"):
            with newsroom.database.unit() as connection:
                ferry = t.article.c.title.endswith("ferry")
                connection.execute(sa.update(t.article).where(ferry).values(lease_owner="them", lease_epoch=99))

    await two_pages(newsroom)
    before = states(newsroom)["ferry"]
    newsroom.fetcher = Meddled(newsroom, happens)
    await newsroom.read()
    assert states(newsroom) == {"ferry": before, "tram": "full"}
    assert len(newsroom.rows(t.revision)) == 3


async def test_a_full_hand_takes_nothing_more_until_a_page_is_settled(newsroom: Newsroom) -> None:
    await two_pages(newsroom)
    newsroom.settings = replace(newsroom.settings, reads_at_once=1)
    reading = PageReading(newsroom.context)
    assert await reading.start_due() == 1
    await reading.renew()
    assert await reading.start_due() == 0
    await reading.wait_for_room()
    assert await reading.start_due() == 1
    await reading.drain()
    assert set(states(newsroom).values()) == {"full"}
