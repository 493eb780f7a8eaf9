"""What is forgotten when, and what stays as evidence."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from monitor.loops.retain import RetentionSettings, retain_once
from monitor.model.alert import AlertKind, AlertState
from monitor.model.reasons import Reason
from monitor.store import alerts, evidence
from monitor.store import tables as t
from monitor.store.evidence import Body
from tests.scenario.conftest import Item, Newsroom, long_text, rss

PAGE = b"<!doctype html><p>The ferry ends in May.</p>"
KEPT = RetentionSettings(articles_days=30.0, alerts_days=100.0, polls_days=10.0, tombstones_days=200.0)


async def _two_articles(newsroom: Newsroom) -> list[int]:
    items = (
        Item(f"Story {n}", newsroom.web.url(f"/story/{n}"), str(n), content=long_text(f"case {n}")) for n in (1, 2)
    )
    newsroom.source("a", newsroom.web.route("/feed", rss(*items)))
    await newsroom.poll()
    await newsroom.read()
    return [row.id for row in newsroom.rows(t.article, "id")]


def _alert(newsroom: Newsroom, article_id: int) -> None:
    """An alert that names the article, and the page it was read from."""
    now = newsroom.clock.now()
    new = alerts.NewAlert("rule:r:1", AlertKind.MATCH, AlertState.TOLD, Reason("match", "it fired"))
    with newsroom.database.unit() as connection:
        alert_id = alerts.put_alert(connection, new, now)
        connection.execute(
            sa.insert(t.alert_article).values(alert_id=alert_id, article_id=article_id, match_id=None, facts={})
        )
        body = Body("https://blatt.example/1", (("content-type", "text/html"),), PAGE, now)
        evidence.keep_bodies(connection, [evidence.Kept(article_id, 1, body)])


async def test_the_page_behind_an_alert_outlives_its_neighbours(newsroom: Newsroom) -> None:
    alerted, other = await _two_articles(newsroom)
    _alert(newsroom, alerted)
    newsroom.clock.advance(days=40)
    report = await retain_once(newsroom.context, KEPT)
    assert (report.articles, report.polls) == (1, 1)
    assert [row.id for row in newsroom.rows(t.article, "id")] == [alerted] != [other]
    with newsroom.database.reading() as connection:
        found = evidence.body_of(connection, alerted, 1)
    assert found is not None
    body, digest = found
    assert (body.content, body.headers, digest) == (
        PAGE,
        (("content-type", "text/html"),),
        hashlib.sha256(PAGE).hexdigest(),
    )

    newsroom.clock.advance(days=70)
    report = await retain_once(newsroom.context, KEPT)
    assert (report.alerts, report.articles) == (1, 1)
    assert newsroom.rows(t.body) == newsroom.rows(t.alert) == [], "they go together"


async def test_the_feed_that_brought_a_hit_is_its_evidence(newsroom: Newsroom) -> None:
    newsroom.matcher.words["quay"] = "quay"
    told = Item("Quay", newsroom.web.url("/quay"), "1", content=long_text("the quay"))
    other = Item("Zoo", newsroom.web.url("/zoo"), "2", content="<p>No word of it.</p>" * 40)
    shown = rss(told, other)
    newsroom.source("a", newsroom.web.route("/feed", rss(), shown))
    for _ in range(2):
        await newsroom.poll()
    with newsroom.database.reading() as connection:
        kept = {row.title: evidence.body_of(connection, row.id, 1) for row in newsroom.rows(t.article, "id", "title")}
    body, digest = kept["Quay"] or (None, "")
    assert body is not None
    assert (body.content, body.url) == (shown.encode(), newsroom.web.url("/feed"))
    assert digest == hashlib.sha256(shown.encode()).hexdigest()
    assert dict(body.headers)["content-length"] == str(len(shown.encode()))
    assert kept["Zoo"] is None


async def test_what_is_forgotten_is_no_news_when_it_is_seen_again(newsroom: Newsroom) -> None:
    await _two_articles(newsroom)
    newsroom.clock.advance(days=40)
    assert (await retain_once(newsroom.context, KEPT)).articles == 2
    assert newsroom.rows(t.tombstone)
    await newsroom.poll()
    assert newsroom.titles() == []
    newsroom.clock.advance(days=300)
    assert (await retain_once(newsroom.context, KEPT)).tombstones == 2, "those that hold for every source"
    _forget_the_document(newsroom)
    await newsroom.poll()
    assert newsroom.titles() == [], "the source shows it to this day"

    newsroom.source("a", newsroom.web.route("/feed", rss()))
    await newsroom.poll()
    newsroom.clock.advance(days=300)
    assert (await retain_once(newsroom.context, KEPT)).tombstones > 0
    assert newsroom.rows(t.tombstone) == []


def _forget_the_document(newsroom: Newsroom) -> None:
    """As a new parser would: nothing is recognised by its bytes."""
    memory = {name: value for name, value in newsroom.row("a").memory.items() if name != "body_hash"}
    with newsroom.database.unit() as connection:
        connection.execute(sa.update(t.source).values(memory=memory))
        connection.execute(sa.delete(t.document))


async def test_what_was_forgotten_is_not_told_when_another_source_brings_it(newsroom: Newsroom) -> None:
    items = [Item(f"Story {n}", newsroom.web.url(f"/story/{n}"), str(n), content=long_text(f"{n}")) for n in range(3)]
    newsroom.source("a", newsroom.web.route("/feed", rss(items[0]), rss(*items)))
    newsroom.source("b", newsroom.web.route("/other", rss(items[0]), rss(*items)), paused=True)
    for _ in range(2):
        await newsroom.poll()
        await newsroom.read()
    newsroom.clock.advance(days=40)
    assert (await retain_once(newsroom.context, KEPT)).articles == 3
    newsroom.source("b", newsroom.specs["b"].url)
    for _ in range(2):
        await newsroom.poll()
    assert newsroom.titles() == ["Story 0"], "its first poll is a baseline; what comes later was known once"


async def test_a_source_and_a_rule_may_keep_longer(newsroom: Newsroom) -> None:
    short, long = (
        Item(f"Story {n}", newsroom.web.url(f"/story/{n}"), str(n), content=long_text(f"case {n}")) for n in (1, 2)
    )
    newsroom.source("short", newsroom.web.route("/short", rss(short)), keep_s=7 * 86_400.0)
    newsroom.source("long", newsroom.web.route("/long", rss(long)), keep_s=0.0)
    await newsroom.poll()
    await newsroom.read()
    newsroom.clock.advance(days=8)
    assert (await retain_once(newsroom.context, KEPT)).articles == 1
    newsroom.clock.advance(days=8000)
    assert (await retain_once(newsroom.context, KEPT)).articles == 0
    assert newsroom.titles() == ["Story 2"]


async def test_zero_keeps_for_ever(newsroom: Newsroom) -> None:
    await _two_articles(newsroom)
    newsroom.clock.advance(days=4000)
    forever = RetentionSettings(articles_days=0.0, alerts_days=0.0, polls_days=0.0, tombstones_days=0.0)
    report = await retain_once(newsroom.context, forever)
    assert (report.articles, report.polls, report.tombstones) == (0, 0, 0)
    assert len(newsroom.titles()) == 2


async def test_forgetting_goes_in_small_units(newsroom: Newsroom) -> None:
    await _two_articles(newsroom)
    newsroom.clock.advance(days=40)
    units: list[str] = []
    object.__setattr__(newsroom.database, "observer", units.append)
    assert (await retain_once(newsroom.context, RetentionSettings(articles_days=30.0, batch=1))).articles == 2
    assert units.count("after") >= 3


async def test_an_article_in_hand_is_left_alone(newsroom: Newsroom) -> None:
    first, _ = await _two_articles(newsroom)
    newsroom.clock.advance(days=40)
    later = newsroom.clock.now() + timedelta(minutes=1)
    with newsroom.database.unit() as connection:
        held = {"lease_owner": "other", "lease_until": later}
        connection.execute(sa.update(t.article).where(t.article.c.id == first).values(held))
    assert (await retain_once(newsroom.context, KEPT)).articles == 1
    assert [row.id for row in newsroom.rows(t.article, "id")] == [first]
