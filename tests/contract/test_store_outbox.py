from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.alert import AlertKind, AlertState, Channel, Delivery, DeliveryState, OnCrash, Part, Target
from monitor.model.reasons import Reason
from monitor.store import alert_lists, outbox
from monitor.store import tables as t
from monitor.store.outbox import Arrival
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import DESK, NOW, next_due

HOUR = timedelta(hours=1)
BUSY = Reason("smtp-451", "come back")


@pytest.fixture
def connection(database: Database) -> Iterator[sa.Connection]:
    with database.unit() as unit:
        yield unit


def queued(connection: sa.Connection, key: str, *, priority: int = 0, channel: Channel = DESK) -> int:
    number = rows.alert(connection, key)
    outbox.add_deliveries(connection, number, key, channel, priority=priority, now=NOW)
    return number


def claimed(
    connection: sa.Connection, target: str = "a", *, owner: str = "me", at: float = 0, limit: int = 10
) -> list[Delivery]:
    now = NOW + timedelta(seconds=at)
    return outbox.claim_deliveries(
        connection, "desk", target, owner=owner, due_by=now, now=now, lease_s=60, limit=limit
    )


def state_of(connection: sa.Connection, delivery: Delivery) -> tuple[str, str | None, int]:
    c = t.delivery.c
    row = connection.execute(sa.select(c.state, c.last_error_code, c.attempts).where(c.id == delivery.id)).one()
    return row.state, row.last_error_code, row.attempts


def sending(connection: sa.Connection, target: str = "a") -> Delivery:
    (delivery,) = claimed(connection, target, limit=1)
    assert outbox.start_sending(connection, delivery, owner="me", now=NOW, lease_s=60)
    return delivery


def test_every_recipient_has_one_delivery_of_an_alert_however_often_it_is_added(connection: sa.Connection) -> None:
    number = rows.alert(connection, "k")
    added = [outbox.add_deliveries(connection, number, "k", channel, priority=1, now=NOW) for channel in (DESK, DESK)]
    wider = replace(DESK, targets=(*DESK.targets, Target("desk", "c", "cleo")))
    assert [*added, outbox.add_deliveries(connection, number, "k", wider, priority=1, now=NOW)] == [2, 0, 1]
    assert outbox.was_queued(connection, number)
    assert not outbox.was_queued(connection, number + 1)


def test_deliveries_leave_by_priority_then_age_and_one_worker_has_each(connection: sa.Connection) -> None:
    for key, priority in (("late", 0), ("urgent", 1), ("last", 0)):
        queued(connection, key, priority=priority)
    assert outbox.due_targets(connection, "desk", NOW) == ["a", "b"]
    assert outbox.with_due(connection, "desk", ["b", "x", "a"], NOW) == ["b", "a"]
    assert [each.alert_key for each in claimed(connection, limit=2)] == ["urgent", "late"]
    assert [each.alert_key for each in claimed(connection, owner="other")] == ["last"]
    assert (claimed(connection), outbox.due_targets(connection, "desk", NOW)) == ([], ["b"])
    assert [each.alert_key for each in claimed(connection, at=61)] == ["urgent", "late", "last"], "the leases are over"


def test_what_is_due_and_when_the_next_is(connection: sa.Connection) -> None:
    assert (outbox.anything_due(connection, NOW), next_due(connection)) == (False, None)
    queued(connection, "k")
    assert (outbox.anything_due(connection, NOW), next_due(connection)) == (True, NOW)
    assert not outbox.anything_due(connection, NOW - HOUR)


def test_a_rule_s_messages_on_a_channel_are_counted_once_each_and_without_digests(connection: sa.Connection) -> None:
    queued(connection, "a")
    digest = rows.alert(connection, "d", kind=AlertKind.DIGEST)
    outbox.add_deliveries(connection, digest, "d", DESK, priority=0, now=NOW)
    assert outbox.told_since(connection, "port", "desk", NOW) == 1
    assert outbox.told_since(connection, "port", "desk", NOW + HOUR) == 0
    assert outbox.told_since(connection, "port", "chat", NOW) == 0


def test_what_was_taken_is_sent_and_never_due_again(connection: sa.Connection) -> None:
    queued(connection, "k")
    delivery = sending(connection)
    outbox.mark_sent(connection, delivery, owner="me", now=NOW + HOUR)
    assert state_of(connection, delivery) == ("sent", None, 1)
    assert claimed(connection, at=9e6) == []


