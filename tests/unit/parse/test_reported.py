"""Kinds of feeds that people report to feed readers as broken: read as a browser or a person would."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.parse.feed import read_document

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://paper.example/feeds/news.xml"
INSTANT = datetime(2026, 3, 2, 10, tzinfo=UTC)
PLAIN = "<item><title>Bridge</title><link>https://paper.example/1</link></item>"


def document(items: str, *, root: str = "", head: str = "", start: str = "<?xml version='1.0'?>") -> str:
    return f"{start}<rss version='2.0' {root}><channel><title>Paper</title>{head}{items}</channel></rss>"


def read(text: str | bytes) -> ParsedFeed:
    found = read_document(text.encode() if isinstance(text, str) else text, url=URL, now=NOW)
    assert isinstance(found, ParsedFeed), found
    return found


def only(text: str | bytes) -> Entry:
    (entry,) = read(text).entries
    return entry


def item(inner: str, *, root: str = "") -> Entry:
    return only(document(f"<item>{inner}</item>", root=root))


@pytest.mark.parametrize(
    "link",
    [
        '&lt;a href="/n/1" hreflang="en"&gt;view&lt;/a&gt;',
        "<![CDATA[<a class='more' href='/n/1'>view</a>]]>",
        '<a href="https://paper.example/n/1">https://paper.example/n/1</a>',
    ],
)
def test_a_link_filled_in_as_markup_is_the_address_in_it(link: str) -> None:
    assert item(f"<title>One</title><link>{link}</link>").url == "https://paper.example/n/1"


@pytest.mark.parametrize(
    "date",
    [
        '&lt;time datetime="2026-03-02T10:00:00Z" class="datetime"&gt;Mon, 03/02/2026 - 11:00&lt;/time&gt;\n',
        '<time datetime="2026-03-02T10:00:00Z">2 March</time>',
        '&lt;span property="dc:date" content="2026-03-02T10:00:00+00:00"&gt;March 2, 2026&lt;/span&gt;',
        "&lt;p&gt;Mon, 02 Mar 2026 10:00:00 GMT&lt;/p&gt;",
    ],
)
def test_a_date_filled_in_as_markup_is_read_as_machines_or_else_people_see_it(date: str) -> None:
    assert item(f"<title>One</title><pubDate>{date}</pubDate>").published_at == INSTANT


@pytest.mark.parametrize(
    "date",
    [
        "<date>2026-03-02T10:00:00Z</date>",
        "<publishDate>2026-03-02T10:00:00Z</publishDate>",
        "<p:publicationDate xmlns:p='http://prismstandard.org/namespaces/basic/2.0/'>2026-03-02T10:00Z</p:publicationDate>",
        "<d:available xmlns:d='http://purl.org/dc/terms/'>2026-03-02T10:00:00Z</d:available>",
    ],
)
def test_dates_under_other_names(date: str) -> None:
    assert item(f"<title>One</title>{date}").published_at == INSTANT


def test_the_date_of_publication_comes_before_any_under_another_name() -> None:
    entry = item(
        "<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><publishDate>2020-01-01</publishDate><title>One</title>"
    )
    assert entry.published_at == INSTANT


def test_an_episode_may_be_named_by_itunes_alone() -> None:
    space = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    assert item("<itunes:title>Short</itunes:title><guid>q</guid>", root=space).title == "Short"
    assert item("<itunes:title>Short</itunes:title><title>Long</title>", root=space).title == "Long"


@pytest.mark.parametrize("space", ["http://www.w3.org/1999/xhtml", "http://purl.org/dc/elements/1.1/", "urn:mine"])
def test_a_default_namespace_of_something_else_changes_no_name(space: str) -> None:
    assert only(document(PLAIN, root=f"xmlns='{space}'")).title == "Bridge"


@pytest.mark.parametrize("space", ["http://video.search.yahoo.com/mrss", "https://tools.search.yahoo.com/mrss/"])
def test_pictures_of_the_older_media_namespaces(space: str) -> None:
    thumbnail = "<title>One</title><media:thumbnail url='/i.jpg'/>"
    assert item(thumbnail, root=f"xmlns:media='{space}'").image == "https://paper.example/i.jpg"


def test_relations_may_be_written_as_addresses_of_the_registry() -> None:
    registry = "http://www.iana.org/assignments/relation/"
    feed = read(
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><link rel='{registry}self' href='/self'/>"
        f"<entry><title>One</title><link rel='{registry}edit' href='/e'/><link rel='{registry}alternate' href='/1'/>"
        "</entry></feed>"
    )
    assert (feed.entries[0].url, feed.hints.self_url) == ("https://paper.example/1", "https://paper.example/self")


def test_a_channel_of_cdf_names_its_base_in_capitals() -> None:
    channel = "<Channel HREF='https://paper.example/' BASE='https://paper.example/n/'>"
    assert (
        only(f"{channel}<ITEM HREF='a.htm'><TITLE>One</TITLE></ITEM></Channel>").url == "https://paper.example/n/a.htm"
    )


@pytest.mark.parametrize(
    "start", ["<?xml version='1.0' encoding='UTF-8'>", "<?xml version='1.0'>\n<!-- made by hand -->"]
)
def test_a_declaration_without_its_question_mark(start: str) -> None:
    assert only(document(PLAIN, start=start)).title == "Bridge"


@pytest.mark.parametrize("mark", ["<![cdata[", "<! [CDATA[", "<![ CDATA ["])
def test_marks_of_cdata_written_wrongly(mark: str) -> None:
    entry = item(f"<title>{mark}Tom & <b>Jerry</b>]]></title><link>/1</link>")
    assert (entry.title, entry.url) == ("Tom & Jerry", "https://paper.example/1")


def test_cdata_that_was_escaped_with_the_text_in_it() -> None:
    entry = item("<title>One</title><description>&lt;![CDATA[&lt;p&gt;Hello&lt;/p&gt;]]&gt;</description>")
    assert entry.summary == "<p>Hello</p>"


@pytest.mark.parametrize("around", ["{}", "<?xml version='1.0'?><string xmlns='http://service.example/'>{}</string>"])
def test_a_feed_that_a_service_returns_as_escaped_text(around: str) -> None:
    whole = document("<item><title>Tom &amp; Jerry</title><link>https://paper.example/1?a=1&amp;b=2</link></item>")
    escaped = whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    entry = only(around.format(escaped))
    assert (entry.title, entry.url) == ("Tom & Jerry", "https://paper.example/1?a=1&b=2")


def test_a_page_that_shows_how_a_feed_is_written_is_none() -> None:
    page = "<!DOCTYPE html><html><body><pre>&lt;rss version='2.0'&gt;&lt;channel&gt;</pre></body></html>"
    assert isinstance(read_document(page.encode(), url=URL, now=NOW), NotAFeed)


@pytest.mark.parametrize("text", ["It’s “fine” – Müller", "Привет, мир", "Zażółć", "日本語"])
@pytest.mark.parametrize("codec", ["iso-8859-1", "cp1252"])
def test_utf_8_once_taken_for_another_charset(text: str, codec: str) -> None:
    taken = "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())
    assert item(f"<title>{taken}</title>").title == text


@pytest.mark.parametrize("text", ["Ã la carte – São Paulo", "Â£5 “x” Ñandú", "Ångström â€"])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert item(f"<title>{text}</title>").title == text


def test_a_character_packed_as_two_surrogates() -> None:
    text = document("<item><title>Ready X go é</title></item>").encode().replace(b"X", b"\xed\xa0\xbd\xed\xb8\x80")
    assert only(text).title == "Ready 😀 go é"


def test_a_gzip_file_of_several_members() -> None:
    text = document(PLAIN).encode()
    assert only(gzip.compress(text[:70]) + gzip.compress(text[70:]) + b"\0\0").title == "Bridge"


def test_a_usual_prefix_means_the_usual_thing_whatever_it_is_bound_to() -> None:
    entry = item(
        "<title>One</title><content:encoded>Full</content:encoded><dc:date>2026-03-02T10:00:00Z</dc:date>"
        "<media:thumbnail url='/i.jpg'/><x:link>/x</x:link><Atom:link href='/1'/>",
        root="xmlns:content='urn:a' xmlns:dc='urn:b' xmlns:media='urn:c' xmlns:x='urn:d' xmlns:Atom='urn:e'",
    )
    assert (entry.content, entry.published_at, entry.image) == ("Full", INSTANT, "https://paper.example/i.jpg")
    assert entry.url == "https://paper.example/1"


def test_a_picture_enclosed_by_a_link_is_the_picture() -> None:
    feed = read(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><entry><title>One</title>"
        "<link rel='enclosure' type='image/jpeg' href='/i.jpg'/></entry></feed>"
    )
    assert feed.entries[0].image == "https://paper.example/i.jpg"


def test_a_gzip_file_that_would_never_end_is_read_so_far() -> None:
    empty = gzip.compress(b"")
    assert only(gzip.compress(document(PLAIN).encode()) + empty * 200).title == "Bridge"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("AT&T & Co <3", "AT&T & Co <3"),
        ("AT&T <b>buys & sells", "AT&T buys & sells"),
        ("a < b && c", "a < b && c"),
        ("We </3 Q&A", "We </3 Q&A"),
        ("5 <= 6 <b>", "5 <= 6"),
    ],
)
def test_signs_that_open_nothing_stand_for_themselves_in_broken_documents(title: str, read: str) -> None:
    found = item(f"<title>{title}</title><link>/1?a=1&copy=2&reg=3</link><description>R&D</description>")
    assert (found.title, found.summary, found.url) == (read, "R&D", "https://paper.example/1?a=1&copy=2&reg=3")


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u200e ", " \u2060"])
def test_unseen_marks_around_an_address_are_none_of_it(mark: str) -> None:
    assert item(f"<link>{mark}https://paper.example/\u200c1{mark}</link>").url == "https://paper.example/\u200c1"


def test_a_title_of_the_first_words_has_no_blanks_where_people_see_none() -> None:
    toot = "<p>The #<span>harbour</span> is <b>closed</b>.</p><p>See <span>https://</span><span>a.example/1</span></p>"
    found = item(f"<description><![CDATA[{toot}]]></description>")
    assert found.title == "The #harbour is closed. See https://a.example/1"


def test_a_name_that_only_recovery_lets_pass_keeps_nothing_from_being_read() -> None:
    broken = "<a:feed xmlns:a='http://w/Atom'><a:tiöle><a:entry><a:titl00:00e>A</a:title><<a:link/></a:entry>"
    assert len(read(broken).entries) == 1
