from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.parse.fallback import MOST_TAGS
from monitor.parse.feed import read_document, read_quickly

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://paper.example/feed.xml"


def rss(*items: str, head: str = "<title>Paper</title><link>https://paper.example/</link>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, more: str = "") -> str:
    return f"<item><title>News {number}</title><guid>n{number}</guid><link>/n/{number}</link>{more}</item>"


def test_reads_a_plain_feed_quickly() -> None:
    feed = read_quickly(rss(item(1), item(2)), url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [entry.title for entry in feed.entries] == ["News 1", "News 2"]
    assert feed.entries[0].url == "https://paper.example/n/1"
    assert feed.title == "Paper"


def test_names_an_empty_body() -> None:
    answer = read_document(b"", url=URL, now=NOW)
    assert isinstance(answer, NotAFeed)
    assert answer.reason.code == "empty-body"


def test_a_title_that_never_closes_takes_nothing_else_along() -> None:
    broken = "<item><title>News 1<link>/n/1</link><guid>n1</guid><description>Text.</description></item>"
    feed = read_document(rss(broken, item(2), head="<title>Paper<link>/</link>"), url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [(entry.id, entry.url, entry.title, entry.summary) for entry in feed.entries] == [
        ("n1", "https://paper.example/n/1", "News 1", "Text."),
        ("n2", "https://paper.example/n/2", "News 2", ""),
    ]
    assert (feed.title, feed.url) == ("Paper", "https://paper.example/")
    assert [reason.code for reason in feed.problems] == ["malformed"]


def test_a_relative_permanent_link_is_the_address_rather_than_the_enclosure() -> None:
    sound = '<enclosure url="https://cdn.example/1.mp3" type="audio/mpeg"/>'
    feed = read_document(
        rss(
            f'<item><title>A</title><guid isPermaLink="true">/n/1</guid>{sound}</item>',
            f'<item><title>B</title><guid isPermaLink="true">2</guid>{sound}</item>',
            f"<item><title>C</title><guid>/n/3</guid>{sound}</item>",
            f'<item><title>D</title><guid isPermaLink="true">tag:paper.example/4</guid>{sound}</item>',
        ),
        url=URL,
        now=NOW,
    )
    assert isinstance(feed, ParsedFeed)
    assert [entry.url for entry in feed.entries] == ["https://paper.example/n/1", *["https://cdn.example/1.mp3"] * 3]
    assert feed.entries[0].id == "/n/1"


def test_a_cut_document_keeps_its_complete_items() -> None:
    whole = rss(item(1), item(2), item(3))
    feed = read_document(whole[: whole.index(b"News 3")], url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [entry.id for entry in feed.entries] == ["n1", "n2"]
    assert [problem.code for problem in feed.problems] == ["truncated"]


def entries(body: bytes, **more: Any) -> list[Entry]:
    feed = read_document(body, url=URL, now=NOW, **more)
    assert isinstance(feed, ParsedFeed)
    return list(feed.entries)


def refusal(body: bytes) -> str:
    answer = read_document(body, url=URL, now=NOW)
    assert isinstance(answer, NotAFeed)
    return answer.reason.code


def test_atom() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/blog/"><title>Blog</title>
    <entry><id>tag:1</id><title type="html">A &amp;amp; B</title><link href="one"/>
    <updated>2024-01-02T03:04:05Z</updated>    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi</p></div></content></entry></feed>"""
    (entry,) = entries(body)
    assert (entry.id, entry.url) == ("tag:1", "https://base.example/blog/one")
    assert (entry.title, entry.content) == ("A & B", "<p>Hi</p>")
    assert (entry.published_at, entry.updated_at) == (None, datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_rdf() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>R</title></channel>
    <item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link><dc:date>2024-01-02</dc:date>
    </item></rdf:RDF>"""
    feed = read_document(body, url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert (feed.kind, feed.title) == ("rdf", "R")
    assert feed.entries[0].id == "https://a.example/1"
    assert feed.entries[0].published_at == datetime(2024, 1, 2, tzinfo=UTC)


def test_known_items_are_counted_not_returned() -> None:
    body = rss(item(1), item(2), item(3))
    feed = read_quickly(body, url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    known = frozenset({feed.item_hashes[0], feed.item_hashes[2], "another"})
    pruned = read_quickly(body, url=URL, known=known, now=NOW)
    assert isinstance(pruned, ParsedFeed)
    assert pruned.entries == feed.entries[1:2]
    assert (pruned.known, pruned.item_hashes) == (2, feed.item_hashes)
    assert read_quickly(body, url=URL, known=frozenset(feed.item_hashes), now=NOW) is not None


def test_a_broken_item_does_not_harm_the_others() -> None:
    body = rss(item(1), "<item><title>Bad <b>one</title><guid>bad</guid></item>", item(3))
    assert read_quickly(body, url=URL, now=NOW) is None
    feed = read_document(body, url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [entry.id for entry in feed.entries] == ["n1", "bad", "n3"]
    assert feed.entries[0].url == "https://paper.example/n/1"
    assert [problem.code for problem in feed.problems] == ["malformed"]
    known = frozenset(feed.item_hashes[:1])
    assert entries(body, known=known) == list(feed.entries[1:])


def test_items_that_feedparser_trips_over_are_read() -> None:
    odd = "<item><title>Odd</title></textinput><gml:pos>1</gml:pos><guid>odd</guid><b></item>"
    assert [entry.title for entry in entries(rss(item(1), odd))] == ["News 1", "Odd"]


def test_bad_bytes_are_reported() -> None:
    body = rss("<item><title>Größe und viel Übermut, Äpfel, Öl</title></item>").replace("Ö".encode(), b"\xff")
    feed = read_quickly(body, url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [problem.code for problem in feed.problems] == ["bad-bytes"]


def test_items_that_never_close_are_read() -> None:
    body = rss("<item><title>One</title><guid>1</guid>", "<item><title>Two</title><guid>2</guid>")
    found = entries(body)
    assert [entry.id for entry in found] == ["1", "2"]
    hashes = frozenset(entry.item_hash for entry in found)
    assert entries(body, known=hashes) == []


def test_a_last_item_that_never_closes_is_read_and_pruned() -> None:
    body = rss(item(1), "<item><title>Two</title><guid>2</guid>")
    found = entries(body)
    assert [entry.title for entry in found][1:] == ["Two"]
    assert entries(body, known=frozenset(entry.item_hash for entry in found)) == []
    cut = read_document(body.partition(b"</channel")[0], url=URL, now=NOW)
    assert isinstance(cut, ParsedFeed)
    assert (len(cut.entries), [problem.code for problem in cut.problems]) == (1, ["truncated"])


def test_cdata_that_never_closes_hides_no_items() -> None:
    open_ended = "<item><title>Open</title><guid>o</guid><description><![CDATA[<p>x</p>]]</description></item>"
    found = entries(rss(item(1), open_ended, item(2), item(3)))
    assert [entry.title for entry in found] == ["News 1", "Open", "News 2", "News 3"]
    closed = "<item><title>Shut</title><description><![CDATA[<item>no</item>]]></description></item>"
    assert len(entries(rss(closed, open_ended, item(2)))) == 3


def test_items_under_a_strangers_prefix_are_read() -> None:
    body = b'<rss><channel xmlns:x="urn:x"><x:item><x:title>One</x:title><guid>1</guid></x:item></channel></rss>'
    assert [(entry.title, entry.id) for entry in entries(body)] == [("One", "1")]
    mixed = body.replace(b"</channel>", b"<item><title>Yes</title></item></channel>")
    assert [entry.title for entry in entries(mixed)] == ["Yes"]


def test_a_feed_behind_json_is_read() -> None:
    assert len(entries(b'{"debug": 1}\n' + rss(item(1), item(2)))) == 2


def test_what_is_too_much_for_feedparser_is_read_more_quickly() -> None:
    nested = rss("<item><title>Deep</title><author>" + "<b>" * MOST_TAGS + "</author></item>")
    assert [entry.title for entry in entries(nested)] == ["Deep"]
    many = MOST_TAGS // 40 + 100
    broken = entries(rss(*(f"<item><title>{number} <b>bold</title></item>" for number in range(many))))
    assert (len(broken), broken[-1].title[:4]) == (many, str(many - 1))


def test_nested_items_are_all_read_and_pruned() -> None:
    body = rss("<item><title>One</title><guid>1</guid><item><title>Two</title><guid>2</guid></item></item>")
    one, two = entries(body)
    assert (one.id, two.id) == ("1", "2")
    assert entries(body, known=frozenset({one.item_hash})) == [two]


def test_repairable_documents_are_read_quickly() -> None:
    body = rss(item(1, "<description>a&nbsp;b & c &undefined;</description><dc:creator>Ann</dc:creator>"))
    feed = read_quickly(body, url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert feed.entries[0].summary == "a\xa0b & c &undefined;"
    assert feed.entries[0].authors == ("Ann",)
    assert feed.problems == ()


def declared(entities: str, title: str) -> bytes:
    return f"<!DOCTYPE r [{entities}]><rss><channel><item><title>{title}</title></item></channel></rss>".encode()


def test_entities_are_bounded_and_never_loaded() -> None:
    assert refusal(declared('<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;">', "&c;")) == "hostile"
    assert refusal(declared(f'<!ENTITY x "{"y" * 900}">', "&x;" * 5000)) == "hostile"
    assert entries(declared('<!ENTITY x SYSTEM "file:///etc/hostname">', "[&x;]"))[0].title == "[]"
    assert entries(declared('<!ENTITY pub "The Paper">', "&pub;"))[0].title == "The Paper"


def test_other_documents_are_named() -> None:
    assert refusal(b"<!doctype html><html><body>News</body></html>") == "html"
    assert refusal(b"just text") == "not-a-feed"
    assert refusal(b"<svg/>") == "not-a-feed"
    assert refusal(b"<opml><body/></opml>") == "opml"
    assert refusal(b'<catalog xmlns:x="urn:x"><x:item/></catalog>') == "not-a-feed"


def test_an_item_that_says_nothing_beside_known_ones_is_read_as_without_them() -> None:
    data = b"<catalog><item><title>Bridge</title></item><item><size>2</size></item></catalog>"
    full = read_document(data, url=URL, now=NOW)
    assert isinstance(full, ParsedFeed)
    pruned = read_document(data, url=URL, known=frozenset(full.item_hashes[:1]), now=NOW)
    assert isinstance(pruned, ParsedFeed)
    assert (pruned.entries, pruned.item_hashes, pruned.known) == (full.entries[1:], full.item_hashes, 1)


def test_a_feed_with_a_page_or_a_warning_around_it_is_read() -> None:
    body = b"<br/><b>Warning</b>: mysql\n" + rss(item(1))
    assert [entry.id for entry in entries(body)] == ["n1"]


def test_a_feed_without_items_is_a_feed() -> None:
    assert entries(rss()) == []


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    text = rss("<item><title>Grüße</title></item>").decode().replace('"1.0"', f'"1.0" encoding="{encoding}"', 1)
    assert entries(text.encode(encoding))[0].title == "Grüße"


def test_an_entry_alone_is_a_document() -> None:
    body = b'<entry xmlns="http://www.w3.org/2005/Atom"><id>1</id><title>Alone</title></entry>'
    assert [entry.title for entry in entries(body)] == ["Alone"]
    assert entries(body[:70]) == []


def test_large_documents_go_to_a_worker() -> None:
    many = rss(*(item(number) for number in range(4000)))
    assert read_quickly(many, url=URL, now=NOW) is None
    assert read_quickly(rss(item(1), " " * 1_000_000), url=URL, now=NOW) is None
    assert len(entries(many)) == 4000


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>" + "<!--" * 20_000 + "</title></item>"),
        rss("<item><title>" + "<a>" * 20_000 + "</title></item>"),
        rss("<item><title>" + "x" * 900_000 + "</title></item>"),
        rss("<item " + " ".join(f'a{number}="1"' for number in range(20_000)) + "><title>x</title></item>"),
        rss("<item " + " ".join(f"a{number}=1" for number in range(20_000)) + "><title>x</title></item>"),
        rss("<item><title>" + "&" * 200_000 + "</title></item>"),
        rss("<item><title>" + "\x00\x0b" * 100_000 + "</title></item>"),
        b"<!DOCTYPE r [" + b"<!ENTITY a SYSTEM " * 20_000 + b"]><rss><item><title>x</title></item></rss>",
        b"<!DOCTYPE r [" + b"]" * 200_000,
        b"<rss><channel>" + b"<![CDATA[" * 50_000,
    ],
    ids=["comments", "depth", "title", "attributes", "bare", "references", "controls", "entities", "subset", "cdata"],
)
def test_hostile_documents_end(body: bytes) -> None:
    answer = read_document(body, url=URL, now=NOW)
    if isinstance(answer, ParsedFeed):
        assert all(len(entry.title) <= 1000 for entry in answer.entries)
