"""The outbox as lanes see it, on both backends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.alert import Channel, Part, Target
from monitor.model.reasons import Reason
from monitor.store import outbox
from monitor.store import tables as t
from monitor.store.alert_lists import retry_deliveries
from monitor.store.unit import Database

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
ANN, BOB = Target("desk", "ann", "ann@example.org"), Target("desk", "bob", "bob@example.org")
DESK = Channel("desk", (ANN, BOB), ("test://ann", "test://bob"))


@pytest.fixture
def filled(database: Database) -> Database:
    with database.unit() as connection:
        for number, priority in ((1, 0), (2, 1), (3, 0)):
            outbox.add_deliveries(connection, number, f"k:{number}", DESK, priority=priority, now=NOW)
    return database


def claimed(connection: sa.Connection, target: str, limit: int = 10) -> list[str]:
    found = outbox.claim_deliveries(
        connection, "desk", target, owner="me", due_by=NOW, now=NOW, lease_s=60, limit=limit
    )
    return [delivery.alert_key for delivery in found]


def test_a_recipient_gets_his_own_in_order(filled: Database) -> None:
    with filled.unit() as connection:
        assert claimed(connection, "ann", 2) == ["k:2", "k:1"]
        assert claimed(connection, "ann") == ["k:3"]
        assert claimed(connection, "ann") == []
        assert claimed(connection, "bob") == ["k:2", "k:1", "k:3"]


def test_who_has_something_due_that_nobody_has_in_hand(filled: Database) -> None:
    with filled.unit() as connection:
        assert not outbox.anything_due(connection, NOW - timedelta(seconds=1))
        assert outbox.anything_due(connection, NOW)
        assert outbox.with_due(connection, "desk", ["bob", "ann", "carl"], NOW) == ["bob", "ann"]
        assert outbox.with_due(connection, "hook", ["ann"], NOW) == []
        assert outbox.due_targets(connection, "desk", NOW) == ["ann", "bob"]
        claimed(connection, "ann")
        assert outbox.with_due(connection, "desk", ["ann", "bob"], NOW) == ["bob"]
        assert outbox.due_targets(connection, "desk", NOW) == ["bob"]


def test_asking_for_a_retry_keeps_the_first_time(filled: Database) -> None:
    later = NOW + timedelta(days=2)
    with filled.unit() as connection:
        connection.execute(sa.update(t.delivery).values(state="dead", due_at=None))
        assert retry_deliveries(connection, [1], later) == 2
        (found,) = outbox.claim_deliveries(
            connection, "desk", "ann", owner="me", due_by=later, now=later, lease_s=60, limit=9
        )
    assert (found.created_at, found.tried_since) == (NOW, later)


def test_a_delivery_in_parts(filled: Database) -> None:
    parts = [Part(number, 3, (("oil", number), ("gas", number))) for number in (1, 2, 3)]
    with filled.unit() as connection:
        (found,) = outbox.claim_deliveries(
            connection, "desk", "ann", owner="me", due_by=NOW, now=NOW, lease_s=60, limit=1
        )
        assert outbox.start_sending(connection, found, owner="me", now=NOW, lease_s=60)
        rest = outbox.split_delivery(connection, found, parts, owner="me", now=NOW, lease_s=60)
        assert [(each.alert_key, each.part) for each in rest] == [("k:2/2", parts[1]), ("k:2/3", parts[2])]
        assert outbox.start_sending(connection, rest[0], owner="me", now=NOW, lease_s=60)
        outbox.mark_sent(connection, rest[0], owner="me", now=NOW)
        outbox.mark_retry(connection, found, owner="me", at=NOW, error=Reason("http-503", "HTTP 503"))
    with filled.unit() as connection:
        (again,) = outbox.claim_deliveries(
            connection, "desk", "ann", owner="you", due_by=NOW, now=NOW, lease_s=60, limit=1
        )
        assert (again.id, again.part) == (found.id, parts[0])
        with pytest.raises(LeaseLost):
            outbox.split_delivery(connection, found, parts, owner="me", now=NOW, lease_s=60)
