"""What an address offers to be followed by, the best first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from monitor.clock import SystemClock
from monitor.errors import WorkerError
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.loops.discovery import Discovery, discover
from monitor.ports import Workers
from monitor.testing.web import FakeWeb, Reply
from monitor.workers import InlineWorkers

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}
T = TypeVar("T")


def feed(title: str, count: int = 4, *, day: int = 28) -> Reply:
    items = "".join(
        f"<item><title>{title} {n}</title><link>/{title}/{n}</link>"
        f"<pubDate>{day} Feb 2026 0{n}:00:00 GMT</pubDate></item>"
        for n in range(count)
    )
    return Reply(f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>", headers=XML)


def page(*links: str, stories: int = 0) -> Reply:
    head = "".join(f"<link rel='alternate' type='application/rss+xml' href='{link}'>" for link in links)
    cards = "".join(
        f"<article><h2><a href='/2026/02/{n:02}/council-decides-on-bridge-{n}.html'>"
        f"Council decides on bridge number {n} after a long debate</a></h2></article>"
        for n in range(stories)
    )
    return Reply(f"<html><head><title>Town</title>{head}</head><body><main>{cards}</main></body></html>", headers=HTML)


SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
    + "".join(
        f"<url><loc>/n/{n}</loc><news:news><news:title>Bridge {n}</news:title>"
        f"<news:publication_date>2026-02-28T0{n}:00:00Z</news:publication_date></news:news></url>"
        for n in range(3)
    )
    + "</urlset>"
)


class DyingWorkers:
    """Every process dies of its document."""

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        raise WorkerError("the process died", code="died")


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    settings = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0.0)
    async with HttpFetcher(settings, SystemClock()) as made:
        yield made


async def look(fetcher: HttpFetcher, url: str, workers: Workers | None = None) -> Discovery:
    return await discover(url, fetcher=fetcher, workers=workers or InlineWorkers(), now=NOW)


def kinds(found: Discovery) -> list[tuple[str, str]]:
    return [(offer.kind, offer.why) for offer in found.offers]


async def test_a_feed_is_its_own_best_offer(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    found = await look(fetcher, fakeweb.route("/rss", feed("Daily")))
    (offer,) = found.offers
    assert (offer.kind, offer.title, offer.entries, offer.why) == ("feed", "Daily", 4, "the address itself")
    assert offer.samples == ("Daily 0", "Daily 1", "Daily 2")
    assert offer.newest == datetime(2026, 2, 28, 3, tzinfo=UTC)


async def test_a_feed_that_lists_nothing_today_is_taken_at_its_word(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", feed("Another"))
    found = await look(fetcher, fakeweb.route("/rss", feed("Notices", 0)))
    (offer,) = found.offers
    assert (offer.kind, offer.title, offer.entries, offer.newest) == ("feed", "Notices", 0, None)
    assert "no entries now" in offer.why
    assert "no entries now" in found.reason.text


async def test_an_empty_document_is_no_feed_without_entries(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", feed("Another"))
    found = await look(fetcher, fakeweb.route("/rss", Reply("<rss version='2.0'><channel><title>No", headers=XML)))
    assert kinds(found) == [("feed", "at a usual place")]


async def test_feeds_that_the_page_declares_are_tried_and_empty_ones_left_out(
    fetcher: HttpFetcher, fakeweb: FakeWeb
) -> None:
    url = fakeweb.route("/", page("/old", "/empty", "/gone", "/new", stories=12))
    fakeweb.route("/old", feed("Old", day=1))
    fakeweb.route("/new", feed("New", 5))
    fakeweb.route("/empty", feed("Empty", 0))
    found = await look(fetcher, url)
    assert [offer.title for offer in found.offers] == ["New", "Old", "Town"]
    assert kinds(found)[-1] == ("page", "story links recognised on the page")


async def test_usual_places_are_tried_where_nothing_is_declared(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/", page())
    daily = feed("Daily")
    fakeweb.route("/feed", Reply(daily.body, status=203, headers=XML))
    assert kinds(await look(fetcher, url)) == [("feed", "at a usual place")]


async def test_then_a_news_sitemap_that_the_host_names(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/", page())
    fakeweb.route("/robots.txt", f"Sitemap: {fakeweb.url('/news.xml')}\n")
    fakeweb.route("/news.xml", Reply(SITEMAP, headers=XML))
    assert kinds(await look(fetcher, url)) == [("sitemap", "a news sitemap")]


async def test_a_page_with_nothing_to_follow_says_so(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    found = await look(fetcher, fakeweb.route("/", page()))
    assert found.offers == ()
    assert found.reason.text


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), "not-found"),
        (Reply("<title>Just a moment</title>", status=403), "bot-wall"),
        (Reply(reset=True), "reset"),
    ],
)
async def test_an_address_that_does_not_answer_is_told_with_its_reason(
    fetcher: HttpFetcher, fakeweb: FakeWeb, reply: Reply, code: str
) -> None:
    found = await look(fetcher, fakeweb.route("/", reply))
    assert (found.offers, found.reason.code) == ((), code)


async def test_a_document_that_kills_its_process_is_no_offer(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    dying: Any = DyingWorkers()
    assert (await look(fetcher, fakeweb.route("/rss", feed("Daily")), dying)).offers == ()


@pytest.mark.parametrize("front", ["<a href='/service/feeds.html'>RSS</a>", ""])
async def test_a_page_that_lists_feeds_is_looked_through(fetcher: HttpFetcher, fakeweb: FakeWeb, front: str) -> None:
    listing = Reply("<ul><li><a href='/x/politics.xml'>RSS</a><li><a href='/'>Home</a></ul>", headers=HTML)
    fakeweb.route("/service/feeds.html", listing)
    fakeweb.route("/rss", listing if not front else Reply(status=404))
    fakeweb.route("/x/politics.xml", feed("Politics"))
    found = await look(fetcher, fakeweb.route("/", Reply(f"<html><body>{front}</body></html>", headers=HTML)))
    assert kinds(found) == [("feed", "on a page that lists feeds")]
    assert found.offers[0].url == fakeweb.url("/x/politics.xml")
