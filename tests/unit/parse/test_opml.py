from __future__ import annotations

import pytest

from monitor.errors import ParseError
from monitor.parse.opml import OpmlFeed, read_opml, write_opml

LIST = b"""<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="World"><outline text="Europe">
<outline type="rss" text="Paper &amp; Co" xmlUrl="https://paper.example/feed" htmlUrl="https://paper.example/"/></outline>
<outline type="rss" title="Twice" text="x" xmlUrl="https://paper.example/feed"/></outline>
<outline type="rss" text="Nothing"/><outline text="File" xmlUrl="file:///etc/passwd"/>
<outline text="Old" xmlUrl="feed://old.example/rss" category="/tech/linux,news"/></body></opml>"""


TWICE = "the address stands in the list twice; it has the tags of both places"


def test_feeds_with_folders_and_problems() -> None:
    paper, twice, nothing, file, old = read_opml(LIST)
    assert paper == OpmlFeed("https://paper.example/feed", "Paper & Co", "https://paper.example/", ("World", "Europe"))
    assert (twice.title, twice.tags, twice.problem) == ("Twice", ("World",), TWICE)
    assert nothing.problem == "the outline has no address (xmlUrl)"
    assert file.problem == "the address is not http or https"
    assert (old.url, old.tags, old.problem) == ("http://old.example/rss", ("tech/linux", "news"), None)


def test_broken_lists_are_read_as_far_as_they_go() -> None:
    cut = LIST.replace(b"&amp;", b"&")[: LIST.index(b"Nothing")]
    assert [feed.url for feed in read_opml(cut)][:1] == ["https://paper.example/feed"]


def test_other_documents_are_refused() -> None:
    for body in (b"", b"<rss/>", b"plain"):
        with pytest.raises(ParseError, match="no OPML"):
            read_opml(body)


def test_what_is_written_can_be_read() -> None:
    feeds = (
        OpmlFeed("https://a.example/?x=1&y=2", 'A "quoted" <title>', None, ("One", "Two & more")),
        OpmlFeed("https://b.example/", "B", "https://b.example/site"),
    )
    assert read_opml(write_opml(feeds, title="List & more")) == (feeds[0], feeds[1])


def test_outlines_switched_off_are_left_out_with_all_below_them() -> None:
    inner = '<outline text="B" xmlUrl="https://b.example/f"/>'
    text = f'<opml><body><outline text="A" isComment="true">{inner}</outline>{inner.replace("b.", "c.")}</body></opml>'
    assert [feed.url for feed in read_opml(text.encode())] == ["https://c.example/f"]


def test_older_lists_have_no_body_or_another_name_for_the_address() -> None:
    text = (
        '<opml><outline text="A" xmlUrl="https://a.example/f"/><outline type="rss" url="https://b.example/f"/></opml>'
    )
    assert [(feed.url, feed.problem) for feed in read_opml(text.encode())] == [
        ("https://a.example/f", None),
        ("https://b.example/f", None),
    ]


def body(*outlines: str) -> bytes:
    return f"<opml version='2.0'><body>{''.join(outlines)}</body></opml>".encode()


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ("feedUrl='https://a.example/f'", "https://a.example/f"),
        ("type='rss' feedURL='https://a.example/f' url='https://a.example/'", "https://a.example/f"),
        ("type='application/rss+xml' url='https://a.example/f'", "https://a.example/f"),
        ("type='RSS2' URL='https://a.example/f'", "https://a.example/f"),
        ("xmlUrl='feed:https://a.example/f'", "https://a.example/f"),
        ("xmlUrl='feed://https://a.example/f'", "https://a.example/f"),
        ("xmlUrl='FEED://a.example/f'", "http://a.example/f"),
        ("xmlUrl='feeds://a.example/f'", "https://a.example/f"),
        ("xmlUrl='itpc://a.example/f'", "http://a.example/f"),
        ("xmlUrl='a.example/f'", "http://a.example/f"),
        ("xmlUrl='//a.example:8080/f'", "http://a.example:8080/f"),
        ("xmlUrl='www.a.example'", "http://www.a.example"),
    ],
)
def test_how_addresses_are_written(attributes: str, url: str) -> None:
    (feed,) = read_opml(body(f"<outline {attributes}/>"))
    assert (feed.url, feed.problem) == (url, None)


@pytest.mark.parametrize(
    "attributes", ["type='link' url='https://a.example/'", "type='include' url='https://a.example/'"]
)
def test_outlines_that_are_no_subscriptions(attributes: str) -> None:
    assert read_opml(body(f"<outline {attributes}/>")) == ()


@pytest.mark.parametrize("address", ["feed.xml", "news/feed.xml", "feed:", "mailto:a@b.example", "ftp://a.example/f"])
def test_what_is_no_address_of_the_web_is_said(address: str) -> None:
    (feed,) = read_opml(body(f"<outline xmlUrl='{address}'/>"))
    assert (feed.url, feed.problem) == (address, "the address is not http or https")


def test_a_feed_in_several_folders_has_the_tags_of_all() -> None:
    one = "<outline xmlUrl='https://a.example/f'/>"
    folders = [f"<outline text='{name}'>{one}</outline>" for name in ("News", "Must read", "News")]
    first, *others = read_opml(body(*folders))
    assert (first.tags, first.problem) == (("News", "Must read"), None)
    assert {other.problem for other in others} == {TWICE}


def test_feeds_that_another_reader_makes_of_pages() -> None:
    page, other = read_opml(
        body(
            "<outline type='HTML+XPath' xmlUrl='https://a.example/news'/>",
            "<outline type='JSON+DotNotation' xmlUrl='https://a.example/api'/>",
        )
    )
    assert (page.kind, page.problem) == ("page", None)
    assert other.problem == "the other reader picks its entries out of a document that is no feed"
