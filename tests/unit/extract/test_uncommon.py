"""What pages may say and seldom do: read for what it means."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.extract.article import extract_article
from monitor.extract.blocks import page_blocks_of
from monitor.extract.charset import decode_page
from monitor.extract.dates import PageDate, parse_page_date
from monitor.extract.discover import find_feeds
from monitor.extract.jsonld import text_of
from monitor.extract.live import split_live
from monitor.extract.metadata import Metadata, read_metadata
from monitor.extract.page import Page, parse_page
from monitor.extract.standfirst import Standfirst, find_standfirst
from monitor.extract.zones import Zone, zone_of_names
from monitor.model.source import ArticleSelectors

URL = "https://www.kurier.example/a/b-1"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def page(head: str = "", body: str = "<p>Text</p>") -> Page:
    found = parse_page(f"<html><head>{head}</head><body>{body}</body></html>", url=URL)
    assert isinstance(found, Page)
    return found


def meta(head: str = "", body: str = "<p>Text</p>") -> Metadata:
    found = page(head, body)
    return read_metadata(found, page_blocks_of(found.tree))


def linked(**about: object) -> str:
    node = {"@type": "NewsArticle", "headline": "The bridge opens", **about}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("https://i.example/1.png", "https://i.example/1.png"),
        (["", "/2.png"], "https://www.kurier.example/2.png"),
        ({"@type": "ImageObject", "url": "/3.png"}, "https://www.kurier.example/3.png"),
        ([{"contentUrl": "/4.png"}], "https://www.kurier.example/4.png"),
        ({"@type": "ImageObject"}, None),
        (7, None),
    ],
)
def test_a_picture_is_said_in_many_ways(image: object, expected: str | None) -> None:
    assert meta(linked(image=image)).image == expected


def test_the_address_that_a_page_calls_its_own() -> None:
    assert meta("<link rel='canonical' href=''><link rel='canonical' href='/own'>").canonical_url is not None
    assert meta("<link rel='icon' href='/i'><meta property='og:url' content='/graph'>").canonical_url == (
        "https://www.kurier.example/graph"
    )


@pytest.mark.parametrize(
    "body",
    [
        "<time itemprop='datePublished' datetime='2026-03-01T10:00:00Z'>x</time>",
        "<time pubdate datetime='2026-03-01T10:00:00Z'>x</time>",
        "<span itemprop='datePublished'>soon</span><meta itemprop='datePublished' content='2026-03-01T10:00:00Z'>",
    ],
)
def test_a_time_that_is_marked_as_the_publication_s_is_taken(body: str) -> None:
    assert meta(body=f"<p>Text</p>{body}").date == PageDate(
        datetime(2026, 3, 1, 10, tzinfo=UTC), "2026-03-01T10:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<a rel='author' href='/x'>By Ada Lovelace</a>", ("Ada Lovelace",)),
        ("<span itemprop='author'>Ada Lovelace</span>", ("Ada Lovelace",)),
        ("<span itemprop='author'>all of the people who were there on that very long day</span>", ()),
    ],
)
def test_an_author_may_be_marked_in_the_text(body: str, authors: tuple[str, ...]) -> None:
    assert meta(body=f"<p>Text</p>{body}").authors == authors


def test_the_publisher_is_no_author_while_there_is_a_person() -> None:
    about = linked(publisher={"name": "Kurier"}, author=[{"name": "Kurier"}, {"name": "Ada Lovelace"}])
    assert meta(about).authors == ("Ada Lovelace",)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a &amp;amp; b ", "a & b"),
        (["", {"@value": "x"}], "x"),
        ({"name": "n"}, "n"),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_a_value_of_linked_data_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        ("has-sidebar", Zone.NONE),
        ("label-hidden", Zone.NONE),
        ("!!", Zone.NONE),
        ("hidden", Zone.HIDDEN),
        ("visually-hidden", Zone.HIDDEN),
        ("sidebar", Zone.ASIDE),
    ],
)
def test_a_class_says_what_a_part_is_unless_it_speaks_of_another(names: str, zone: Zone) -> None:
    assert zone_of_names(names) == zone


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-01T10:00:00+130", "2026-03-01T08:30:00+00:00"),
        ("2026-03-01T10:00:00+0130", "2026-03-01T08:30:00+00:00"),
        ("2026-03-01T10:00 GMT", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T25:00:00Z", None),
        ("2026-02-30", None),
    ],
)
def test_dates_with_odd_offsets_and_dates_that_cannot_be(text: str, utc: str | None) -> None:
    found = parse_page_date(text)
    assert (found and found.at.isoformat()) == utc


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_characters_are_recognised_without_a_mark(encoding: str) -> None:
    assert decode_page("<html><body>The bridge opens</body></html>".encode(encoding)).startswith("<html>")


def test_old_addresses_of_feeds_are_understood_and_broken_ones_passed_over() -> None:
    body = "<base><link rel='alternate' type='application/rss+xml' href='feed:https://a.example/rss'>"
    body += "<link rel='alternate' type='application/rss+xml' href='feed://b.example/rss'>"
    body += "<a href='http://[x/feed.xml'>Feed</a><a href='/comments/feed/'>Feed</a>"
    found = find_feeds(f"<html><head></head><body>{body}</body></html>".encode(), url=URL, headers=())
    assert [link.url for link in found] == ["https://a.example/rss", "http://b.example/rss"]


def test_updates_of_a_ticker_may_lack_what_others_have() -> None:
    updates: list[object] = [
        "noise",
        {"articleBody": "<p>One</p>", "datePublished": "2026-03-01T10:00:00Z", "@id": "1"},
        {"headline": "Two"},
        {},
    ]
    found = split_live(f"<html><body>{linked(liveBlogUpdate=updates)}</body></html>".encode(), url=URL)
    assert [(entry.title, entry.text) for entry in found] == [("", "One"), ("Two", "")]
    assert split_live(b"", url=URL) == ()


LONG = "The council decided on Monday that the harbour stays open for another ten years"


def first(body: str, *lines: str, description: str = "") -> Standfirst | None:
    found = page(body=body)
    return find_standfirst(page_blocks_of(found.tree), lines, title="Head", description=description)


def test_a_standfirst_is_the_page_s_description_or_named_as_one() -> None:
    text = "<p>The text begins here, and it goes on for quite a while as texts of articles do.</p>"
    line = "The text begins here, and it goes on for quite a while as texts of articles do."
    named = first(f"<h1>Head</h1><p class='lead'>{LONG}.</p>{text}", line)
    assert named is not None
    assert (named.text, named.missing, named.why) == (f"{LONG}.", True, "its class says so")
    told = first(f"<h1>Head</h1><p>{LONG}</p>{text}", line, description=LONG)
    assert told is not None
    assert told.why == "is the page's description"
    deck = first(f"<h1>Head</h1><h2 class='lead'>{LONG}</h2>{text}", line)
    assert deck is not None
    assert deck.why == "a heading below the headline, and its class says so"
    again = first(f"<h1>Head</h1>{text}", line, description=line)
    assert again is not None
    assert not again.missing


@pytest.mark.parametrize(
    "part",
    [
        f"<div class='related'><p>{LONG}.</p></div>",
        f"<p class='lead'><a href='/x'>{LONG}.</a></p>",
        "<p class='lead'>Too short.</p>",
        f"<figcaption class='lead'>{LONG}.</figcaption>",
    ],
)
def test_what_stands_before_the_text_is_not_always_its_standfirst(part: str) -> None:
    line = "The text begins here, and it goes on for quite a while as texts of articles do."
    assert first(f"<h1>Head</h1>{part}<p>{line}</p>", line) is None
    assert first(f"<h1>Head</h1>{part}") is None


def test_selectors_that_match_nothing_leave_the_article_to_the_heuristic() -> None:
    body = "".join(f"<p>The council decided on bridge number {n} after a very long debate.</p>" for n in range(12))
    html = f"<html><body><h1>Bridges</h1><article>{body}<div class='ad'>Buy</div></article></body></html>".encode()
    selectors = ArticleSelectors(body=".gone", title=".gone", remove=(".ad", ".ad"))
    found = extract_article(html, url=URL, selectors=selectors, now=NOW)
    assert (found.title, "bridge number 11" in found.text, "Buy" in found.text) == ("Bridges", True, False)
    empty = extract_article(html.replace(b"Bridges", b" "), url=URL, selectors=ArticleSelectors(title="h1"), now=NOW)
    assert empty.text