def test_what_was_refused_waits_for_its_time(connection: sa.Connection) -> None:
    queued(connection, "k")
    delivery = sending(connection)
    outbox.mark_retry(connection, delivery, owner="me", at=NOW + HOUR, error=BUSY)
    assert state_of(connection, delivery) == ("retry", "smtp-451", 1)
    assert claimed(connection, at=3599) == []
    (again,) = claimed(connection, at=3600)
    assert (again.attempts, again.last_error, again.tried_since) == (1, "come back", NOW)


def test_a_person_may_hasten_what_waits(connection: sa.Connection) -> None:
    queued(connection, "k")
    outbox.mark_retry(connection, sending(connection), owner="me", at=NOW + HOUR, error=BUSY)
    assert (outbox.hasten(connection, NOW), outbox.hasten(connection, NOW)) == (1, 0)
    assert len(claimed(connection)) == 1


def test_what_will_not_be_taken_is_dead_and_what_nobody_wants_any_more_is_discarded(connection: sa.Connection) -> None:
    queued(connection, "k")
    dead, unwanted = sending(connection, "a"), sending(connection, "b")
    outbox.mark_dead(connection, dead, owner="me", error=BUSY)
    outbox.mark_unwanted(connection, unwanted, owner="me")
    assert state_of(connection, dead) == ("dead", "smtp-451", 1)
    assert state_of(connection, unwanted) == ("discarded", "unsubscribed", 1)
    assert next_due(connection) is None


def test_whoever_lost_the_lease_writes_nothing(connection: sa.Connection) -> None:
    queued(connection, "k")
    delivery = sending(connection)
    part = Part(1, 1, (("port", 1),))
    with pytest.raises(LeaseLost):
        outbox.mark_sent(connection, delivery, owner="other", now=NOW)
    with pytest.raises(LeaseLost, match="belongs to somebody else"):
        outbox.split_delivery(connection, delivery, [part], owner="other", now=NOW, lease_s=60)
    assert state_of(connection, delivery)[0] == "sending"


def test_an_attempt_whose_commit_was_not_confirmed_is_begun_once(connection: sa.Connection) -> None:
    queued(connection, "k")
    delivery = sending(connection)
    assert outbox.start_sending(connection, delivery, owner="me", now=NOW, lease_s=60)
    assert state_of(connection, delivery) == ("sending", None, 1)
    assert not outbox.start_sending(connection, delivery, owner="other", now=NOW, lease_s=60)
    outbox.mark_sent(connection, delivery, owner="me", now=NOW)
    assert not outbox.start_sending(connection, delivery, owner="me", now=NOW, lease_s=60)


def test_what_was_discarded_meanwhile_is_not_sent(connection: sa.Connection) -> None:
    number = queued(connection, "k")
    (delivery,) = claimed(connection)
    alert_lists.discard_deliveries(connection, [number])
    assert not outbox.start_sending(connection, delivery, owner="me", now=NOW, lease_s=60)


def test_a_message_that_is_too_long_becomes_several_each_with_its_own_key(connection: sa.Connection) -> None:
    queued(connection, "k", priority=1)
    delivery = sending(connection)
    parts = [Part(number, 3, (("port", number),)) for number in (1, 2, 3)]
    rest = outbox.split_delivery(connection, delivery, parts, owner="me", now=NOW, lease_s=60)
    assert [(each.alert_key, each.part, each.state) for each in rest] == [
        ("k/2", parts[1], DeliveryState.PENDING),
        ("k/3", parts[2], DeliveryState.PENDING),
    ]
    assert claimed(connection, owner="other") == [], "the rest is leased, too"
    outbox.mark_retry(connection, delivery, owner="me", at=NOW, error=BUSY)
    assert [each.part for each in claimed(connection, at=61)] == parts


def test_deliveries_that_were_not_begun_are_given_back(connection: sa.Connection) -> None:
    queued(connection, "k")
    (delivery,) = claimed(connection)
    outbox.release_deliveries(connection, [delivery.id], "other")
    assert claimed(connection) == []
    outbox.release_deliveries(connection, [delivery.id], "me")
    assert len(claimed(connection, owner="other")) == 1


