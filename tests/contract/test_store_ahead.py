from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from monitor.store import sources
from monitor.store import tables as t
from monitor.store.ahead import bring_back
from monitor.store.turns import end_turn, take_turn
from monitor.store.unit import Database
from tests.contract.conftest import NOW
from tests.contract.test_store_sources import claim, record, spec, sync

LATER = NOW + timedelta(days=400)


def rows_brought_back(database: Database) -> int:
    with database.unit() as connection:
        return bring_back(connection, NOW)


def test_a_source_polled_with_a_clock_that_was_ahead_is_polled_again(database: Database) -> None:
    sync(database, spec("a"), spec("b"))
    for claimed, at in zip(claim(database, LATER), (LATER, NOW), strict=True):
        with database.unit() as connection:
            polled = record(claimed, started_at=at, next_at=at + timedelta(minutes=10))
            sources.complete_polls(connection, [polled])
    assert claim(database, NOW + timedelta(minutes=1)) == []
    assert rows_brought_back(database) == 1
    assert len(claim(database, NOW + timedelta(minutes=1))) == 1
    assert rows_brought_back(database) == 0


def test_a_message_ordered_then_is_sent_and_a_paused_source_stays_paused(database: Database) -> None:
    sync(database, spec("a", paused=True))
    with database.unit() as connection:
        values = {"alert_id": 1, "alert_key": "k", "channel": "desk", "target": "x", "label": "x", "state": "pending"}
        connection.execute(sa.insert(t.delivery).values(**values, created_at=LATER, due_at=LATER))
    assert rows_brought_back(database) == 1
    with database.reading() as connection:
        assert connection.execute(sa.select(t.delivery.c.due_at)).scalar() == NOW
    assert claim(database) == []
    with database.unit() as connection:
        connection.execute(sa.update(t.delivery).values(state="retry", due_at=NOW + timedelta(minutes=5)))
    assert rows_brought_back(database) == 0, "another try waits its time"


def test_what_was_done_once_a_day_is_done_again(database: Database) -> None:
    with database.unit(lock="turn:retain") as connection:
        assert take_turn(connection, "retain", owner="a", now=LATER, lease_s=60.0)
        end_turn(connection, "retain", owner="a", now=LATER, done=True)
    assert rows_brought_back(database) == 1
    with database.unit(lock="turn:retain") as connection:
        assert take_turn(connection, "retain", owner="b", now=NOW, lease_s=60.0, every_s=86_400.0)


def test_a_clock_that_is_right_changes_nothing(database: Database) -> None:
    sync(database, spec("a"))
    (claimed,) = claim(database)
    with database.unit() as connection:
        sources.complete_polls(connection, [record(claimed, next_at=NOW + timedelta(days=2))])
        assert take_turn(connection, "retain", owner="a", now=NOW, lease_s=120.0)
    assert rows_brought_back(database) == 0
