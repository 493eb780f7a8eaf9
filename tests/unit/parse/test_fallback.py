from __future__ import annotations

import pytest

from monitor.errors import ParseError
from monitor.parse.fallback import read_with_feedparser
from monitor.parse.raw import Link

BROKEN = b"""<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Paper</title>
<link>https://paper.example/</link><ttl>60</ttl><item><title>A & B</title><guid>https://paper.example/1?a&amp;b</guid>
<link>https://paper.example/1</link><description>Text <b>bold</description><author>a@b.example (Ann)</author>
<category>One</category><pubDate>Tue, 05 Mar 2024 09:08:07 GMT</pubDate>
<enclosure url="https://paper.example/1.jpg" type="image/jpeg"/><media:thumbnail url="https://paper.example/t.png"/>
</item></channel></rss>"""


def test_broken_documents_are_read_loosely() -> None:
    (raw,), channel = read_with_feedparser(BROKEN)
    assert (channel.title, channel.link, channel.texts) == ("Paper", "https://paper.example/", {"ttl": "60"})
    assert raw.id == "https://paper.example/1?a&b"
    assert raw.links[0] == Link("alternate", "", "https://paper.example/1")
    assert raw.title.startswith("A")
    assert "bold" in (raw.summary or "")
    assert raw.authors == ["Ann"]
    assert raw.categories == ["One"]
    assert raw.published == "Tue, 05 Mar 2024 09:08:07 GMT"
    assert raw.enclosures == ["https://paper.example/1.jpg"]
    assert raw.images == ["https://paper.example/1.jpg", "https://paper.example/t.png"]


def test_what_is_no_feed_has_no_items_and_an_address_is_never_fetched() -> None:
    assert read_with_feedparser(b"<a><b></a>")[0] == []
    assert read_with_feedparser(b"http://localhost/feed")[0] == []


def test_what_feedparser_trips_over_is_named() -> None:
    with pytest.raises(ParseError, match="feedparser"):
        read_with_feedparser(
            b"<rss><channel><item></psc:chapter><gml:pos>1</gml:pos></textinput><name>x</name><b></item>"
        )


def test_links_say_what_they_are_for_and_one_without_an_address_is_none() -> None:
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Paper</title><link href="https://paper.example/"/>
    <link rel="hub" href="https://hub.example/"/><link rel="self" href="https://paper.example/feed"/><link rel="next"/>
    <entry><title>A & B</title><id>1</id><link rel="related"/><link rel="related" href="https://paper.example/2"/>
    <link rel="enclosure" href="https://paper.example/1.mp3"/></entry></feed>"""
    (raw,), channel = read_with_feedparser(feed)
    assert channel.links == {"hub": "https://hub.example/", "self": "https://paper.example/feed"}
    assert [(link.rel, link.href) for link in raw.links] == [("related", "https://paper.example/2")]
    assert raw.enclosures == ["https://paper.example/1.mp3"]


def test_an_id_is_a_link_only_if_it_looks_like_one() -> None:
    def address(guid: str) -> list[str]:
        raws, _ = read_with_feedparser(b"<rss><channel><item><b><guid>%s</guid></item></rss>" % guid.encode())
        return [link.href for link in raws[0].links]

    assert [address(guid) for guid in ("4711", "a story / b", "/n/1", "https://paper.example/1")] == [
        [],
        [],
        ["/n/1"],
        ["https://paper.example/1"],
    ]
