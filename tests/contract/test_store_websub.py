"""Subscriptions and pushes on both backends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import LeaseLost
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceKind, SourceSpec
from monitor.model.websub import Subscription, SubscriptionState
from monitor.store import due, pushes, sources, subscriptions
from monitor.store.unit import Database
from tests.contract.conftest import NOW

WANTED = Subscription("https://hub/", "https://h/feed", "https://us/push/token-a", "secret")
WHY = Reason("websub-asked", "because")


def with_source(database: Database, *ids: str, paused: bool = False) -> None:
    specs = [SourceSpec(i, i, SourceKind.FEED, f"https://{i}/f", paused=paused) for i in ids]
    with database.unit() as connection:
        sources.sync_sources(connection, specs, NOW)


def claim(database: Database, **step: float) -> list[subscriptions.ClaimedSubscription]:
    with database.unit() as connection:
        now = NOW + timedelta(**step)
        return subscriptions.claim_due(connection, owner="me", now=now, lease_s=60, limit=5)


def state(database: Database, source_id: str = "a") -> SubscriptionState:
    with database.reading() as connection:
        return subscriptions.subscriptions(connection, [source_id])[source_id].subscription.state


def test_wanting_asking_and_verifying(database: Database) -> None:
    with database.unit() as connection:
        subscriptions.want(connection, "a", WANTED, NOW)
        assert subscriptions.has_due(connection, NOW)
    (claimed,) = claim(database)
    assert claim(database) == []
    assert claimed.row.subscription == WANTED
    with database.unit() as connection:
        subscriptions.asking(connection, claimed)
        row = subscriptions.by_token(connection, "token-a")
        assert row is not None
        assert row.subscription.state is SubscriptionState.ASKED
        assert subscriptions.by_token(connection, "token-b") is None
        until = NOW + timedelta(days=1)
        verified = {"state": SubscriptionState.VERIFIED.value, "expires_at": until, "due_at": until}
        subscriptions.change(connection, "a", Reason("websub-verified", "yes"), verified)
    with database.unit() as connection:  # the hub asked back before its answer was recorded: that stays
        late = {"state": SubscriptionState.FAILED.value, "due_at": NOW}
        subscriptions.record(connection, claimed, SubscriptionState.ASKED, late, WHY)
    assert state(database) is SubscriptionState.VERIFIED
    assert [each.row.reason for each in claim(database, days=2)] == [Reason("websub-verified", "yes")]


def test_an_answer_is_recorded_and_a_lost_lease_writes_nothing(database: Database) -> None:
    with database.unit() as connection:
        subscriptions.want(connection, "a", WANTED, NOW)
    (slow,) = claim(database)
    (other,) = claim(database, minutes=5)
    failed = {"state": SubscriptionState.FAILED.value, "due_at": NOW + timedelta(hours=1), "attempts": 1}
    with database.unit() as connection:
        subscriptions.asking(connection, slow)
        subscriptions.record(connection, slow, SubscriptionState.WANTED, failed, WHY)
    assert state(database) is SubscriptionState.WANTED
    with database.unit() as connection:
        subscriptions.asking(connection, other)
        subscriptions.record(connection, other, SubscriptionState.ASKED, failed, WHY)
    assert state(database) is SubscriptionState.FAILED
    assert [each.row.attempts for each in claim(database, hours=2)] == [1]


def test_leaving_and_forgetting(database: Database) -> None:
    with database.unit() as connection:
        subscriptions.want(connection, "never-asked", WANTED, NOW)
        subscriptions.want(connection, "a", Subscription("h", "t", "https://us/push/b", "s"), NOW)
        subscriptions.change(connection, "a", WHY, {"state": SubscriptionState.VERIFIED.value, "proven": True})
        subscriptions.leave(connection, ["never-asked", "a"], NOW)
        subscriptions.leave(connection, [], NOW)
        assert set(subscriptions.subscriptions(connection)) == {"a"}
        assert subscriptions.count_states(connection) == {"leaving": 1}
        subscriptions.forget(connection, "a")
        assert not subscriptions.has_due(connection, NOW)


def test_pushes_are_counted_trusted_and_distrusted(database: Database) -> None:
    with database.unit() as connection:
        subscriptions.want(connection, "a", WANTED, NOW)
        subscriptions.count_push(connection, "a", NOW)
        subscriptions.refuse_push(connection, "a", Reason("websub-unsigned", "no"))
        assert subscriptions.count_states(connection) == {"wanted": 1, "proven": 1}
        subscriptions.distrust(connection, "a", Reason("websub-silent", "nothing came"))
        assert subscriptions.count_pushes(connection) == {"taken": 1, "refused": 1, "waiting": 0}
        shown = subscriptions.subscriptions(connection)["a"].as_json()
    assert (shown["pushes"], shown["refused"], shown["last_push_at"], shown["proven"]) == (1, 1, NOW, False)
    assert "secret" not in str(shown)
    assert "token" not in str(shown)


def push(database: Database, source_id: str, body: bytes) -> bool:
    with database.unit() as connection:
        return pushes.add_push(connection, source_id, body=body, content_type="text/xml", now=NOW)


def claim_pushed(database: Database, owner: str = "me") -> list[tuple[due.ClaimedSource, pushes.Push]]:
    with database.unit() as connection:
        return pushes.claim_pushed(connection, owner=owner, now=NOW, lease_s=60, limit=5)


def test_pushes_are_taken_oldest_first_by_one_worker_and_leave_the_polls_alone(database: Database) -> None:
    with_source(database, "a", "b")
    assert claim_pushed(database) == []
    for source_id, body in (("a", b"1"), ("a", b"2"), ("b", b"3")):
        assert push(database, source_id, body)
    found = {source.id: (source, each) for source, each in claim_pushed(database)}
    assert {name: each.body for name, (_, each) in found.items()} == {"a": b"1", "b": b"3"}
    assert claim_pushed(database, "other") == []
    with database.unit() as connection:
        subscriptions.want(connection, "a", WANTED, NOW)
        pushes.record_push(connection, *found["a"], PollMemory(polls=7), items=3, new_items=2)
        pushes.discard_push(connection, *found["b"], Reason("html", "a page"))
    ((again, second),) = claim_pushed(database)
    assert (again.id, again.memory.polls, second.body) == ("a", 7, b"2")
    with pytest.raises(LeaseLost), database.unit() as connection:
        pushes.record_push(connection, found["a"][0], second, PollMemory(), items=0, new_items=0)
    with database.unit() as connection:
        waiting = due.claim_due(connection, owner="x", now=NOW, lease_s=60, limit=5, per_host=2)
        assert [source.id for source in waiting] == ["b"]


def test_too_many_pushes_wait_and_strays_are_forgotten(database: Database) -> None:
    with_source(database, "a", paused=True)
    assert all(push(database, "a", b"x") for _ in range(pushes.MOST_WAITING))
    assert not push(database, "a", b"x")
    assert claim_pushed(database) == []
    with database.unit() as connection:
        pushes.forget_strays(connection)
    assert push(database, "a", b"x")
