from __future__ import annotations

import threading
from datetime import timedelta

from monitor.store.overview import overview
from monitor.store.presence import Worker, forget_dead, heartbeat, leave, living, server_time, wake, wakings
from monitor.store.timers import set_timer
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import DESK, NOW

HOUR = timedelta(hours=1)


def worker(name: str, seconds: float = 0) -> Worker:
    return Worker(name, "all", "host", 7, "0.1.0", NOW, NOW + timedelta(seconds=seconds))


def test_a_worker_lives_while_its_heart_beats(database: Database) -> None:
    with database.unit() as connection:
        for each in (worker("b"), worker("a"), worker("b", 100)):
            heartbeat(connection, each)
        assert [each.id for each in living(connection, NOW + timedelta(seconds=120))] == ["a", "b"]
        assert living(connection, NOW + timedelta(seconds=200)) == [worker("b", 100)]


def test_a_worker_that_left_or_was_killed_is_forgotten(database: Database) -> None:
    with database.unit() as connection:
        for each in (worker("a"), worker("b"), worker("c", 3600)):
            heartbeat(connection, each)
        leave(connection, "a")
        forget_dead(connection, NOW + timedelta(days=1, seconds=1))
        assert [each.id for each in living(connection, NOW, within_s=1e6)] == ["c"]


def test_every_command_that_changes_something_wakes_the_daemon(database: Database) -> None:
    with database.unit() as connection:
        assert wakings(connection) == 0
        wake(connection)
        wake(connection)
        assert wakings(connection) == 2


def test_two_who_wake_it_at_the_same_moment_wake_it_twice(database: Database) -> None:
    def twice() -> None:
        with database.unit() as connection:
            wake(connection)

    with database.unit() as connection:
        wake(connection)
    with database.unit() as connection:
        wake(connection)
        second = threading.Thread(target=twice)
        second.start()
        second.join(0.2)  # it waits for this unit
    second.join()
    with database.reading() as connection:
        assert wakings(connection) == 3


def test_only_a_server_has_a_clock_of_its_own(database: Database) -> None:
    with database.reading() as connection:
        shown = server_time(connection)
    assert (shown is None) == database.is_sqlite
    assert shown is None or shown.utcoffset() == timedelta(0)


def test_the_whole_at_a_glance(database: Database) -> None:
    from monitor.model.alert import AlertKind, AlertState
    from monitor.model.reasons import Reason
    from monitor.store import outbox

    with database.unit() as connection:
        assert overview(connection, NOW)["newest_at"] is None
        rows.article(connection, "Old", at=NOW - timedelta(days=2))
        rows.article(connection, "New", at=NOW - HOUR, due_at=NOW)
        told = rows.alert(connection, "a")
        rows.alert(connection, "b", state=AlertState.HELD)
        rows.alert(connection, "c", kind=AlertKind.OPS)
        outbox.add_deliveries(connection, told, "a", DESK, priority=0, now=NOW)
        (first,) = outbox.claim_deliveries(
            connection, "desk", "a", owner="me", due_by=NOW, now=NOW, lease_s=60, limit=1
        )
        outbox.mark_dead(connection, first, owner="me", error=Reason("smtp-550", "no such user"))
        set_timer(connection, "canary", "", NOW, {"took_s": 4.5})
        found = overview(connection, NOW)
    assert (found["articles"], found["articles_24h"], found["newest_at"]) == (2, 1, NOW - HOUR)
    assert (found["alerts_24h"], found["deliveries"]) == ({"told": 1, "held": 1}, {"dead": 1, "pending": 1})
    assert [(row["state"], row["last_error"]) for row in found["stuck"]] == [("dead", "no such user")]
    assert (found["waiting_texts"], found["canary"]["took_s"]) == (1, 4.5)
