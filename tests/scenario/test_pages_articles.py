"""What READ makes of articles that are more than one plain page."""

from __future__ import annotations

from typing import Any

from monitor.model.source import SourceSpec
from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, rss
from tests.scenario.pages import article, live, pdf, sentences

ENTRIES = (
    "Ferries stay in port: The operator cancelled all crossings until the wind has dropped below force nine.",
    "Trains run late: On the northern line passengers have to wait for up to forty minutes this morning.",
    "Schools closed: Pupils in three coastal towns have the day off, teachers work from home where they can.",
)


async def feed_of(newsroom: Newsroom, title: str, path: str, **values: Any) -> SourceSpec:
    """A source that has its first poll behind it and offers one item now."""
    item = Item(title, newsroom.web.url(path), "1", text="Read more.")
    spec = newsroom.source("a", newsroom.web.route("/feed", rss(), rss(item)), **values)
    await newsroom.poll()
    await newsroom.poll()
    return spec


def matched(newsroom: Newsroom) -> list[str]:
    return [row.rule_id for row in newsroom.rows(t.match)]


def text_of(newsroom: Newsroom) -> str:
    return str(newsroom.rows(t.revision)[-1].text)


async def test_the_pages_of_an_article_are_joined(newsroom: Newsroom) -> None:
    def pages(request: Any) -> Reply:
        number = request.target.partition("=")[2] or "1"
        following = f"<link rel='next' href='/story?page={int(number) + 1}'>" if number != "3" else ""
        return Reply(article("Harbour", f"word{number}", seed=f"p{number}", extra=following))

    newsroom.web.route("/story", pages)
    newsroom.matcher.words["last"] = "word3"
    await feed_of(newsroom, "Harbour", "/story")
    await newsroom.read()
    assert [f"word{n}" in text_of(newsroom) for n in (1, 2, 3)] == [True, True, True]
    assert matched(newsroom) == ["last"]
    assert newsroom.rows(t.article)[0].text_state == "full"


async def test_next_links_without_end_are_followed_a_few_times(newsroom: Newsroom) -> None:
    def pages(request: Any) -> Reply:
        number = int(request.target.partition("=")[2] or "1")
        extra = f"<link rel='next' href='/story?page={number + 1}'>"
        return Reply(article("Harbour", f"word{number}", seed=f"p{number}", extra=extra))

    newsroom.web.route("/story", pages)
    await feed_of(newsroom, "Harbour", "/story")
    await newsroom.read()
    assert len(newsroom.web.seen("/story")) == 6


async def test_a_next_page_that_repeats_or_lies_elsewhere_is_not_joined(newsroom: Newsroom) -> None:
    extra = "<link rel='next' href='/story?page=2'>"
    newsroom.web.route("/story", article("Harbour", "quay", seed="p", extra=extra))
    await feed_of(newsroom, "Harbour", "/story")
    await newsroom.read()
    assert len(newsroom.web.seen("/story")) == 2
    assert text_of(newsroom).count("The decision about the quay") == 1
    elsewhere = "<link rel='next' href='http://other.example/story?page=2'>"
    newsroom.web.route("/other", article("Court", "judge", seed="q", extra=elsewhere))
    newsroom.web.route("/feed", rss(Item("Court", newsroom.web.url("/other"), "2", text="More.")))
    await newsroom.poll()
    await newsroom.read()
    assert newsroom.rows(t.article)[-1].text_state == "full"


async def test_a_missing_next_page_is_said_and_read_again(newsroom: Newsroom) -> None:
    first = Reply(article("Harbour", "quay", seed="p", extra="<link rel='next' href='/story/2'>"))
    newsroom.web.route("/story", first)
    newsroom.web.route("/story/2", Reply(status=503), Reply(article("Harbour", "crane", seed="r")))
    await feed_of(newsroom, "Harbour", "/story")
    await newsroom.read()
    row = newsroom.rows(t.article)[0]
    assert row.text_state == "teaser"
    assert "page 2 of the article could not be read" in row.text_reason
    await newsroom.read(minutes=5)
    assert newsroom.rows(t.article)[0].text_state == "full"
    assert "crane" in text_of(newsroom)