def test_deliveries_of_a_channel_or_recipient_that_is_gone_die_with_the_reason(connection: sa.Connection) -> None:
    old = Channel("old", (Target("old", "z", "zoe"),), ("z",))
    mail = Channel("web.subscribe", (Target("web.subscribe", "s", "sam"),), ("s",))
    for channel in (DESK, old, mail):
        queued(connection, f"k-{channel.id}", channel=channel)
    now_configured = [replace(DESK, targets=DESK.targets[:1]), replace(mail, targets=(), reach="mailto://")]
    gone = outbox.bury(connection, now_configured, NOW)
    assert {(each.target.label, each.last_error) for each in gone} == {
        ("bob", "recipient removed from the channel"),
        ("zoe", "channel removed"),
    }
    assert outbox.bury(connection, now_configured, NOW) == []


def test_what_was_being_sent_at_a_crash_is_sent_again_or_given_up(connection: sa.Connection) -> None:
    careful = Channel("sms", (Target("sms", "p", "+49"),), ("p",), on_crash=OnCrash.GIVE_UP)
    queued(connection, "k")
    queued(connection, "s", channel=careful)
    delivery = sending(connection)
    (text,) = outbox.claim_deliveries(connection, "sms", "p", owner="me", due_by=NOW, now=NOW, lease_s=60, limit=1)
    outbox.start_sending(connection, text, owner="me", now=NOW, lease_s=60)
    assert outbox.recover_sending(connection, [DESK, careful], NOW) == (0, []), "its worker may be alive"
    again, given_up = outbox.recover_sending(connection, [DESK, careful], NOW + timedelta(seconds=61))
    assert (again, [each.id for each in given_up]) == (1, [text.id])
    assert (state_of(connection, delivery)[:2], state_of(connection, text)[:2]) == (
        ("retry", "crashed"),
        ("dead", "crashed"),
    )
    with pytest.raises(LeaseLost):
        outbox.mark_sent(connection, delivery, owner="me", now=NOW)


def held(connection: sa.Connection, key: str, window: str = "w", channel: str = "desk") -> int:
    number = rows.alert(connection, key, state=AlertState.HELD)
    outbox.gather(connection, number, channel, window=window, due_at=NOW + HOUR, reason=Reason("quiet", "quiet hours"))
    return number


def test_what_waits_for_a_window_waits_once_and_leaves_together(connection: sa.Connection) -> None:
    first, second = held(connection, "a"), held(connection, "b")
    outbox.gather(connection, first, "desk", window="later", due_at=NOW, reason=Reason("cap", "too many"))
    assert outbox.waiting_window(connection, first, "desk") == ("w", NOW + HOUR)
    assert outbox.gathered(connection, "desk", "w") == (first, second)
    digest = rows.alert(connection, "d")
    outbox.close_items(connection, "desk", "w", [first], digest)
    assert outbox.gathered(connection, "desk", "w") == (second,)
    assert (outbox.still_waiting(connection, first), outbox.still_waiting(connection, second)) == (False, True)
    assert outbox.waiting_window(connection, first, "desk") is None


def test_what_waits_may_leave_before_its_window_or_not_at_all(connection: sa.Connection) -> None:
    number = held(connection, "a")
    outbox.gather(connection, number, "chat", window="w", due_at=NOW, reason=Reason("cap", "too many"))
    outbox.told_early(connection, number, "desk", told_in=number)
    assert outbox.still_waiting(connection, number), "the other channel has it still"
    outbox.drop_waiting(connection, number, "chat")
    assert not outbox.still_waiting(connection, number)
    again = held(connection, "b")
    outbox.forget_items(connection, again)
    assert outbox.gathered(connection, "desk", "w") == ()


def test_an_alert_has_arrived_when_every_recipient_has_it(connection: sa.Connection) -> None:
    assert outbox.arrival(connection, "k") == Arrival(None, None)
    queued(connection, "k")
    first, second = sending(connection, "a"), sending(connection, "b")
    outbox.mark_sent(connection, first, owner="me", now=NOW + HOUR)
    outbox.mark_retry(connection, second, owner="me", at=NOW, error=BUSY)
    assert outbox.arrival(connection, "k") == Arrival(None, "come back")
    outbox.mark_sent(connection, sending(connection, "b"), owner="me", now=NOW)
    assert outbox.arrival(connection, "k") == Arrival(NOW + HOUR, None)


