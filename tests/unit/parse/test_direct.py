from __future__ import annotations

import pytest

from monitor.parse.direct import base_of_element, item_elements, parse_recovering, parse_strict, person_of, read_item
from monitor.parse.raw import Link, RawItem

SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:odd="urn:odd"'
)


def read(inner: str, attributes: str = "") -> RawItem:
    root = parse_strict(f"<rss {SPACES}><channel><item {attributes}>{inner}</item></channel></rss>".encode())
    assert root is not None
    return read_item(item_elements(root)[0])


def test_strict_means_strict() -> None:
    assert parse_strict(b"<a>&nbsp;</a>") is None
    assert parse_strict(b"<a><b></a>") is None
    assert parse_strict(b"<x:a/>") is None
    assert parse_recovering(b"<a><b></a>") is not None
    assert parse_recovering(b"") is None


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        ("<title>A</title><title>B</title>", "A"),
        ("<title/><dc:title>B</dc:title>", "B"),
        ("<odd:title>X</odd:title>", ""),
        ("<TITLE>A</TITLE>", "A"),
        ("<title>A <b>B</b></title>", "A <b>B</b>"),
    ],
)
def test_titles(inner: str, title: str) -> None:
    assert read(inner).title == title


def test_links_and_ids() -> None:
    raw = read(
        '<guid isPermaLink="true">https://a.example/g</guid><link>https://a.example/1</link>'
        '<atom:link rel="self" href="https://a.example/s"/><atom:link rel="enclosure" href="https://a.example/e.mp3"/>'
    )
    assert raw.links == [Link("alternate", "", "https://a.example/1"), Link("self", "", "https://a.example/s")]
    assert raw.enclosures == ["https://a.example/e.mp3"]
    assert (raw.id, raw.id_is_link) == ("https://a.example/g", True)
    assert not read('<guid isPermaLink="false">https://a.example/g</guid>').id_is_link
    assert not read("<guid>plain</guid>").id_is_link


def test_description_and_content() -> None:
    raw = read("<description>short</description><content:encoded>long &lt;p&gt;</content:encoded>")
    assert (raw.summary, raw.contents) == ("short", ["long <p>"])
    raw = read("<description>one</description><itunes:summary>two</itunes:summary>")
    assert (raw.summary, raw.contents) == ("one", ["two"])
    raw = read("<media:group><media:description>clip</media:description><media:title>T</media:title></media:group>")
    assert (raw.summary, raw.media_summary, raw.other_title) == (None, "clip", "T")


def test_dates_and_languages() -> None:
    raw = read("<pubDate>p</pubDate><dc:date>d</dc:date><dc:language>de</dc:language>")
    assert (raw.published, raw.updated, raw.language) == ("p", "d", "de")


def test_people() -> None:
    raw = read(
        "<author>a@b.example (Ann B)</author><dc:creator>Carl</dc:creator>"
        "<atom:author><atom:name>Dora</atom:name><atom:uri>https://d.example</atom:uri></atom:author>"
    )
    assert raw.authors == ["Ann B", "Carl", "Dora"]
    assert person_of("Ann <a@b.example>") == "Ann"
    assert person_of("a@b.example") == "a@b.example"
    assert person_of("Ann (editor)") == "Ann (editor)"


def test_categories() -> None:
    raw = read(
        '<category>One</category><atom:category term="two" label="Two"/><media:keywords>three, four</media:keywords>'
        '<itunes:category text="Five"><itunes:category text="Six"/></itunes:category>'
    )
    assert raw.categories == ["One", "two", "Two", "three", "four", "Five", "Six"]


def test_pictures_and_enclosures() -> None:
    raw = read(
        '<enclosure url="https://a.example/a.jpg" type="image/jpeg"/><media:thumbnail url="https://a.example/t.png"/>'
        '<media:content url="https://a.example/c.png" medium="image"><media:title>x</media:title></media:content>'
        "<image><url>https://a.example/i.png</url></image>"
    )
    assert raw.images == [f"https://a.example/{name}" for name in ("a.jpg", "t.png", "c.png", "i.png")]
    assert raw.enclosures == ["https://a.example/a.jpg"]


def test_xml_base_is_taken_from_all_elements_around() -> None:
    root = parse_strict(b'<feed xml:base="https://a.example/"><entry xml:base="b/"><link href="c"/></entry></feed>')
    assert root is not None
    assert base_of_element(item_elements(root)[0]) == "https://a.example/b/"


def test_channel_definition_format() -> None:
    root = parse_strict(
        b'<CHANNEL><ITEM HREF="https://a.example/1" LASTMOD="2024-01-01"><TITLE>T</TITLE></ITEM></CHANNEL>'
    )
    assert root is not None
    raw = read_item(item_elements(root)[0])
    assert (raw.links[0].href, raw.updated, raw.title) == ("https://a.example/1", "2024-01-01", "T")


def test_items_inside_items_are_items() -> None:
    root = parse_strict(b"<rss><item><title>a</title><item><title>b</title></item></item></rss>")
    assert root is not None
    assert [read_item(element).title for element in item_elements(root)] == ["a", "b"]
