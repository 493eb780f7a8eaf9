"""What one process of all does now and then."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from monitor.bootstrap.settings import alert_settings, retention_settings
from monitor.config.schema import ConfigModel
from monitor.errors import StoreFull
from monitor.loops.context import Context
from monitor.loops.retain import RetentionSettings
from monitor.loops.upkeep import Chore, Upkeep, in_turn
from monitor.loops.vocabulary import Vocabulary
from monitor.store import tables as t
from monitor.store.ahead import bring_back
from tests.scenario.conftest import Item, Newsroom, long_text, rss


async def test_a_chore_is_done_by_one_process_and_once_a_day(newsroom: Newsroom) -> None:
    done: list[str] = []
    here = newsroom.context
    there = replace(here, owner="other")

    async def work(context: Context) -> None:
        done.append(context.owner)
        if context.owner == "test":
            assert not await in_turn(there, chore), "while it is the other one's turn"

    chore = Chore("retain", 86_400.0, work)
    assert await in_turn(here, chore)
    assert not await in_turn(there, chore)
    newsroom.clock.advance(hours=25)
    assert await in_turn(there, chore)
    assert done == ["test", "other"]


async def test_a_chore_that_fails_is_done_again(newsroom: Newsroom) -> None:
    async def broken(_context: Context) -> None:
        raise ZeroDivisionError

    chore = Chore("retain", 86_400.0, broken)
    for _ in range(2):
        try:
            await in_turn(newsroom.context, chore)
        except ZeroDivisionError:
            continue
        raise AssertionError("the turn was not given back")


async def test_articles_are_forgotten_by_the_day(newsroom: Newsroom) -> None:
    item = Item("Old", newsroom.web.url("/story/old"), "0", content=long_text("old news"))
    newsroom.source("a", newsroom.web.route("/feed", rss(item)))
    await newsroom.poll()
    await newsroom.read()
    assert newsroom.titles() == ["Old"]
    upkeep = Upkeep(newsroom.context, RetentionSettings(articles_days=30.0), Vocabulary(lambda word, _: [word]))
    await one_tick(upkeep)
    newsroom.clock.advance(days=40)
    await one_tick(upkeep)
    assert newsroom.titles() == ["Old"], "the clock may be wrong"
    newsroom.clock.advance(days=1)
    await one_tick(upkeep)
    assert newsroom.titles() == []
    assert newsroom.rows(t.tombstone)


async def one_tick(upkeep: Upkeep) -> None:
    await upkeep.tick()
    await asyncio.wait_for(upkeep.drain(), 60)


async def test_a_clock_of_the_year_after_next_forgets_nothing_before_it_is_set_right(newsroom: Newsroom) -> None:
    item = Item("New", newsroom.web.url("/story/new"), "0", content=long_text("new news"))
    newsroom.source("a", newsroom.web.route("/feed", rss(item)))
    await newsroom.poll()
    await newsroom.read()
    upkeep = Upkeep(newsroom.context, RetentionSettings(articles_days=30.0), Vocabulary(lambda word, _: [word]))
    await one_tick(upkeep)
    right = newsroom.clock.now()
    for _ in range(2):  # it happens again the next week
        newsroom.clock.advance(days=700)
        await one_tick(upkeep)
        newsroom.clock.set(right + timedelta(minutes=5))
        with newsroom.database.unit() as connection:
            assert bring_back(connection, newsroom.clock.now()) > 0
        await one_tick(upkeep)
        assert newsroom.titles() == ["New"]
        right = newsroom.clock.advance(days=7)


def test_the_configuration_says_how_long_and_when() -> None:
    text = {
        "articles": {"keep": "30d", "keep_alerted": "60d", "keep_polls": "0"},
        "alerts": {"health_at": "0 6 * * *"},
    }
    model = ConfigModel.model_validate(text)
    kept = retention_settings(model)
    assert (kept.articles_days, kept.alerts_days, kept.polls_days) == (30.0, 60.0, 0.0)
    assert alert_settings(model).health_at == "0 6 * * *"


async def test_leases_in_hand_are_prolonged(newsroom: Newsroom) -> None:
    from monitor.loops.gather import Gathering
    from monitor.testing import Reply, SeenRequest

    renewed = threading.Event()

    def feed(_request: SeenRequest) -> Reply:
        renewed.wait(60)
        return Reply(rss())

    newsroom.source("a", newsroom.web.route("/feed", feed))
    newsroom.clock.advance(minutes=20)
    gathering = Gathering(newsroom.context)
    assert await gathering.start_due() == 1
    before = newsroom.row("a").lease_until
    newsroom.clock.advance(seconds=60)
    await gathering.renew()
    assert newsroom.row("a").lease_until > before
    renewed.set()
    await gathering.drain()
    await gathering.renew()
    assert newsroom.row("a").lease_owner is None


@pytest.mark.parametrize(
    ("fault", "event"), [(StoreFull("no space"), "upkeep-failed"), (ZeroDivisionError(), "upkeep-broke")]
)
async def test_a_chore_that_goes_wrong_is_told_and_comes_again(
    newsroom: Newsroom, fault: Exception, event: str
) -> None:
    done: list[str] = []

    async def work(_context: Context) -> None:
        done.append("tried")
        if len(done) == 1:
            raise fault

    upkeep = Upkeep(newsroom.context, RetentionSettings(), Vocabulary(lambda word, _: [word]))
    upkeep._chores = (Chore("odd", 0.0, work),)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await upkeep.tick()
            await asyncio.wait_for(upkeep.drain(), 60)
    assert [entry["event"] for entry in logs] == [event]
    assert done == ["tried", "tried"]