def test_lists_show_the_newest_first_with_deliveries_and_what_they_wait_for(connection: sa.Connection) -> None:
    fire, more = rows.article(connection, "Fire"), rows.article(connection, "More")
    told = rows.alert(connection, "a", fire)
    outbox.add_deliveries(connection, told, "a", DESK, priority=0, now=NOW)
    waiting = rows.alert(connection, "b", more, state=AlertState.HELD, at=NOW + HOUR, rule_id="quay")
    outbox.gather(connection, waiting, "desk", window="w", due_at=NOW, reason=Reason("quiet", "quiet hours"))
    digest = rows.alert(connection, "d", kind=AlertKind.DIGEST, at=NOW + 2 * HOUR, rule_id=None, headline="Two stories")
    rows.alert(connection, "h", kind=AlertKind.OPS, code="heartbeat")
    first, second, third = alert_lists.list_alerts(connection)
    assert (first.title, second.title, third.title) == ("Two stories", "More", "Fire")
    assert (second.waits, [line.target for line in third.deliveries]) == (("desk: quiet hours",), ["ada", "bob"])
    outbox.close_items(connection, "desk", "w", [waiting], digest)
    shown = alert_lists.show_alert(connection, digest)
    assert shown is not None
    assert (shown.article_ids, shown.deliveries) == ((more,), ())
    assert alert_lists.show_alert(connection, 999) is None


def test_lists_may_be_narrowed_and_have_pages(connection: sa.Connection) -> None:
    told = rows.alert(connection, "a")
    held_back = rows.alert(connection, "b", state=AlertState.SUPPRESSED, at=NOW + HOUR, rule_id="quay")
    outbox.add_deliveries(connection, told, "a", DESK, priority=0, now=NOW)
    outbox.mark_dead(connection, sending(connection), owner="me", error=BUSY)

    def ids(**narrowed: object) -> list[int]:
        return [line.id for line in alert_lists.list_alerts(connection, **narrowed)]  # type: ignore[arg-type]

    assert ids() == [held_back, told]
    assert (ids(limit=1), ids(before=held_back)) == ([held_back], [told])
    assert (ids(since=NOW + HOUR), ids(rule_id="port"), ids(held=True), ids(undelivered=True)) == (
        [held_back],
        [told],
        [held_back],
        [told],
    )


def test_a_sign_of_life_that_died_is_listed_as_undelivered(connection: sa.Connection) -> None:
    beat = rows.alert(connection, "h", kind=AlertKind.OPS, code="heartbeat")
    outbox.add_deliveries(connection, beat, "h", DESK, priority=0, now=NOW)
    outbox.mark_dead(connection, sending(connection), owner="me", error=BUSY)
    assert [line.id for line in alert_lists.list_alerts(connection, undelivered=True)] == [beat]


def test_stuck_deliveries_get_fresh_attempts(connection: sa.Connection) -> None:
    first, second, third = (queued(connection, key) for key in "abc")
    outbox.mark_dead(connection, sending(connection), owner="me", error=BUSY)
    outbox.mark_retry(connection, sending(connection), owner="me", at=NOW + HOUR, error=BUSY)
    stranded = sending(connection)
    later = NOW + timedelta(seconds=61)
    assert alert_lists.retry_deliveries(connection, [first], NOW) == 1
    assert alert_lists.retry_deliveries(connection, None, later) == 3
    found = claimed(connection, at=61)
    assert [(each.alert_id, each.attempts, each.tried_since) for each in found] == [
        (number, 0, later) for number in (first, second, third)
    ]
    assert stranded.epoch < found[2].epoch, "whoever had it cannot complete it any more"


def test_a_person_may_give_up_what_was_not_sent(connection: sa.Connection) -> None:
    first, second = queued(connection, "a"), queued(connection, "b")
    outbox.mark_sent(connection, sending(connection), owner="me", now=NOW)
    assert alert_lists.discard_deliveries(connection, [first]) == 1
    assert alert_lists.discard_deliveries(connection, None) == 2
    assert second
    assert next_due(connection) is None


def test_somebody_takes_alerts_by_number_or_all_that_nobody_has(connection: sa.Connection) -> None:
    first, second = rows.alert(connection, "a"), rows.alert(connection, "b")
    rows.alert(connection, "c", state=AlertState.HELD)
    assert alert_lists.ack_alerts(connection, [first], by="ada", note="mine", now=NOW) == 1
    assert alert_lists.ack_alerts(connection, None, by="bob", note=None, now=NOW + HOUR) == 1
    shown = [alert_lists.show_alert(connection, number) for number in (first, second)]
    assert [(line.acked_by, line.note) for line in shown if line] == [("ada", "mine"), ("bob", None)]
