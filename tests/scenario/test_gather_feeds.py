from __future__ import annotations

from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, long_text, page, rss


async def test_the_first_poll_is_the_baseline_and_reads_no_pages(newsroom: Newsroom) -> None:
    url = newsroom.web.route("/feed", rss(Item("One", "/1", "1"), Item("Two", "/2", "2")))
    newsroom.source("a", url)
    report = await newsroom.poll()
    assert (report.polled, report.new, report.failed) == (1, 2, 0)
    assert (await newsroom.read()).read == 0
    assert [(row.title, row.baseline, row.settled) for row in newsroom.rows(t.article)] == [
        ("One", True, True),
        ("Two", True, True),
    ]
    assert newsroom.row("a").baseline_at is not None
    assert [request.path for request in newsroom.web.requests] == ["/feed"]


async def test_new_items_are_new_once_across_restarts(newsroom: Newsroom) -> None:
    old, new = Item("One", "/1", "1", content=long_text("One")), Item("Two", "/2", "2", content=long_text("Two"))
    url = newsroom.web.route("/feed", rss(old), rss(new, old), rss(old, new))
    newsroom.source("a", url)
    counts = []
    for _ in range(4):
        counts.append((await newsroom.poll()).new)
        newsroom.restart()
    assert counts == [1, 1, 0, 0]
    assert [row.baseline for row in newsroom.rows(t.article)] == [True, False]


async def test_not_modified_is_a_success_and_keeps_the_validators(newsroom: Newsroom) -> None:
    url = newsroom.web.route("/feed", Reply(rss(Item("One", "/1", "1")), headers={"ETag": 'W/"x"'}), Reply(status=304))
    newsroom.source("a", url)
    await newsroom.poll()
    newsroom.restart()
    report = await newsroom.poll()
    assert (report.unchanged, report.failed) == (1, 0)
    assert newsroom.web.requests[1].headers["if-none-match"] == 'W/"x"'
    assert newsroom.row("a").health == "ok"


async def test_a_teaser_gets_the_text_of_its_page(newsroom: Newsroom) -> None:
    newsroom.web.route("/2", page("Two", "quay"))
    teaser = Item("Two", newsroom.web.url("/2"), "2", text="A short teaser.")
    url = newsroom.web.route("/feed", rss(), rss(teaser))
    newsroom.source("a", url)
    await newsroom.poll()
    await newsroom.poll()
    pending = newsroom.rows(t.article)[0]
    assert (pending.text_state, pending.settled, pending.reading) == ("teaser", False, "page")
    newsroom.restart()
    assert (await newsroom.read()).read == 1
    article = newsroom.rows(t.article)[0]
    assert (article.text_state, article.settled, article.revision) == ("full", True, 2)
    texts = [row.text for row in newsroom.rows(t.revision)]
    assert texts[0] == "A short teaser."
    assert "The mayor promised that quay" in texts[1]


async def test_a_page_that_can_never_be_read_is_settled_with_its_teaser(newsroom: Newsroom) -> None:
    newsroom.web.route("/2", Reply("down", status=503))
    url = newsroom.web.route("/feed", rss(), rss(Item("Two", newsroom.web.url("/2"), "2", text="A short teaser.")))
    newsroom.source("a", url)
    await newsroom.poll()
    await newsroom.poll()
    for _ in range(newsroom.settings.read_attempts):
        await newsroom.read(minutes=60)
    article = newsroom.rows(t.article)[0]
    assert (article.settled, article.text_state, article.due_at) == (True, "teaser", None)
    assert article.text_reason_code is not None


async def test_an_edited_item_becomes_a_revision(newsroom: Newsroom) -> None:
    first = Item("Two", "/2", "2", content=long_text("quay"))
    edited = Item("Two, corrected: 300 ships", "/2", "2", content=long_text("quay") + "<p>300 ships.</p>")
    url = newsroom.web.route("/feed", rss(), rss(first), rss(edited))
    newsroom.source("a", url)
    for _ in range(3):
        await newsroom.poll()
    assert newsroom.titles() == ["Two, corrected: 300 ships"]
    assert [(row.number, row.title) for row in newsroom.rows(t.revision)] == [(1, "Two"), (2, edited.title)]


async def test_ids_that_change_wholesale_bring_no_news(newsroom: Newsroom) -> None:
    items = [Item(f"Story {n}", f"/{n}", f"old-{n}", content=long_text(f"topic {n}")) for n in range(5)]
    changed = [Item(item.title, item.link, f"new-{n}", content=item.content) for n, item in enumerate(items)]
    url = newsroom.web.route("/feed", rss(*items), rss(*changed))
    newsroom.source("a", url)
    await newsroom.poll()
    report = await newsroom.poll()
    assert (report.new, len(newsroom.titles())) == (0, 5)
    assert any(event.code == "relinked" for _, event in report.events)


async def test_items_that_share_an_id_are_all_kept(newsroom: Newsroom) -> None:
    items = [Item(f"Story {n}", f"/{n}", "same", content=long_text(f"topic {n}")) for n in range(5)]
    url = newsroom.web.route("/feed", rss(*items), rss(*items, Item("Story 9", "/9", "same", content=long_text("9"))))
    newsroom.source("a", url)
    await newsroom.poll()
    assert (await newsroom.poll()).new == 1
    assert len(newsroom.titles()) == 6
    assert newsroom.row("a").memory["ids_unstable"] is True


async def test_an_id_that_is_used_again_for_another_item_overwrites_nothing(newsroom: Newsroom) -> None:
    first = Item("Ferry line opens", "/ferry", "1", content=long_text("the ferry"))
    second = Item("Budget fails", "/budget", "1", content="<p>" + "Nothing like the words above stands here. " * 30)
    url = newsroom.web.route("/feed", rss(first), rss(second))
    newsroom.source("a", url)
    await newsroom.poll()
    assert (await newsroom.poll()).new == 1
    assert newsroom.titles() == ["Ferry line opens", "Budget fails"]


async def test_the_same_address_in_two_feeds_is_one_article(newsroom: Newsroom) -> None:
    item = Item("One", newsroom.web.url("/story/quay-1"), "1", content=long_text("quay"))
    newsroom.source("a", newsroom.web.route("/a", rss(item)))
    newsroom.source("b", newsroom.web.route("/b", rss(item)))
    await newsroom.poll()
    await newsroom.read()
    assert len(newsroom.titles()) == 1
    assert len(newsroom.rows(t.sighting)) == 2


async def test_a_dead_host_stops_nobody_and_says_why(newsroom: Newsroom) -> None:
    newsroom.source("dead", "http://127.0.0.1:9/feed")
    newsroom.source("alive", newsroom.web.route("/feed", rss(Item("One", "/1", "1"))))
    report = await newsroom.poll()
    assert (report.polled, report.failed, report.new) == (2, 1, 1)
    assert newsroom.row("dead").reason is not None
    assert newsroom.row("dead").baseline_at is None


async def test_a_match_is_recorded_once_per_revision(newsroom: Newsroom) -> None:
    newsroom.matcher.words["ships"] = "quay"
    old = Item("Old quay", "/1", "1", content=long_text("old"))
    new = Item("New", "/2", "2", content=long_text("new"))
    url = newsroom.web.route("/feed", rss(old), rss(new, old))
    newsroom.source("a", url)
    await newsroom.poll()
    assert (await newsroom.read()).settled == 1
    assert (await newsroom.poll()).new == 1
    await newsroom.poll()
    assert [row.article_id for row in newsroom.rows(t.match)] == [1, 2]
