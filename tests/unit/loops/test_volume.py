"""Timers of rules that fire on volume, as far as a scenario does not come by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.loops.dispatch import Work
from monitor.loops.volume import absence, burst
from monitor.model.alert import Timer
from monitor.model.rule import FireAbsence, FireStory
from monitor.model.settled import RuleBook
from monitor.store import tables as t
from monitor.store import timers
from tests.scenario.timeline import Timeline, rule


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Timeline]:
    made = Timeline(tmp_path, rule(fire=FireAbsence(86400.0)))
    yield made
    made.database.dispose()


def wound(work: Work, kind: str) -> Timer:
    timers.set_timer(work.connection, kind, "putin", work.now)
    (timer,) = timers.claim_timers(work.connection, owner="me", now=work.now)
    return timer


@pytest.mark.parametrize(("kind", "decide"), [("burst", burst), ("absence", absence)])
def test_a_timer_of_a_rule_that_is_gone_or_fires_otherwise_by_now_ends(
    desk: Timeline, kind: str, decide: Callable[[Work, Timer], datetime | None]
) -> None:
    telling = desk.telling()
    with desk.database.unit() as connection:
        for book in (RuleBook(), RuleBook({"putin": rule(fire=FireStory(3600.0))})):
            work = Work(connection, replace(telling, rules=book), desk.clock.now())
            assert decide(work, Timer(1, kind, "putin", work.now, {}, 1, 0)) is None


def test_a_window_is_told_once_even_if_its_timer_forgot_that_it_was(desk: Timeline) -> None:
    quiet = rule(fire=FireAbsence(86400.0))
    book = RuleBook({"putin": replace(quiet, accepted_at=desk.clock.now() - timedelta(days=3))})
    with desk.database.unit() as connection:
        work = Work(connection, replace(desk.telling(), rules=book), desk.clock.now())
        for _ in range(2):
            timer = wound(work, "absence")
            again_at = absence(work, timer)
            timers.finish_timer(connection, timer, owner="me")
        assert again_at is not None
        assert again_at > work.now
        assert connection.execute(sa.select(sa.func.count()).select_from(t.alert)).scalar_one() == 1
