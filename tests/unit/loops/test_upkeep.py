"""Chores have turns, and what goes wrong with one leaves the others alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from monitor.errors import StoreFull
from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.flight import Aviary
from monitor.loops.retain import RetentionSettings
from monitor.loops.upkeep import Chore, Upkeep, in_turn
from monitor.loops.vocabulary import Vocabulary
from monitor.store.turns import take_turn, turn_lock
from monitor.store.unit import Database, open_engine
from tests.scenario.timeline import MovableClock

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def context(empty_sqlite: Path, tmp_path: Path) -> Iterator[Context]:
    (tmp_path / "monitor.db").write_bytes(empty_sqlite.read_bytes())
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    nobody = cast(Any, None)
    yield Context(database, MovableClock(NOW), nobody, nobody, {}, Watchlist(nobody), "us", LoopSettings())
    database.dispose()


def another_takes(context: Context, name: str) -> bool:
    with context.database.unit(lock=turn_lock(name)) as connection:
        return take_turn(connection, name, owner="them", now=context.clock.now(), lease_s=60.0)


async def test_a_chore_is_done_by_one_at_a_time(context: Context) -> None:
    seen: list[bool] = []

    async def work(context: Context) -> None:
        seen.append(another_takes(context, "tidy"))

    assert await in_turn(context, Chore("tidy", 0.0, work))
    assert seen == [False]
    assert another_takes(context, "tidy")
    assert not await in_turn(context, Chore("tidy", 0.0, work))


async def test_a_chore_that_fails_gives_its_turn_back_undone(context: Context) -> None:
    async def work(_context: Context) -> None:
        raise StoreFull("no room")

    for _ in range(2):  # not done, so it is due again at once
        with pytest.raises(StoreFull):
            await in_turn(context, Chore("tidy", 3600.0, work))


async def test_nothing_is_taken_where_nothing_waits(context: Context) -> None:
    async def work(_context: Context) -> None:
        raise AssertionError("nobody asked")

    assert not await in_turn(context, Chore("tidy", 0.0, work, lambda _context: False))
    assert another_takes(context, "tidy")


class Failing(Vocabulary):
    """Words that cannot be filed."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(lambda _word, _language: ())
        self.fault = fault

    def waits(self, context: Context) -> bool:
        return True

    async def learn(self, context: Context) -> int:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "event"), [(StoreFull("no room"), "upkeep-failed"), (ValueError("odd"), "upkeep-broke")]
)
async def test_a_chore_that_fails_is_reported_and_comes_again(context: Context, fault: Exception, event: str) -> None:
    upkeep = Upkeep(context, RetentionSettings(), Failing(fault))
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await upkeep.tick()
            await upkeep.drain()
    events = [entry["event"] for entry in logs]
    assert events.count(event) == 2
    assert events.count("forgotten") == 1  # once a day


async def test_a_tick_does_not_begin_what_is_under_way(context: Context) -> None:
    going, begun = asyncio.Event(), 0

    class Slow(Failing):
        async def learn(self, context: Context) -> int:
            nonlocal begun
            begun += 1
            await going.wait()
            return 0

    upkeep = Upkeep(context, RetentionSettings(), Slow(ValueError()))
    while not begun:
        await upkeep.tick()
        await asyncio.sleep(0.01)
    await upkeep.tick()
    going.set()
    await upkeep.drain()
    assert begun == 1


async def test_a_canary_flies_only_where_there_is_one(context: Context) -> None:
    upkeep = Upkeep(
        context, RetentionSettings(), Vocabulary(lambda _word, _language: ()), cast(Aviary, SimpleNamespace())
    )
    assert [chore.name for chore in upkeep._chores] == ["rematch", "retain", "vocabulary", "canary"]


async def test_where_no_rule_is_new_nothing_is_matched_again(context: Context) -> None:
    upkeep = Upkeep(context, RetentionSettings(), Failing(StoreFull("no room")), cast(Aviary, None))
    with structlog.testing.capture_logs() as logs:
        await upkeep._rematch(context)
    assert [(entry["event"], entry["told"]) for entry in logs] == [("rematched", 0)]
