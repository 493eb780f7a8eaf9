"""What feeds may say and seldom do: read for what it means."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest

from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.parse.dates import parse_date
from monitor.parse.feed import read_document, read_quickly
from monitor.parse.opml import read_opml

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://news.example/feed"


def read(text: str | bytes, *, url: str = URL) -> ParsedFeed:
    found = read_document(text.encode() if isinstance(text, str) else text, url=url, now=NOW)
    assert isinstance(found, ParsedFeed), found
    return found


def rss(item: str, *, channel: str = "<title>News</title>", root: str = "") -> ParsedFeed:
    return read(f"<?xml version='1.0'?><rss version='2.0' {root}><channel>{channel}<item>{item}</item></channel></rss>")


def atom(entry: str, *, feed: str = "<title>News</title>", root: str = "") -> ParsedFeed:
    space = "xmlns='http://www.w3.org/2005/Atom'"
    return read(f"<?xml version='1.0'?><feed {space} {root}>{feed}<entry><title>One</title>{entry}</entry></feed>")


def only(feed: ParsedFeed) -> Entry:
    (entry,) = feed.entries
    return entry


def test_a_channel_may_hold_its_link_in_an_attribute_or_as_a_link_of_another_kind() -> None:
    assert rss("<title>One</title>", channel="<title>News</title>").title == "News"
    odd = "<title>News</title><link rel='hub' href='https://hub.example/'/><link type='text/plain' href='/plain'/>"
    assert only(atom("<link href='/1'/>", feed=odd)).url == "https://news.example/1"
    old = read("<rss><channel href='https://here.example/'><title>N</title><item><link>1</link></item></channel></rss>")
    assert only(old).url == "https://here.example/1"


def test_a_document_type_with_brackets_inside_is_passed_over_and_its_entities_are_known() -> None:
    subset = "<!ENTITY % more ''><!ENTITY who 'Ada'><!ENTITY note \"a ] b\">"
    text = (
        f"<!DOCTYPE rss [{subset}]><rss version='2.0'><channel><item><title>&who; wins</title></item></channel></rss>"
    )
    assert only(read(text)).title == "Ada wins"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 05 Foo 2026 10:00:00 GMT", None),
        ("05 Feb 2026 10:00 pm", datetime(2026, 2, 5, 22, 0, tzinfo=UTC)),
        ("mar. 3 février 2026", datetime(2026, 2, 3, tzinfo=UTC)),
    ],
)
def test_dates_that_look_like_others(text: str, expected: datetime | None) -> None:
    assert parse_date(text, now=NOW) == expected


@pytest.mark.parametrize(
    ("inner", "image"),
    [
        ("<image><url>https://i.example/1.png</url></image>", "https://i.example/1.png"),
        ("<image>https://i.example/2.png</image>", "https://i.example/2.png"),
        ("<image/>", None),
        ("<enclosure type='image/png' url='https://i.example/3.png'/>", "https://i.example/3.png"),
        ("<enclosure type='image/png'/>", None),
        (
            "<media:content xmlns:media='http://search.yahoo.com/mrss/' medium='image' url='https://i.example/4.png'/>",
            "https://i.example/4.png",
        ),
        ("<media:content xmlns:media='http://search.yahoo.com/mrss/' url='https://i.example/a.mp4'/>", None),
    ],
)
def test_a_picture_is_where_feeds_put_pictures(inner: str, image: str | None) -> None:
    assert only(rss(f"<title>One</title>{inner}")).image == image


def test_categories_may_be_nested_and_wrapped() -> None:
    spaces = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    nested = "<itunes:category text='News'><itunes:category text='Politics'/><other/></itunes:category>"
    wrapped = "<categories><category>Harbour</category><note>no</note></categories>"
    found = only(rss(f"<title>One</title>{nested}{wrapped}", root=spaces)).categories
    assert {"News", "Politics", "Harbour"} <= set(found)


def test_content_that_lies_elsewhere_is_no_text_of_the_entry() -> None:
    entry = only(atom("<id>1</id><link href='/1'/><content type='text/html' src='https://news.example/full'/>"))
    assert (entry.content, entry.url) == ("", "https://news.example/1")


@pytest.mark.parametrize("address", ["http://[broken", "https://[::1", "//[x"])
def test_an_address_that_is_none_does_not_stop_the_feed(address: str) -> None:
    entry = only(atom(f"<link href='{address}'/>", root="xml:base='https://news.example/a/'"))
    assert (entry.title, entry.url) == ("One", None)
    based = only(atom(f"<link href='/1' xml:base='{address}'/>"))
    assert based.title == "One"


def test_a_small_document_is_read_at_once_whatever_it_is_and_a_large_one_is_left_to_a_worker() -> None:
    feed = json.dumps(
        {"version": "https://jsonfeed.org/version/1", "title": "N", "items": [{"id": "1", "title": "One"}]}
    )
    quick = read_quickly(feed.encode(), url=URL, now=NOW)
    assert isinstance(quick, ParsedFeed)
    assert [entry.title for entry in quick.entries] == ["One"]
    assert isinstance(read_quickly(b"just words", url=URL, now=NOW), NotAFeed)
    assert read_quickly(b" " * 20_000_000, url=URL, now=NOW) is None


@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_json_that_is_nested_without_end_is_refused_or_cut_and_never_an_exception(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    head = '{"version": "https://jsonfeed.org/version/1", "title": "N", "items": [{"id": "1", "title": "One"}, '
    for text in (f'{head}{{"id": "2", "x": {deep}}}]}}', f'{head}{{"id": "2", "x": {deep}', f"{head}{deep}]}}"):
        found = read_document(text.encode(), url=URL, now=NOW)
        assert isinstance(found, NotAFeed) or {entry.title for entry in found.entries} <= {"One", ""}


def test_an_outline_holds_other_things_than_outlines() -> None:
    body = b"<opml><body><note/><outline text='Harbours'><title>x</title><outline xmlUrl='https://a.example/'/></outline></body></opml>"
    assert [feed.url for feed in read_opml(body)] == ["https://a.example/"]


def test_a_sitemap_says_more_than_addresses() -> None:
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    found = read(
        f"<urlset {space}><url><loc>https://a.example/the-harbour-opens</loc><priority>1</priority></url></urlset>"
    )
    assert only(found).url == "https://a.example/the-harbour-opens"


@pytest.mark.parametrize("before", ['{"id": "1", "title": "One",, "x": 1}', '{"id": "1", "title": nope}', '"x"'])
@pytest.mark.parametrize("depth", [3, 900, 2_000])
def test_json_that_is_broken_first_and_nested_later_is_no_exception(before: str, depth: int) -> None:
    text = f'{{"version": "1", "title": "N", "items": [{before}, {{"id": "2", "y": {"[" * depth + "]" * depth}}}]}}'
    found = read_document(text.encode(), url=URL, now=NOW)
    assert isinstance(found, NotAFeed) or len(found.entries) <= 2


def test_the_first_of_several_links_of_a_channel_counts_and_an_empty_one_does_not() -> None:
    twice = "<title>N</title><link>https://one.example/</link><link>https://two.example/</link>"
    assert only(rss("<title>One</title><link>a</link>", channel=twice)).url == "https://one.example/a"
    assert only(rss("<title>One</title><link/><guid>1</guid>")).url is None


def test_a_sound_is_no_picture() -> None:
    entry = only(rss("<title>One</title><enclosure type='audio/mpeg' url='https://i.example/1.mp3'/>"))
    assert (entry.image, entry.enclosures) == (None, ("https://i.example/1.mp3",))


@pytest.mark.parametrize(
    "text",
    [
        "<rss><channel><title>N</title></wrong></gone><item><title>One</title><b></item></channel></rss>",
        "<rss><channel><link rel='hub' href='https://hub.example/'><title>N<item><title>One</title></item>",
        "<feed><title>N</title><link rel='self' href='/f'><entry><title>One</title></entry></feed>",
    ],
)
def test_tags_that_end_what_never_began_do_not_hide_the_items(text: str) -> None:
    assert "One" in only(read(text)).title


@pytest.mark.parametrize(
    "text", ["<rss", "<rss><channel><item", "<rss>\x00\x01</rss>", "<feed>&<", "<rdf:RDF><item>", "<x:item></item>"]
)
def test_what_is_broken_beyond_reading_has_no_items_or_says_that_it_is_no_feed(text: str) -> None:
    found = read_document(text.encode(), url=URL, now=NOW)
    assert isinstance(found, NotAFeed) or all(not entry.title for entry in found.entries)


def test_json_nested_as_deep_as_can_just_be_read_is_no_exception_either() -> None:
    """Reading, tidying and hashing each stand on a few more frames than the one before."""
    head = '{"version": "https://jsonfeed.org/version/1", "title": "N", "items": [{"id": "1", "title": "One", "x": '
    most = sys.getrecursionlimit()
    outcomes = set()
    for depth in range(most - 150, most):
        deep = "[" * depth + "]" * depth
        for text in (f"{head}{deep}}}]}}", f"{head}{deep}}},]}}"):
            outcomes.add(type(read_document(text.encode(), url=URL, now=NOW)))
    assert outcomes == {ParsedFeed, NotAFeed}
