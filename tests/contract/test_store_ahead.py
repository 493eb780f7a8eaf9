from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.source import PollMemory
from monitor.store import hosts, rules, sources, timers
from monitor.store import tables as t
from monitor.store.ahead import bring_back
from monitor.store.presence import Worker, heartbeat, living
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


def test_the_history_of_polls_is_in_order_again(database: Database) -> None:
    sync(database, spec("a"))
    for at in (LATER, NOW):
        (claimed,) = claim(database, at)
        with database.unit() as connection:
            sources.complete_polls(connection, [record(claimed, started_at=at, next_at=NOW)])
            bring_back(connection, NOW)
            assert connection.execute(sa.select(t.poll.c.started_at).distinct()).scalars().all() == [NOW]


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


def test_what_was_learnt_of_a_source_then_is_of_today(database: Database) -> None:
    sync(database, spec("a"))
    (claimed,) = claim(database, LATER)
    memory = PollMemory(last_ok_at=LATER, last_new_at=NOW - timedelta(days=1), failing_since=LATER, etag="x")
    with database.unit() as connection:
        sources.complete_polls(connection, [record(claimed, memory=memory, started_at=LATER, next_at=LATER)])
    assert rows_brought_back(database) == 1
    found = claim(database, NOW)[0].memory
    assert (found.last_ok_at, found.failing_since, found.last_new_at) == (NOW, NOW, NOW - timedelta(days=1))
    assert found.etag == "x"


def ask(connection: sa.Connection, host: str, now: datetime, *, spacing_s: float = 1.0) -> hosts.Asked | None:
    (asked,) = hosts.ask(connection, [hosts.Wish(host, now, 1, spacing_s, 30)], owner="here")
    return asked


def test_a_request_does_not_last_until_then(database: Database) -> None:
    with database.unit() as connection:
        heartbeat(connection, Worker("there", "all", "h", 1, "1", NOW, LATER))
        assert ask(connection, "http://a", LATER, spacing_s=0) is not None
        assert ask(connection, "http://a", NOW) is None
    assert rows_brought_back(database) == 2
    with database.unit() as connection:
        assert ask(connection, "http://a", NOW) is not None


def test_a_host_that_was_to_be_left_alone_until_then_is_asked(database: Database) -> None:
    with database.unit() as connection:
        ask(connection, "http://a", LATER)
        hosts.block(connection, "http://b", LATER, LATER)
        hosts.block(connection, "http://c", NOW + timedelta(hours=20), NOW)
    assert rows_brought_back(database) == 3
    with database.unit() as connection:
        assert ask(connection, "http://a", NOW) == hosts.Asked(NOW, None, None)
        assert hosts.blocked_until(connection, "http://b", NOW) is None
        assert hosts.blocked_until(connection, "http://c", NOW) == NOW + timedelta(hours=20), "as the host wished"
    assert rows_brought_back(database) == 0


def test_a_lease_and_a_sign_of_life_do_not_last_until_then(database: Database) -> None:
    sync(database, spec("a"))
    claimed = claim(database, lease_s=400 * 86_400.0)
    with database.unit() as connection:
        heartbeat(connection, Worker("gone", "all", "h", 1, "1", LATER, LATER))
        heartbeat(connection, Worker("here", "all", "h", 2, "1", NOW, NOW))
    assert rows_brought_back(database) == 2
    assert len(claim(database)) == 1
    with pytest.raises(LeaseLost), database.unit() as connection:
        sources.complete_polls(connection, [record(claimed[0])])
    with database.reading() as connection:
        assert [worker.id for worker in living(connection, NOW)] == ["here"]


def test_a_rule_that_matched_then_may_be_missed_again(database: Database) -> None:
    with database.unit() as connection:
        rules.sync_rules(connection, [rules.Accepted("a", "A", {}), rules.Accepted("b", "B", {})], {}, NOW)
        connection.execute(sa.update(t.rule_state).where(t.rule_state.c.rule_id == "a").values(last_match_at=LATER))
        for name in ("a", "b"):
            timers.set_timer(connection, "absence", name, LATER)
    assert rows_brought_back(database) == 1
    with database.reading() as connection:
        due = {row.subject: row.due_at for row in connection.execute(sa.select(t.timer))}
    assert due == {"a": NOW, "b": LATER}
