from __future__ import annotations

from datetime import UTC, datetime

from monitor.model.entry import ParsedFeed
from monitor.parse.feed import read_document
from monitor.parse.sitemap import title_from

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAGES = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://paper.example/a.html</loc><news:news>
<news:publication><news:name>Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2024-01-02T03:04:05Z</news:publication_date><news:title>Bridge &amp; tunnel</news:title>
<news:keywords>bridge, tunnel</news:keywords></news:news>
<image:image><image:loc>https://paper.example/a.jpg</image:loc></image:image></url>
<url><loc> https://paper.example/2024/new-bridge_opened.html </loc><lastmod>2024-01-03</lastmod></url>
</urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://paper.example/news.xml</loc><lastmod>2024-01-03T10:00:00+00:00</lastmod></sitemap>
<sitemap><loc>https://paper.example/old.xml.gz</loc></sitemap></sitemapindex>"""


def read(body: bytes, known: frozenset[str] = frozenset()) -> ParsedFeed:
    feed = read_document(body, url="https://paper.example/sitemap.xml", known=known, now=NOW)
    assert isinstance(feed, ParsedFeed)
    return feed


def test_news_and_plain_pages() -> None:
    feed = read(PAGES)
    assert feed.kind == "sitemap"
    first, second = feed.entries
    assert (first.id, first.title, first.language) == ("https://paper.example/a.html", "Bridge & tunnel", "en")
    assert first.published_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert first.categories == ("bridge", "tunnel")
    assert first.image == "https://paper.example/a.jpg"
    assert (second.title, second.published_at) == ("new bridge opened", None)
    assert second.updated_at == datetime(2024, 1, 3, tzinfo=UTC)


def test_known_pages_are_cut_out() -> None:
    feed = read(PAGES)
    assert read(PAGES, frozenset(feed.item_hashes[1:])).entries == feed.entries[:1]


def test_an_index_names_its_children() -> None:
    feed = read(INDEX)
    assert feed.kind == "sitemapindex"
    assert [(entry.url, entry.updated_at) for entry in feed.entries] == [
        ("https://paper.example/news.xml", datetime(2024, 1, 3, 10, tzinfo=UTC)),
        ("https://paper.example/old.xml.gz", None),
    ]


def test_a_cut_sitemap_keeps_its_complete_pages() -> None:
    feed = read(PAGES[: PAGES.index(b"<lastmod>")])
    assert len(feed.entries) == 1
    assert feed.problems[0].code == "truncated"


def test_titles_from_addresses() -> None:
    assert title_from("https://a.example/x/some-new-thing.html?x=1") == "some new thing"
    assert title_from("https://a.example/") == ""
    assert title_from("http://[broken") == ""
