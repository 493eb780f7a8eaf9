"""Feeds that change between polls as publishers change them: how many articles each of three polls brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from _pytest.mark import ParameterSet

from monitor.model.entry import ParsedFeed
from monitor.parse.feed import read_document
from tests.unit.dedup.ledger import Ledger

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SITE = "https://paper.example"
WORDS = (
    *("harbour", "minister", "orchestra", "herring", "bridge", "fossil", "railway", "storm", "museum", "election"),
    *("council", "budget", "tunnel", "ferry", "mayor", "strike"),
)


@dataclass(frozen=True)
class Shown:
    """An item as one document has it; None for what it leaves out."""

    title: str | None
    link: str | None
    guid: str | None
    text: str | None
    date: str = "Fri, 01 May 2026 06:00:00 GMT"

    @property
    def xml(self) -> str:
        parts = {"title": self.title, "link": self.link, "guid": self.guid, "description": self.text}
        inner = "".join(f"<{name}>{escape(said)}</{name}>" for name, said in parts.items() if said is not None)
        return f"<item>{inner}<pubDate>{self.date}</pubDate></item>"


def headline(number: int) -> str:
    first, second, third = (WORDS[(number * step) % 16] for step in (1, 3, 5))
    return f"{first.title()} {second} case {number} decided in {third}"


def story(number: int, changed: int = 0) -> str:
    words = [f"{WORDS[(number * 7 + at) % 16]}{number * 3 + at}" for at in range(30)]
    words[5 : 5 + changed] = [f"changed{changed}x{at}" for at in range(changed)]
    return " ".join(words)


def item(number: int, **changes: str | None) -> Shown:
    """The item of that number, `changes` put in place of what it says otherwise."""
    said = {
        "title": headline(number),
        "link": f"{SITE}/a/{number}",
        "guid": f"g{number}",
        "text": story(number),
        **changes,
    }
    return Shown(**said)  # type: ignore[arg-type] # by name


def items(first: int, last: int, **changes: str | None) -> list[Shown]:
    """The items of these numbers; `#` in a change stands for the number."""
    return [
        item(n, **{key: value and value.replace("#", str(n)) for key, value in changes.items()})
        for n in range(first, last + 1)
    ]


def placed(first: int, last: int, **changes: str | None) -> list[Shown]:
    """These items with their position in the document for a guid."""
    return [replace(each, guid=str(at)) for at, each in enumerate(items(first, last, **changes))]


def bare(first: int, last: int, **changes: str | None) -> list[Shown]:
    """These items without guid and address."""
    return items(first, last, guid=None, link=None, **changes)


def polls(what: str, *documents: tuple[list[Shown], int]) -> ParameterSet:
    """Documents one after the other, each with the number of new articles in it."""
    return pytest.param([shown for shown, _ in documents], [new for _, new in documents], id=what)


SEQUENCES = [
    polls("nothing but new items", (items(1, 5), 5), (items(2, 6), 1), (items(4, 9), 3)),
    polls("another order", (items(1, 5), 5), (items(1, 5)[::-1], 0), (items(1, 5), 0)),
    polls("other guids at every poll", (items(1, 5), 5), (items(1, 5, guid="x#"), 0), (items(1, 5, guid="y#"), 0)),
    polls(
        "addresses and guids become https",
        (items(1, 5, guid="http://paper.example/a/#", link="http://paper.example/a/#"), 5),
        (items(1, 6, guid=SITE + "/a/#"), 1),
        (items(1, 6, guid=SITE + "/a/#"), 0),
    ),
    polls(
        "another content system",
        (items(1, 5, guid=SITE + "/?p=#", link=SITE + "/?p=#"), 5),
        (items(1, 5, guid=SITE + "/2026/#-slug", link=SITE + "/2026/#-slug"), 0),
        (items(1, 7, guid=SITE + "/2026/#-slug", link=SITE + "/2026/#-slug"), 2),
    ),
    polls(
        "another domain",
        (items(1, 5, guid="https://old.example/n#", link="https://old.example/n#"), 5),
        (items(1, 5, guid="https://new.example/n#", link="https://new.example/n#"), 0),
        (items(1, 5, guid="https://www.new.example/n#", link="https://www.new.example/n#"), 0),
    ),
    polls(
        "tracking that changes, no guids",
        (items(1, 5, guid=None, link=SITE + "/a/#?utm_source=x&fbclid=a1"), 5),
        (items(1, 5, guid=None, link=SITE + "/a/#?utm_source=y&fbclid=b2"), 0),
        (items(1, 5, guid=None), 0),
    ),
    polls(
        "an unknown parameter that changes, no guids",
        (items(1, 5, guid=None, link=SITE + "/a/#?s=1zz"), 5),
        (items(1, 5, guid=None, link=SITE + "/a/#?s=2zz"), 0),
        (items(1, 5, guid=None, link=SITE + "/a/#?s=3zz"), 0),
    ),
    polls(
        "a session that changes, nothing but headlines",
        (items(1, 5, guid=None, text=None, link=SITE + "/a/#?PHPSESSID=1abc"), 5),
        (items(1, 5, guid=None, text=None, link=SITE + "/a/#?PHPSESSID=2abc"), 0),
        (items(1, 5, guid=None, text=None, link=SITE + "/a/#"), 0),
    ),
    polls(
        "guids that hold the address with its tracking",
        (items(1, 5, guid=SITE + "/a/#?t=1", link=SITE + "/a/#?t=1"), 5),
        (items(1, 5, guid=SITE + "/a/#?t=2", link=SITE + "/a/#?t=2"), 0),
        (items(1, 5, guid=SITE + "/a/#?t=3", link=SITE + "/a/#?t=3"), 0),
    ),
    polls(
        "addresses of a redirector that change",
        (items(1, 5, link="https://click.example/r/1#xyz"), 5),
        (items(1, 5, link="https://click.example/r/2#xyz"), 0),
        (items(1, 5, link="https://click.example/r/3#xyz"), 0),
    ),
    polls(
        "corrected titles",
        (items(1, 5), 5),
        ([replace(each, title=f"UPDATE: {each.title}") for each in items(1, 5)], 0),
        (items(1, 5), 0),
    ),
    polls(
        "other titles altogether",
        (items(1, 5), 5),
        (items(1, 5, title="Something else #1 altogether"), 0),
        (items(1, 5), 0),
    ),
    polls(
        "text that is edited",
        (items(1, 5), 5),
        ([item(n, text=story(n, 3)) for n in range(1, 6)], 0),
        ([item(n, text=story(n, 6)) for n in range(1, 6)], 0),
    ),
    polls(
        "dates that are bumped",
        (items(1, 5), 5),
        (items(1, 5, date="Fri, 01 May 2026 07:00:00 GMT"), 0),
        (items(1, 5, date="Fri, 01 May 2026 08:00:00 GMT"), 0),
    ),
    polls("items that return", (items(1, 5), 5), (items(6, 10), 5), (items(1, 5), 0)),
    polls(
        "guids in capitals and with blanks",
        (items(1, 5), 5),
        (items(1, 5, guid="G#"), 0),
        (items(1, 5, guid="  g#\n"), 0),
    ),
    polls("guids that come and go", (items(1, 5, guid=None), 5), (items(1, 5), 0), (items(1, 5, guid=None), 0)),
    polls(
        "guids that go with the address",
        (items(1, 5), 5),
        (items(1, 5, guid=None, link=SITE + "/b/#"), 0),
        (items(1, 5), 0),
    ),
    polls("addresses that come and go", (items(1, 5), 5), (items(1, 5, link=None), 0), (items(1, 5), 0)),
    polls("guids that count positions", (placed(1, 5), 5), (placed(2, 6), 1), (placed(4, 8), 2)),
    polls(
        "guids that count positions, no addresses",
        (placed(1, 5, link=None), 5),
        (placed(2, 6, link=None), 1),
        (placed(4, 8, link=None), 2),
    ),
    polls(
        "guids that count positions, nothing but headlines",
        (placed(1, 5, text=None), 5),
        (placed(2, 6, text=None), 1),
        (placed(4, 8, text=None), 2),
    ),
    polls(
        "one guid for all", (items(1, 5, guid="feed"), 5), (items(2, 6, guid="feed"), 1), (items(4, 8, guid="feed"), 2)
    ),
    polls(
        "the home page for all",
        (items(1, 5, guid=None, link=SITE), 5),
        (items(2, 6, guid=None, link=SITE), 1),
        (items(4, 8, guid=None, link=SITE), 2),
    ),
    polls("nothing but headlines", (bare(1, 5, text=None), 5), (bare(2, 6, text=None), 1), (bare(4, 8, text=None), 2)),
    polls("nothing but texts", (bare(1, 5, title=None), 5), (bare(2, 6, title=None), 1), (bare(4, 8, title=None), 2)),
    polls(
        "one headline every day",
        (items(1, 5, title="Traffic report"), 5),
        (items(2, 6, title="Traffic report"), 1),
        (items(4, 8, title="Traffic report"), 2),
    ),
    polls(
        "one short item every day",
        (items(1, 5, title="Weather", text="Sunny"), 5),
        (items(2, 6, title="Weather", text="Sunny"), 1),
        (items(4, 8, title="Weather", text="Sunny"), 2),
    ),
    polls(
        "places in one page",
        (items(1, 5, link=SITE + "/live#p#", guid=None), 5),
        (items(2, 6, link=SITE + "/live#p#", guid=None), 1),
        (items(4, 8, link=SITE + "/live#p#", guid=None), 2),
    ),
    polls(
        "articles of a script",
        (items(1, 5, guid=None, link=SITE + "/story.php?id=#"), 5),
        (items(2, 6, guid=None, link=SITE + "/story.php?id=#"), 1),
        (items(4, 8, guid=None, link=SITE + "/story.php?cat=&id=#"), 2),
    ),
    polls(
        "a host in capitals, a slash more",
        (items(1, 5, guid=None), 5),
        (items(1, 5, guid=None, link="https://Paper.Example/a/#/"), 0),
        (items(1, 5, guid=None), 0),
    ),
    polls(
        "pages for telephones",
        (items(1, 5, guid=None), 5),
        (items(1, 5, guid=None, link="https://m.paper.example/a/#"), 0),
        (items(1, 5, guid=None, link=SITE + "/a/#?amp=1"), 0),
    ),
    polls("everything twice", (items(1, 5) * 2, 5), (items(1, 5) * 2, 0), (items(1, 6) * 2, 1)),
    polls(
        "twice under two guids",
        (items(1, 5) + items(1, 5, guid="h#"), 5),
        (items(1, 5), 0),
        (items(1, 5, guid="h#"), 0),
    ),
    polls(
        "in two sections",
        (items(1, 5) + items(1, 5, link=SITE + "/sport/#"), 5),
        (items(1, 5), 0),
        (items(1, 5, link=SITE + "/sport/#"), 0),
    ),
    polls(
        "a page that is written anew",
        ([item(1, guid="live", link=SITE + "/live")], 1),
        ([item(2, guid="live", link=SITE + "/live")], 0),
        ([item(3, guid="live", link=SITE + "/live")], 0),
    ),
    polls(
        "a guid that is used again", ([item(1, guid="top")], 1), ([item(2, guid="top")], 1), ([item(3, guid="top")], 1)
    ),
    polls(
        "a guid that is used again, no addresses",
        ([item(1, guid="top", link=None)], 1),
        ([item(2, guid="top", link=None)], 1),
        ([item(3, guid="top", link=None)], 1),
    ),
    polls(
        "an address that is used again",
        ([item(1, guid=None, link=SITE + "/event")], 1),
        ([item(2, guid=None, link=SITE + "/event")], 1),
        ([item(2, guid=None, link=SITE + "/event")], 0),
    ),
    polls(
        "teasers that become texts",
        ([item(n, text=" ".join(story(n).split()[:8]) + "…") for n in range(1, 6)], 5),
        (items(1, 5), 0),
        (items(1, 5, guid="x#"), 0),
    ),
    polls("texts that go and come", (items(1, 5), 5), (items(1, 5, text=None), 0), (items(1, 5), 0)),
    polls(
        "markup that comes, with new guids and addresses",
        (items(1, 5), 5),
        ([item(n, text=f"<p class='a{n}'>{story(n)}</p><img src='{SITE}/{n}.jpg'>") for n in range(1, 6)], 0),
        ([item(n, text=f"<div>{story(n)}</div>", guid=f"q{n}", link=f"{SITE}/z/{n}") for n in range(1, 6)], 0),
    ),
    polls("an empty document between", (items(1, 5), 5), ([], 0), (items(1, 6), 1)),
    polls("another feed between", (items(1, 5), 5), (items(20, 24), 5), (items(1, 5), 0)),
    polls("nothing that was there before", (items(1, 5), 5), (items(6, 10), 5), (items(11, 15), 5)),
    polls(
        "a count of comments in the title",
        (items(1, 5, title="Case # decided in the harbour (0 comments)"), 5),
        (items(1, 5, title="Case # decided in the harbour (4 comments)"), 0),
        (items(1, 5, title="Case # decided in the harbour (12 comments)"), 0),
    ),
    polls(
        "characters escaped once more",
        (items(1, 3, title="Tom & Jerry # meet “friends”"), 3),
        (items(1, 3, title="Tom &amp; Jerry # meet &quot;friends&quot;"), 0),
        (items(1, 3, title='Tom & Jerry # meet "friends"'), 0),
    ),
]


@pytest.mark.parametrize(("documents", "new"), SEQUENCES)
def test_three_polls(documents: list[list[Shown]], new: list[int]) -> None:
    ledger = Ledger()
    found = []
    for shown in documents:
        text = "".join(each.xml for each in shown)
        feed = read_document(f"<rss><channel>{text}</channel></rss>".encode(), url=f"{SITE}/feed", now=NOW)
        assert isinstance(feed, ParsedFeed)
        found.append(ledger.fates(feed.entries).count("new"))
    assert found == new
