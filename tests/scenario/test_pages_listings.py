"""Page, sitemap and site sources: paging, the queue, selectors that fail, and what people are told of them."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model.fetched import Fetched, Request
from monitor.model.source import LinkSelectors, SourceKind
from monitor.ports import Fetcher
from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, rss
from tests.scenario.pages import HEADLINES, article, document, home, links, news_sitemap, slug

INDEX = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'


def serve_articles(newsroom: Newsroom) -> None:
    for word, title in HEADLINES.items():
        newsroom.web.route(slug(word), article(title, word, seed=word))


def read_paths(newsroom: Newsroom) -> list[str]:
    return [request.path for request in newsroom.web.requests if request.path.startswith("/news/2026")]


def source_health(newsroom: Newsroom) -> tuple[str, str | None]:
    row = newsroom.row("a")
    return row.health, row.reason


async def test_the_list_is_read_as_many_pages_deep_as_asked(newsroom: Newsroom) -> None:
    newsroom.web.route("/list", links("council", "ferry", "court", following="/list/2"))
    newsroom.web.route("/list/2", links("river", "tram", "potato", following="/list/3"))
    newsroom.web.route("/list/3", links("library", "bridge"))
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, max_pages=2)
    assert (await newsroom.poll()).new == 6
    assert newsroom.web.seen("/list/3") == []


async def test_pages_beyond_the_cap_are_read_with_the_next_polls_in_the_pages_order(newsroom: Newsroom) -> None:
    serve_articles(newsroom)
    newsroom.web.route("/list", links("council"), links("ferry", "court", "river", "tram", "potato", "council"))
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, max_articles=2, every_s=600.0)
    await newsroom.poll()
    await newsroom.poll()
    assert [(await newsroom.read(minutes=minutes)).read for minutes in (0, 10, 10)] == [2, 2, 1]
    assert read_paths(newsroom) == [slug(word) for word in ("ferry", "court", "river", "tram", "potato")]
    assert {row.text_state for row in newsroom.rows(t.article)[1:]} == {"full"}


async def test_pages_that_tell_their_encoding_wrongly_are_read_as_the_configuration_says(newsroom: Newsroom) -> None:
    title, path = "Порт закрыт из-за шторма", "/news/2026/01/the-port-is-closed-because-of-a-storm"
    teaser = f"<article class='teaser'><h2><a href='{path}'>{title}</a></h2></article></main>"

    def told_wrongly(text: str) -> Reply:
        return Reply(text.encode("cp1251", "replace"), headers={"Content-Type": "text/html; charset=iso-8859-1"})

    later = told_wrongly(links("council", "ferry", "court").replace("</main>", teaser))
    newsroom.web.route("/list", links("council", "ferry", "court"), later)
    newsroom.web.route(path, told_wrongly(article(title, "шторм", seed="port")))
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, encoding="windows-1251")
    await newsroom.poll()
    await newsroom.poll()
    assert newsroom.titles()[-1] == title
    assert (await newsroom.read()).read == 1
    assert (newsroom.titles()[-1], newsroom.rows(t.article)[-1].text_state) == (title, "full")


async def test_fewer_links_than_expected_is_told(newsroom: Newsroom) -> None:
    newsroom.web.route("/list", links("council", "ferry", "court"), links("council"), links("ferry", "court", "river"))
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, min_links=3)
    await newsroom.poll()
    assert source_health(newsroom) == ("ok", None)
    report = await newsroom.poll()
    assert source_health(newsroom)[0] == "empty"
    assert "at least 3" in str(source_health(newsroom)[1])
    assert [event.code for _, event in report.events] == ["empty"]
    report = await newsroom.poll()
    assert [event.code for _, event in report.events] == ["recovered"]


async def test_a_selector_that_matches_nothing_any_more_is_told_by_name(newsroom: Newsroom) -> None:
    chosen = LinkSelectors(items="article.teaser", url="h2 a@href")
    rebuilt = links("council", "ferry", "court").replace("class='teaser'", "class='card'")
    newsroom.web.route("/list", links("council", "ferry", "court"), rebuilt)
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, links=chosen)
    assert (await newsroom.poll()).new == 3
    report = await newsroom.poll()
    health, reason = source_health(newsroom)
    assert health == "empty"
    assert "article.teaser" in str(reason)
    assert [event.code for _, event in report.events] == ["empty"]


async def test_a_list_that_needs_scripts_says_so(newsroom: Newsroom) -> None:
    shell = document("News", "<div id='app'></div><noscript>Please enable JavaScript.</noscript>")
    newsroom.source("a", newsroom.web.route("/list", shell), SourceKind.PAGE)
    await newsroom.poll()
    assert "render: true" in str(source_health(newsroom)[1])
    newsroom.source("b", newsroom.web.route("/board", shell), SourceKind.WATCH)
    await newsroom.poll()
    assert "render: true" in newsroom.row("b").reason


async def test_robots_txt_holds_for_pages_and_not_for_feeds(newsroom: Newsroom) -> None:
    serve_articles(newsroom)
    newsroom.web.route("/robots.txt", Reply("User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"}))
    item = Item(HEADLINES["tram"], newsroom.web.url(slug("tram")), "1", text="Free rides on the new tram line.")
    newsroom.source("f", newsroom.web.route("/feed", rss(), rss(item)))
    newsroom.source("a", newsroom.web.route("/list", links("council", "ferry", "court")), SourceKind.PAGE)
    newsroom.matcher.words["tram"] = "tram"
    await newsroom.poll()
    await newsroom.poll()
    await newsroom.read()
    assert (newsroom.web.seen("/list"), read_paths(newsroom)) == ([], [])
    assert newsroom.row("a").health == "blocked"
    stored = newsroom.rows(t.article)[0]
    assert stored.text_state == "title"
    assert "robots.txt" in stored.text_reason
    assert len(newsroom.rows(t.match)) == 1


class GivesUpLast:
    """Waits for a page until so many others have been read, however long that takes, and then asks it in haste."""

    def __init__(self, fetcher: Fetcher, slow: str, *, others: int) -> None:
        self._fetcher, self._slow, self._missing = fetcher, slow, others
        self._others_read = asyncio.Event()

    async def fetch(self, request: Request) -> Fetched:
        if self._slow in request.url:
            await self._others_read.wait()
            return await self._fetcher.fetch(replace(request, timeout_s=0.5))
        fetched = await self._fetcher.fetch(request)
        self._missing -= 1
        if not self._missing:
            self._others_read.set()
        return fetched


async def test_a_page_that_never_answers_holds_up_no_other(newsroom: Newsroom) -> None:
    serve_articles(newsroom)
    newsroom.web.route(slug("ferry"), Reply(delay_s=600.0))
    newsroom.web.route("/list", links("council"), links("ferry", "court", "river", "council"))
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE)
    await newsroom.poll()
    await newsroom.poll()
    newsroom.fetcher = GivesUpLast(newsroom.fetcher, "ferry", others=2)
    async with asyncio.timeout(60):
        report = await newsroom.read()
    assert (report.read, report.failed) == (2, 1)
    slow = next(row for row in newsroom.rows(t.article) if row.title == HEADLINES["ferry"])
    assert (slow.text_state, slow.due_at is not None) == ("title", True)


async def test_a_packed_sitemap_is_read(newsroom: Newsroom) -> None:
    packed = gzip.compress(news_sitemap({newsroom.web.url("/old"): "Old story"}).encode())
    url = newsroom.web.route("/map.xml.gz", Reply(packed, headers={"Content-Type": "application/x-gzip"}))
    newsroom.source("a", url, SourceKind.SITEMAP)
    assert (await newsroom.poll()).new == 1


async def test_of_an_index_only_the_freshest_children_are_asked(newsroom: Newsroom) -> None:
    listed = []
    for day in sorted(range(1, 21), key=lambda day: day * 7 % 20):  # in no order
        path = f"/map-{day}.xml"
        newsroom.web.route(path, news_sitemap({newsroom.web.url(f"/s{day}"): f"Story of day {day}"}))
        listed.append(f"<sitemap><loc>{newsroom.web.url(path)}</loc><lastmod>2025-12-{day:02}</lastmod></sitemap>")
    newsroom.source("a", newsroom.web.route("/index.xml", INDEX.format("".join(listed))), SourceKind.SITEMAP)
    await newsroom.poll()
    asked = [request.path for request in newsroom.web.requests if request.path.startswith("/map-")]
    assert asked == ["/map-20.xml", "/map-19.xml", "/map-18.xml", "/map-17.xml", "/map-16.xml"]


def index_of(*urls: str) -> str:
    return INDEX.format("".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls))


async def test_an_index_within_an_index_is_read_and_leaves_something_to_the_others(newsroom: Newsroom) -> None:
    for name in "abcdef":
        newsroom.web.route(f"/{name}.xml", news_sitemap({newsroom.web.url(f"/{name}"): f"Story {name}"}))
    deepest = newsroom.web.route("/deepest.xml", index_of(newsroom.web.url("/f.xml")))
    inner = newsroom.web.route(
        "/inner.xml", index_of(*(newsroom.web.url(f"/{name}") for name in ("a.xml", "b.xml", "outer.xml")), deepest)
    )
    outer = newsroom.web.route("/outer.xml", index_of(*(newsroom.web.url(f"/{name}.xml") for name in "cd"), inner))
    newsroom.source("a", outer, SourceKind.SITEMAP)
    assert (await newsroom.poll()).new == 3
    asked = [request.path for request in newsroom.web.requests]
    assert asked == ["/outer.xml", "/inner.xml", "/deepest.xml", "/b.xml", "/d.xml", "/c.xml"]


async def test_the_choice_for_a_site_is_stored_and_told_with_its_reason(newsroom: Newsroom) -> None:
    newsroom.web.route("/", home("/feed"))
    newsroom.web.route("/feed", rss(Item("One", "/1", "1")))
    newsroom.source("a", newsroom.web.url("/"), SourceKind.SITE)
    report = await newsroom.poll()
    choice: dict[str, Any] = newsroom.row("a").choice
    assert (choice["kind"], choice["url"]) == ("feed", newsroom.web.url("/feed"))
    assert [event.code for _, event in report.events] == ["chose-feed"]
    assert "declares this feed" in str(choice)
    assert (await newsroom.poll()).events == []


async def test_a_site_without_a_feed_is_followed_by_its_news_sitemap(newsroom: Newsroom) -> None:
    newsroom.web.route("/", links("council", "ferry", "court", "river", "tram"))
    named = f"Sitemap: {newsroom.web.url('/news-map.xml')}\n"
    newsroom.web.route("/robots.txt", Reply(named, headers={"Content-Type": "text/plain"}))
    at = newsroom.clock.now().isoformat()
    newsroom.web.route("/news-map.xml", news_sitemap({newsroom.web.url("/s1"): "Story"}, at=at))
    newsroom.source("a", newsroom.web.url("/"), SourceKind.SITE)
    report = await newsroom.poll()
    assert [event.code for _, event in report.events] == ["chose-sitemap"]


async def test_dates_that_a_page_shows_to_people_are_the_entries_dates(newsroom: Newsroom) -> None:
    shown = {"council": "vor 2 Stunden", "ferry": "1 January 2026", "court": "some days ago"}
    items = "".join(
        f"<li><h3><a href='{slug(word)}'>{HEADLINES[word]}</a></h3><i>{date}</i></li>" for word, date in shown.items()
    )
    newsroom.web.route("/list", document("News", f"<main><ul>{items}</ul></main>"))
    selectors = LinkSelectors(items="li", url="h3 a", date="i")
    newsroom.source("a", newsroom.web.url("/list"), SourceKind.PAGE, links=selectors)
    await newsroom.poll()
    dates = {row.title: row.published_at for row in newsroom.rows(t.article)}
    now = newsroom.clock.now()
    assert dates[HEADLINES["council"]] == now - timedelta(hours=2)
    assert dates[HEADLINES["ferry"]] == datetime(2026, 1, 1, tzinfo=UTC)
    assert dates[HEADLINES["court"]] is None
