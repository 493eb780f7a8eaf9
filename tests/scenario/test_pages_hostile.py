"""Documents that were made to harm: each ends with a reason of its own, and nothing else stops."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from monitor.model.source import SourceKind
from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, long_text, rss
from tests.scenario.pages import article

LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{LEVELS}]><rss version="2.0"><channel><title>&l9;</title>'
)
SPY = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>'
CLOSED = "<item><title>One &x;</title><guid>1</guid></item></channel></rss>"
DEEP = '<rss version="2.0"><channel><item><title>One</title><description>' + "<a>" * 20_000
FLOOD = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-H%d: v\r\n" % n for n in range(20_000)) + b"\r\n"
LONG_HEAD = b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n"

DOCUMENTS: dict[str, Reply] = {
    "entity-bomb": Reply(BOMB + CLOSED.replace("&x;", "")),
    "external-entity": Reply(SPY + CLOSED),
    "deep": Reply(DEEP),
    "comments": Reply('<rss version="2.0"><channel>' + "<!--" * 60_000),
    "header-flood": Reply(raw=FLOOD),
    "long-header": Reply(raw=LONG_HEAD),
    "packed-bomb": Reply(gzip.compress(b" " * 30_000_000), headers={"Content-Encoding": "gzip"}),
    "zeros": Reply(b"\0" * 100_000),
    "noise": Reply(bytes(range(256)) * 400),
}


async def test_each_ends_with_its_reason_and_the_next_source_is_polled(newsroom: Newsroom) -> None:
    newsroom.matcher.words["quay"] = "quay"
    good = Item("Council decides", None, "1", content=long_text("quay"))
    newsroom.source("good", newsroom.web.route("/good", rss(), rss(good)))
    for name, reply in DOCUMENTS.items():
        newsroom.source(name, newsroom.web.route(f"/{name}", reply))
    await newsroom.poll()
    report = await newsroom.poll()
    assert report.polled == len(DOCUMENTS) + 1
    states = {name: newsroom.row(name) for name in DOCUMENTS}
    silent = [name for name, row in states.items() if row.reason is None and row.health != "ok"]
    assert silent == []
    assert [name for name, row in states.items() if "error of this program" in str(row.reason)] == []
    assert {name for name, row in states.items() if row.health == "ok"} <= {"external-entity", "entity-bomb", "deep"}
    assert len(newsroom.rows(t.match)) == 1
    assert not any("root:" in row.title for row in newsroom.rows(t.article))


TITLES = {
    "megabyte": "Word " * 200_000,
    "controls": "One\x1b[31m two\x07\x9bthree",
    "direction": "One \u202eowt\u202c three",
}


@pytest.mark.parametrize("name", TITLES)
async def test_odd_titles_are_kept_and_bounded(newsroom: Newsroom, name: str) -> None:
    item = rss(Item("TITLE", None, "1", content=long_text("quay"))).replace("TITLE", TITLES[name])
    newsroom.matcher.words["quay"] = "quay"
    newsroom.source("a", newsroom.web.route("/feed", rss(), item))
    await newsroom.poll()
    assert (await newsroom.poll()).new == 1
    stored = newsroom.rows(t.article)[0]
    assert len(stored.title) < 10_000
    assert not any(char in stored.title for char in "\x1b\x07\x9b")
    assert len(newsroom.rows(t.match)) == 1


def monsters() -> dict[str, Callable[[], bytes]]:
    return {
        "deep": lambda: b"<html><body>" + b"<div>" * 50_000 + b"text",
        "huge": lambda: b"<html><body>" + b"<p>word word word</p>" * 700_000,
        "attributes": lambda: b"<html><body " + b"".join(b"a%d=1 " % n for n in range(100_000)) + b">text",
        "scripts": lambda: b"<html><body><script>" + b"x=1;" * 500_000 + b"</script></body></html>",
        "encrypted": lambda: b"%PDF-1.4\n1 0 obj<</Filter/Standard>>endobj\ntrailer<</Encrypt 1 0 R>>",
        "picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 1000,
        "empty": lambda: b" ",
    }


async def test_pages_behind_articles_end_with_their_reason_too(newsroom: Newsroom) -> None:
    made = monsters()
    items = [Item(f"Story {name}", newsroom.web.url(f"/{name}"), name, text="Read more.") for name in (*made, "good")]
    for name, body in made.items():
        newsroom.web.route(f"/{name}", Reply(body()))
    newsroom.web.route("/good", article("Story good", "quay", seed="good"))
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)))
    await newsroom.poll()
    await newsroom.poll()
    report = await newsroom.read()
    states = {row.title.removeprefix("Story "): row for row in newsroom.rows(t.article)}
    assert report.read + report.failed == len(items)
    assert states["good"].text_state == "full"
    assert {name: bool(states[name].text_reason) for name in made} == dict.fromkeys(made, True)
    assert not any("error of this program" in row.text_reason for name, row in states.items() if name in made)


async def test_listings_and_watched_pages_of_that_kind_are_told(newsroom: Newsroom) -> None:
    for name, body in monsters().items():
        url = newsroom.web.route(f"/{name}", Reply(body()))
        newsroom.source(f"page-{name}", url, SourceKind.PAGE)
        newsroom.source(f"watch-{name}", url, SourceKind.WATCH)
    await newsroom.poll()
    rows = {row.id: row for row in newsroom.rows(t.source)}
    assert [name for name, row in rows.items() if "error of this program" in str(row.reason)] == []
    assert {name for name, row in rows.items() if row.reason is None} <= {"watch-deep", "watch-attributes"}
