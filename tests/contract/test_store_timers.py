from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import LeaseLost
from monitor.store import timers
from monitor.store.canary import CanaryState, canary_state
from monitor.store.unit import Database
from tests.contract.rows import NOW

HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def test_a_timer_goes_off_at_its_time_the_longest_due_first(database: Database) -> None:
    with database.unit() as connection:
        for subject, due_at in (("b", NOW), ("a", NOW - HOUR), ("c", LATER)):
            timers.set_timer(connection, "cooldown", subject, due_at, {"about": subject})
        assert timers.next_timer(connection) == NOW - HOUR
        found = timers.claim_timers(connection, owner="me", now=NOW)
        assert [(timer.subject, timer.facts) for timer in found] == [("a", {"about": "a"}), ("b", {"about": "b"})]
        assert timers.claim_timers(connection, owner="other", now=NOW) == []


def test_a_timer_that_is_wound_again_goes_off_at_the_earlier_time_with_the_newer_facts(database: Database) -> None:
    with database.unit() as connection:
        timers.set_timer(connection, "digest", "d", LATER, {"a": 1, "b": 1})
        timers.set_timer(connection, "digest", "d", NOW, {"b": 2})
        timers.set_timer(connection, "digest", "d", LATER)
        assert timers.next_timer(connection) == NOW
        assert timers.facts_of(connection, "digest", "d") == {"a": 1, "b": 2}
        assert timers.facts_of(connection, "digest", "e") == {}


def test_a_timer_may_be_dropped_wound_or_not(database: Database) -> None:
    with database.unit() as connection:
        timers.set_timer(connection, "digest", "d", NOW)
        assert timers.has_timer(connection, "digest", "d")
        for _ in range(2):
            timers.drop_timer(connection, "digest", "d")
        assert not timers.has_timer(connection, "digest", "d")
        assert timers.next_timer(connection) is None


def test_what_a_timer_decided_is_written_by_whoever_holds_it(database: Database) -> None:
    with database.unit() as connection:
        timers.set_timer(connection, "burst", "port", NOW, {"seen": 1})
        (timer,) = timers.claim_timers(connection, owner="me", now=NOW)
        timers.hold_timer(connection, timer, owner="me")
        timers.set_facts(connection, timer, {"told": True})
        timers.rewind_timer(connection, timer, LATER, owner="me", attempts=2)
        assert timers.facts_of(connection, "burst", "port") == {"seen": 1, "told": True}
        (again,) = timers.claim_timers(connection, owner="me", now=LATER)
        assert again.attempts == 2
        timers.rewind_timer(connection, again, LATER, owner="me", facts={"fresh": 1})
        (last,) = timers.claim_timers(connection, owner="me", now=LATER)
        assert (last.facts, last.attempts) == ({"fresh": 1}, 0)
        timers.finish_timer(connection, last, owner="me")
        assert not timers.has_timer(connection, "burst", "port")


def test_whoever_lost_a_timer_decides_nothing(database: Database) -> None:
    with database.unit() as connection:
        timers.set_timer(connection, "burst", "port", NOW)
        (mine,) = timers.claim_timers(connection, owner="me", now=NOW, lease_s=60)
        (theirs,) = timers.claim_timers(connection, owner="other", now=NOW + timedelta(seconds=61))
        for act in (timers.hold_timer, timers.finish_timer):
            with pytest.raises(LeaseLost, match="burst port belongs to somebody else"):
                act(connection, mine, owner="me")
        with pytest.raises(LeaseLost):
            timers.rewind_timer(connection, mine, LATER, owner="me")
        timers.finish_timer(connection, theirs, owner="other")


def test_how_the_canary_does_is_what_its_timer_remembers(database: Database) -> None:
    with database.unit() as connection:
        assert canary_state(connection) is None
        timers.set_timer(connection, "canary", "", LATER, {"came_at": None, "missed": "c1", "problem": "no mail"})
        assert canary_state(connection) == CanaryState(None, None, True, "no mail")
