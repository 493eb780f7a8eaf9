from __future__ import annotations

from datetime import timedelta

from monitor.store.turns import end_turn, take_turn, turn_lock
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
