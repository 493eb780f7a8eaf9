"""A source of each kind, polled against pages that change between polls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model.source import SourceKind
from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, long_text, page, rss

HEADLINES = (
    "Council votes to widen the northern quay",
    "Ferry operator announces two more crossings",
    "School roof repaired before the winter term",
    "Court rules on the disputed harbour permit",
    "Museum shows maps of the drowned villages",
    "River level falls to a ten-year low",
    "New tram line opens with free rides for all",
    "Farmers warn of a poor potato harvest",
)


def listing(*numbers: int) -> str:
    teasers = "".join(
        f"<article class='teaser'><h2><a href='/news/2026/01/{HEADLINES[n].lower().replace(' ', '-')}-10{n}.html'>"
        f"{HEADLINES[n]}</a></h2><p>What happened, in one sentence of a dozen words or a few more.</p></article>"
        for n in numbers
    )
    head = "<!doctype html><html lang='en'><head><title>News</title></head><body><nav><a href='/about'>About</a></nav>"
    return f"{head}<main>{teasers}</main></body></html>"


def sitemap(newsroom: Newsroom, *titles: str) -> str:
    at = newsroom.clock.now().isoformat()
    urls = "".join(
        f"<url><loc>{newsroom.web.url('/news/' + title.lower().replace(' ', '-'))}</loc><news:news>"
        f"<news:publication_date>{at}</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for title in titles
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


async def test_a_listing_page_brings_the_stories_that_are_new_on_it(newsroom: Newsroom) -> None:
    address = "/news/2026/01/farmers-warn-of-a-poor-potato-harvest-107.html"
    newsroom.web.route(address, page(HEADLINES[7], "the potato"))
    url = newsroom.web.route("/news", listing(0, 1, 2, 3, 4, 5, 6), listing(7, 0, 1, 2, 3, 4, 5))
    newsroom.source("a", url, SourceKind.PAGE)
    assert (await newsroom.poll()).new == 7
    assert (await newsroom.read()).read == 0
    assert (await newsroom.poll()).new == 1
    assert (await newsroom.read()).read == 1
    article = newsroom.rows(t.article)[-1]
    assert (article.title, article.text_state, article.baseline) == (HEADLINES[7], "full", False)


async def test_an_empty_listing_sets_no_baseline_and_is_told(newsroom: Newsroom) -> None:
    url = newsroom.web.route("/news", "<html><body><p>Under construction.</p></body></html>", listing(0, 1, 2, 3, 4))
    newsroom.source("a", url, SourceKind.PAGE)
    await newsroom.poll()
    assert newsroom.row("a").baseline_at is None
    assert newsroom.row("a").reason is not None
    await newsroom.poll()
    assert all(row.baseline for row in newsroom.rows(t.article))


async def test_more_pages_than_the_cap_wait_and_none_is_dropped(newsroom: Newsroom) -> None:
    for number in range(5):
        newsroom.web.route(f"/story/{number}", page(f"Story {number}", f"topic {number}"))
    hour = timedelta(hours=1)
    items = [
        Item(f"Story {n}", newsroom.web.url(f"/story/{n}"), str(n), text="Short.", at=newsroom.clock.now() - n * hour)
        for n in range(5)
    ]
    url = newsroom.web.route("/feed", rss(), rss(*items))
    newsroom.source("a", url, max_articles=2, every_s=600.0)
    await newsroom.poll()
    await newsroom.poll()
    assert (await newsroom.read()).read == 2
    assert [request.path for request in newsroom.web.requests if "story" in request.path] == ["/story/0", "/story/1"]
    assert (await newsroom.read(minutes=10)).read == 2
    assert (await newsroom.read(minutes=10)).read == 1


async def test_a_news_sitemap_is_read_like_a_feed(newsroom: Newsroom) -> None:
    url = newsroom.web.route("/map.xml", sitemap(newsroom, "Old story"), sitemap(newsroom, "New story", "Old story"))
    newsroom.web.route("/news/new-story", page("New story", "the tram"))
    newsroom.source("a", url, SourceKind.SITEMAP)
    await newsroom.poll()
    assert (await newsroom.poll()).new == 1
    await newsroom.read()
    assert newsroom.rows(t.article)[-1].text_state == "full"


@pytest.mark.parametrize("kind", [SourceKind.SITEMAP, SourceKind.SITE])
async def test_an_index_is_asked_for_its_children_although_it_never_changes(
    newsroom: Newsroom, kind: SourceKind
) -> None:
    child = newsroom.web.route(
        "/news-1.xml", sitemap(newsroom, "Old story"), sitemap(newsroom, "New story", "Old story")
    )
    index = (
        '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{child}</loc></sitemap></sitemapindex>"
    )
    url = newsroom.web.route("/news.xml", Reply(index, headers={"ETag": '"1"'}))
    newsroom.web.route("/robots.txt", "Sitemap: /news.xml")
    home = newsroom.web.route("/", "<html><body><p>Welcome</p></body></html>")
    newsroom.source("a", home if kind is SourceKind.SITE else url, kind)
    assert (await newsroom.poll()).new == 1
    newsroom.restart()
    assert (await newsroom.poll()).new == 1
    assert newsroom.titles() == ["Old story", "New story"]


async def test_a_site_is_polled_by_the_feed_that_it_declares(newsroom: Newsroom) -> None:
    newsroom.web.route("/feed", rss(Item("One", "/1", "1")), rss(Item("Two", "/2", "2"), Item("One", "/1", "1")))
    home = "<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head><body></body></html>"
    newsroom.source("a", newsroom.web.route("/", home), SourceKind.SITE)
    report = await newsroom.poll()
    assert report.new == 1
    assert newsroom.row("a").choice["kind"] == "feed"
    newsroom.restart()
    assert (await newsroom.poll()).new == 1
    assert [request.path for request in newsroom.web.requests][-1] == "/feed"


async def test_a_site_without_a_feed_is_polled_by_its_links(newsroom: Newsroom) -> None:
    url = newsroom.web.route("/", listing(0, 1, 2, 3, 4, 5, 6), listing(7, 0, 1, 2, 3, 4, 5))
    newsroom.source("a", url, SourceKind.SITE)
    assert (await newsroom.poll()).new == 7
    assert newsroom.row("a").choice["kind"] == "page"
    assert (await newsroom.poll()).new == 1


async def test_a_page_in_place_of_a_feed_leads_to_the_one_it_declares(newsroom: Newsroom) -> None:
    newsroom.web.route("/real", rss(Item("One", "/1", "1")))
    home = "<html><head><link rel='alternate' type='application/rss+xml' href='/real'></head><body>Hi</body></html>"
    newsroom.source("a", newsroom.web.route("/feed", home))
    report = await newsroom.poll()
    assert report.new == 1
    assert any(event.code == "declared-feed" for _, event in report.events)


async def test_a_page_in_place_of_a_feed_is_a_failure_with_its_name(newsroom: Newsroom) -> None:
    newsroom.source("a", newsroom.web.route("/feed", "<html><body>Please log in</body></html>"))
    assert (await newsroom.poll()).failed == 1
    row = newsroom.row("a")
    assert (row.baseline_at, row.reason is None) == (None, False)


async def test_what_is_added_to_a_watched_page_is_an_entry(newsroom: Newsroom) -> None:
    notices = [f"<p>Notice {n}: the office in street {n} is closed on day {n} of the month.</p>" for n in range(6)]
    before = f"<html><body><main><h1>Notices</h1>{''.join(notices)}</main></body></html>"
    added = "<p>Embargo: the ministry has suspended all exports of grain until further notice.</p>"
    after = f"<html><body><main><h1>Notices</h1>{added}{''.join(notices)}</main></body></html>"
    newsroom.matcher.words["embargo"] = "Embargo"
    url = newsroom.web.route("/notices", before, after)
    newsroom.source("a", url, SourceKind.WATCH)
    assert (await newsroom.poll()).new == 0
    assert (await newsroom.poll()).new == 1
    article = newsroom.rows(t.article)[0]
    assert (article.url, article.settled) == (url, True)
    assert len(newsroom.rows(t.match)) == 1


async def test_older_pages_of_a_feed_are_read_at_the_first_poll(newsroom: Newsroom) -> None:
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/feed2"/>'
    first = rss(Item("Two", "/2", "2", content=long_text("two"))).replace("<item>", f"{link}<item>", 1)
    newsroom.web.route("/feed2", rss(Item("One", "/1", "1", content=long_text("one"))))
    newsroom.source("a", newsroom.web.route("/feed", first))
    assert (await newsroom.poll()).new == 2
    assert (await newsroom.poll()).new == 0
