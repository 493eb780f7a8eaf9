from __future__ import annotations

from datetime import timedelta

from monitor.store.turns import end_turn, take_turn, time_has_leapt, turn_lock
from monitor.store.unit import Database
from tests.contract.conftest import NOW

DAY_S = 86_400.0


def take(database: Database, owner: str, seconds: float = 0.0) -> bool:
    with database.unit(lock=turn_lock("retain")) as connection:
        now = NOW + timedelta(seconds=seconds)
        return take_turn(connection, "retain", owner=owner, now=now, lease_s=60.0, every_s=DAY_S)


def end(database: Database, owner: str, seconds: float, *, done: bool) -> None:
    with database.unit(lock=turn_lock("retain")) as connection:
        end_turn(connection, "retain", owner=owner, now=NOW + timedelta(seconds=seconds), done=done)


def test_one_at_a_time_and_once_a_day(database: Database) -> None:
    assert take(database, "a")
    assert not take(database, "b", 10)
    end(database, "a", 20, done=True)
    assert not take(database, "b", 30)
    assert not take(database, "b", DAY_S)
    assert take(database, "b", DAY_S + 20)


def test_whoever_died_in_his_turn_is_followed_when_his_lease_is_over(database: Database) -> None:
    assert take(database, "a")
    assert take(database, "a", 50), "prolonged"
    assert not take(database, "b", 100)
    assert take(database, "b", 111)
    end(database, "a", 112, done=True)
    assert not take(database, "c", 113), "a slept through its turn and cannot end that of b"


def test_a_turn_that_failed_is_due_again_at_once(database: Database) -> None:
    assert take(database, "a")
    end(database, "a", 5, done=False)
    assert take(database, "b", 6)


def leapt(database: Database, days: float) -> bool:
    """Take the turn and end it on a day; whether time seemed to have leapt before."""
    now = NOW + timedelta(days=days)
    with database.unit(lock=turn_lock("retain")) as connection:
        assert take_turn(connection, "retain", owner="a", now=now, lease_s=60.0)
        found = time_has_leapt(connection, "retain", now=now, most_s=2 * DAY_S, again_most_s=30 * DAY_S)
        end_turn(connection, "retain", owner="a", now=now, done=True)
    return found


def test_time_leaps_once_and_is_believed_the_next_time(database: Database) -> None:
    assert [leapt(database, days) for days in (0, 1, 2, 3)] == [False] * 4, "a new database has none"
    assert [leapt(database, days) for days in (730, 731, 732)] == [True, False, False]
    assert [leapt(database, days) for days in (800, 807, 814)] == [True, False, True], "it may run on Sundays only"
    assert [leapt(database, days) for days in (900, 1600, 2300)] == [True, True, True]