async def test_entries_of_a_ticker_are_matched_each_by_itself_and_once(newsroom: Newsroom) -> None:
    storm = "Roof torn off: A gust lifted the roof of the market hall, nobody was hurt according to the police."
    newsroom.web.route("/live", live(*ENTRIES), live(*ENTRIES), live(storm, *ENTRIES))
    newsroom.matcher.words |= {"ferries": "Ferries", "roof": "market hall"}
    await feed_of(newsroom, "Liveblog: storm over the coast", "/live")
    await newsroom.read()
    assert matched(newsroom) == ["ferries"]
    await newsroom.read(minutes=5)
    assert matched(newsroom) == ["ferries"]
    await newsroom.read(minutes=15)
    assert matched(newsroom) == ["ferries", "roof"]
    last = newsroom.rows(t.revision)[-1]
    assert (last.material, last.reason) == (True, "new entries in the ticker: 1")
    assert text_of(newsroom).splitlines()[1].startswith("A gust lifted")


async def test_short_pages_are_read_after_5_20_and_90_minutes_and_no_more(newsroom: Newsroom) -> None:
    newsroom.web.route("/flash", article("Eil: Dam closed", "dam", seed="x", count=4))
    await feed_of(newsroom, "Eil: Dam closed", "/flash")
    read = [(await newsroom.read(minutes=minutes)).read for minutes in (0, 4, 1, 14, 1, 69, 1, 300)]
    assert read == [1, 0, 1, 0, 1, 0, 1, 0]


async def test_live_pages_are_read_again_however_long_they_are(newsroom: Newsroom) -> None:
    newsroom.web.route("/live", live(*[f"Stand {n}: {' '.join(sentences('storm', seed=str(n)))}" for n in range(4)]))
    await feed_of(newsroom, "Liveblog: storm over the coast", "/live")
    assert [(await newsroom.read(minutes=minutes)).read for minutes in (0, 5, 15, 70, 300)] == [1, 1, 1, 1, 0]


async def test_a_page_that_was_partly_readable_is_full_later(newsroom: Newsroom) -> None:
    newsroom.web.route("/flash", article("Dam", "dam", seed="x", count=1), article("Dam", "dam", seed="x"))
    newsroom.matcher.words["later"] = "of x"
    await feed_of(newsroom, "Dam", "/flash")
    await newsroom.read()
    row = newsroom.rows(t.article)[0]
    assert (row.text_state, row.text_reason is not None, matched(newsroom)) == ("teaser", True, [])
    await newsroom.read(minutes=5)
    row = newsroom.rows(t.article)[0]
    assert (row.text_state, row.text_reason, matched(newsroom)) == ("full", None, ["later"])


async def test_a_long_page_is_read_once(newsroom: Newsroom) -> None:
    newsroom.web.route("/story", article("Harbour", "quay", seed="p"))
    await feed_of(newsroom, "Harbour", "/story")
    assert [(await newsroom.read(minutes=minutes)).read for minutes in (0, 5, 15, 70)] == [1, 0, 0, 0]


async def test_a_pdf_behind_an_article_is_read(newsroom: Newsroom) -> None:
    newsroom.web.route(
        "/notice.pdf", Reply(pdf(*sentences("dredging", seed="pdf")), headers={"Content-Type": "application/pdf"})
    )
    newsroom.matcher.words["dredging"] = "dredging"
    await feed_of(newsroom, "Notice of works", "/notice.pdf")
    await newsroom.read()
    row = newsroom.rows(t.article)[0]
    assert (row.title, row.text_state, matched(newsroom)) == ("Notice of works", "full", ["dredging"])


async def test_a_pdf_without_text_says_so(newsroom: Newsroom) -> None:
    newsroom.web.route("/scan.pdf", Reply(pdf(), headers={"Content-Type": "application/pdf"}))
    await feed_of(newsroom, "Scanned notice", "/scan.pdf")
    await newsroom.read()
    row = newsroom.rows(t.article)[0]
    assert (row.settled, row.text_state != "full", bool(row.text_reason)) == (True, True, True)
