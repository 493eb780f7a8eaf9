from __future__ import annotations

import pytest

from monitor.errors import ParseError
from monitor.parse.subscriptions import read_subscriptions

RSS2EMAIL = b"""
[DEFAULT]
from = user@rss2email.invalid
to = me@example.org
digest = False

[feed.harbour]
url = https://harbour.example/rss?a=%20b

[feed.old]
url = https://old.example/rss
active = False
"""

URLWATCH = b"""
name: Notices
url: https://office.example/notices
filter:
  - css:
      selector: '#list'
  - html2text
---
url: https://office.example/short
filter: xpath://main,strip
---
navigate: https://office.example/app
filter: [{css: .news}, strip]
---
name: Disk
command: df -h
---
url: https://office.example/form
data: {a: b}
"""


def test_rss2email() -> None:
    first, second = read_subscriptions(RSS2EMAIL)
    assert (first.url, first.title, first.kind) == ("https://harbour.example/rss?a=%20b", "harbour", "feed")
    assert (second.title, second.paused) == ("old", True)


def test_urlwatch() -> None:
    found = read_subscriptions(URLWATCH)
    assert [(f.title, f.kind, f.select) for f in found[:3]] == [
        ("Notices", "watch", "#list"),
        ("https://office.example/short", "watch", "//main"),
        ("https://office.example/app", "watch", ".news"),
    ]
    assert [f.problem for f in found[3:]] == ["a shell job has no counterpart", "only GET requests are made"]


def test_opml() -> None:
    opml = b"<opml version='2.0'><body><outline text='A' xmlUrl='https://a.example/rss'/></body></opml>"
    (feed,) = read_subscriptions(opml)
    assert (feed.url, feed.title, feed.kind) == ("https://a.example/rss", "A", "feed")


@pytest.mark.parametrize("body", [b"", b"hello", b"a: 1", b"[x]\ny=1", b"- [", b"<html></html>", b"\xff\xfe"])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read_subscriptions(body)


@pytest.mark.parametrize(
    ("filters", "select"),
    [
        ("css:main,html2text", "main"),
        ("[html2text, 'xpath://main']", "//main"),
        ("[{css: {selector: main}}]", "main"),
        ("[{xpath: {path: //main}}]", "//main"),
        ("{css: main}", "main"),
        ("[{css: {method: x}}, html2text, 7]", None),
        ("", None),
    ],
)
def test_urlwatch_takes_its_filters_in_many_ways(filters: str, select: str | None) -> None:
    (job,) = read_subscriptions(f"name: a\nurl: https://a.example/\nfilter: {filters}\n".encode())
    assert job.select == select


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_a_list_in_any_encoding_keeps_its_umlauts(encoding: str) -> None:
    outline = '<outline text="Köln" xmlUrl="https://a.example/f"/>'
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<opml version="2.0"><body>{outline}</body></opml>'
    (found,) = read_subscriptions(text.encode(encoding))
    assert (found.url, found.title) == ("https://a.example/f", "Köln")


@pytest.mark.parametrize("filters", ["true", "7", "[html2text]", "{html2text: {}}", "[[css]]", "null", ""])
def test_a_filter_that_selects_nothing_watches_the_whole_page(filters: str) -> None:
    (job,) = read_subscriptions(f"url: https://office.example/a\nfilter: {filters}\n".encode())
    assert (job.kind, job.select, job.problem) == ("watch", None, None)


def test_a_name_may_look_like_a_date_that_cannot_be() -> None:
    (job,) = read_subscriptions(b"url: https://office.example/a\nname: 2026-99-99\n")
    assert job.title == "2026-99-99"


def test_a_file_that_is_nested_without_end_is_no_list() -> None:
    with pytest.raises(ParseError, match="no list"):
        read_subscriptions(b"[" * 5_000)


def test_what_jobs_share_is_taken_over() -> None:
    jobs = b"usual: &usual {filter: 'css:.news'}\nurl: https://office.example/a\n<<: *usual\n"
    assert read_subscriptions(jobs)[0].select == ".news"


NEWSBOAT = b"""\xef\xbb\xbf# my feeds
http://a.example/f#top "two words" tech "~The title" !
https://b.example/f?it's

"query:Unread:unread = \\"yes\\""
exec:~/bin/make-feed
"""


def test_a_list_of_addresses() -> None:
    first, second, *others = read_subscriptions(NEWSBOAT)
    assert (first.url, first.title, first.tags) == ("http://a.example/f#top", "The title", ("two words", "tech"))
    assert (second.url, second.title, second.tags, second.problem) == ("https://b.example/f?it's", "", (), None)
    assert {other.problem for other in others} == {"what newsboat makes itself has no counterpart"}


@pytest.mark.parametrize("text", [b"", b"# nothing", b"https://a.example/f\nHello there", b"see https://a.example/f"])
def test_other_texts_are_no_lists(text: bytes) -> None:
    with pytest.raises(ParseError):
        read_subscriptions(text)
