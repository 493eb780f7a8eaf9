"""Watched pages: additions are the entries, and nothing but the added text is matched."""

from __future__ import annotations

from monitor.model.source import SourceKind
from monitor.store import tables as t
from tests.scenario.conftest import Newsroom
from tests.scenario.pages import document, watched

NEW = "Embargo: the ministry has suspended all exports of grain until further notice."


def board(*rows: str, items: tuple[str, ...] = (), aside: str = "") -> str:
    table = "".join(f"<tr><td>{number}</td><td>{row}</td></tr>" for number, row in enumerate(rows))
    listed = "".join(f"<li>{item}</li>" for item in items)
    body = f"<main><table id='open'>{table}</table><ul class='closed'>{listed}</ul></main><div id='ads'>{aside}</div>"
    return document("Tenders", body)


TENDERS = ("Repair of the old bridge", "Cleaning of schools", "Snow clearing in winter", "Paper for offices")
CLOSED = ("Chairs for the hall", "A lorry for the depot", "Lamps for the quay", "Trees for the park")


async def poll_twice(newsroom: Newsroom, before: str, after: str, select: str | None = None) -> list[str]:
    """The new texts of a page that is watched from `before` on."""
    newsroom.source("a", newsroom.web.route("/board", before, after), SourceKind.WATCH, select=select)
    assert (await newsroom.poll()).new == 0
    await newsroom.poll()
    return [row.text for row in newsroom.rows(t.revision)]


async def test_added_paragraphs_alone_are_matched(newsroom: Newsroom) -> None:
    newsroom.matcher.words |= {"new": "Embargo", "old": "Notice 3"}
    assert await poll_twice(newsroom, watched(), watched(NEW)) == [NEW]
    assert [row.rule_id for row in newsroom.rows(t.match)] == ["new"]


async def test_an_added_row_is_one_entry(newsroom: Newsroom) -> None:
    texts = await poll_twice(newsroom, board(*TENDERS), board(*TENDERS, "Dredging of the harbour"))
    assert texts == ["4 · Dredging of the harbour"]


async def test_an_added_list_item_is_one_entry(newsroom: Newsroom) -> None:
    before, after = board(*TENDERS, items=CLOSED), board(*TENDERS, items=(*CLOSED, "A ferry for the <b>island</b>"))
    assert await poll_twice(newsroom, before, after) == ["A ferry for the island"]


async def test_a_part_chosen_by_css_is_all_that_counts(newsroom: Newsroom) -> None:
    before = board(*TENDERS, items=CLOSED, aside="<p>Buy one now.</p>")
    after = board(*TENDERS, "Dredging", items=(*CLOSED, "A ferry"), aside="<p>Buy two now.</p>")
    assert await poll_twice(newsroom, before, after, select="ul.closed") == ["A ferry"]


async def test_a_part_chosen_by_xpath_is_all_that_counts(newsroom: Newsroom) -> None:
    before, after = board(*TENDERS, items=CLOSED), board(*TENDERS, "Dredging works", items=(*CLOSED, "A ferry"))
    assert await poll_twice(newsroom, before, after, select="//table[@id='open']") == ["4 · Dredging works"]


async def test_a_redesign_is_told_and_nothing_on_it_is_news(newsroom: Newsroom) -> None:
    newsroom.matcher.words["new"] = "exports"
    rebuilt = document("Notices", f"<main><p>Welcome to our new pages.</p><p>{NEW}</p></main>")
    newsroom.source("a", newsroom.web.route("/board", watched(), rebuilt, watched("Later.")), SourceKind.WATCH)
    await newsroom.poll()
    report = await newsroom.poll()
    assert (report.new, newsroom.rows(t.match)) == (0, [])
    assert "rebuilt" in newsroom.row("a").reason
    assert [event.code for _, event in report.events] == ["degraded"]


async def test_after_a_redesign_additions_are_news_again(newsroom: Newsroom) -> None:
    paragraphs = [f"<p>Paragraph {n} of the new pages says something else.</p>" for n in range(6)]
    rebuilt = document("Notices", f"<main>{''.join(paragraphs)}</main>")
    more = document("Notices", f"<main>{''.join(paragraphs)}<p>{NEW}</p></main>")
    newsroom.source("a", newsroom.web.route("/board", watched(), rebuilt, more), SourceKind.WATCH)
    for new in (0, 0, 1):
        assert (await newsroom.poll()).new == new
    assert (newsroom.row("a").health, newsroom.row("a").reason) == ("ok", None)


async def test_what_comes_back_later_is_no_second_entry(newsroom: Newsroom) -> None:
    newsroom.source(
        "a", newsroom.web.route("/board", watched(), watched(NEW), watched(), watched(NEW)), SourceKind.WATCH
    )
    assert [(await newsroom.poll()).new for _ in range(4)] == [0, 1, 0, 0]


async def test_a_part_that_is_gone_is_told_and_sets_no_baseline(newsroom: Newsroom) -> None:
    newsroom.source("a", newsroom.web.route("/board", watched()), SourceKind.WATCH, select="table.notices")
    await newsroom.poll()
    assert newsroom.row("a").baseline_at is None
    assert "table.notices" in newsroom.row("a").reason
