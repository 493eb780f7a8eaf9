from __future__ import annotations

from datetime import UTC, datetime

from monitor.model.entry import NotAFeed, ParsedFeed
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


def test_a_cut_document_keeps_its_complete_items() -> None:
    whole = rss(item(1), item(2), item(3))
    feed = read_document(whole[: whole.index(b"News 3")], url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [entry.id for entry in feed.entries] == ["n1", "n2"]
    assert [problem.code for problem in feed.problems] == ["truncated"]
