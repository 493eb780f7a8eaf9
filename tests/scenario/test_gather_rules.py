from __future__ import annotations

import sqlalchemy as sa

from monitor.loops.rematch import rematch_once
from monitor.loops.retain import RetentionSettings, retain_once
from monitor.store import rules
from monitor.store import tables as t
from monitor.store.rules import Accepted
from tests.scenario.conftest import Item, Newsroom, long_text, rss


async def test_a_rule_that_is_added_sees_what_is_stored_once(newsroom: Newsroom) -> None:
    items = [Item(f"Story {n}", newsroom.web.url(f"/story/{n}"), str(n), content=long_text(f"{n}")) for n in range(3)]
    newsroom.source("a", newsroom.web.route("/feed", rss(items[0]), rss(*items)))
    with newsroom.database.unit() as connection:
        rules.sync_rules(connection, [], {}, newsroom.clock.now())
    for _ in range(2):
        await newsroom.poll()
        await newsroom.read()
    assert newsroom.rows(t.match) == []
    newsroom.matcher.words["quay"] = "quay"
    with newsroom.database.unit() as connection:
        rules.sync_rules(connection, [Accepted("quay", "Quay", {"rule": {"id": "quay"}})], {}, newsroom.clock.now())
    newsroom.restart()
    asked: list[str] = []
    sa.event.listen(newsroom.database.engine, "before_cursor_execute", lambda *event: asked.append(str(event[2])))
    await rematch_once(newsroom.context)
    assert sum("FROM story_link" in statement for statement in asked) == 1, "what articles have in common is read once"
    assert [row.article_id for row in newsroom.rows(t.match)] == [3, 2, 1]
    await rematch_once(newsroom.context)
    assert len(newsroom.rows(t.match)) == 3


async def test_a_purged_item_that_is_still_shown_does_not_come_back(newsroom: Newsroom) -> None:
    old = Item("Old", newsroom.web.url("/story/old"), "0", content=long_text("old"))
    feeds = [rss(old), rss(Item("New", newsroom.web.url("/story/new"), "1", content=long_text("new")), old)]
    newsroom.source("a", newsroom.web.route("/feed", *feeds))
    await newsroom.poll()
    await newsroom.read()
    newsroom.clock.advance(days=10)
    report = await retain_once(newsroom.context, RetentionSettings(articles_days=5.0))
    assert (report.articles, newsroom.titles()) == (1, [])
    with newsroom.database.unit() as connection:  # a new parser version, say: nothing is recognised by its bytes
        connection.execute(t.document.delete())
    assert (await newsroom.poll()).new == 1
    assert newsroom.titles() == ["New"]
