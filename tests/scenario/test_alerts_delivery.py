"""What happens to messages on their way: refusals, fallbacks, channels that go, crashes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from monitor.errors import DeliveryError
from monitor.model.alert import DeliveryState, OnCrash, Target
from monitor.store import tables as t
from monitor.store.alert_lists import ack_alerts, discard_deliveries, list_alerts, retry_deliveries, show_alert
from tests.scenario.timeline import Timeline, channel, rule

BUSY = DeliveryError("SMTP 451: come back", permanent=False, code="smtp-451")
NOBODY = DeliveryError("SMTP 550: no such user", permanent=True, code="smtp-550")


def test_a_mail_server_that_is_down_delays_and_loses_nothing(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(max_per_hour=0))
    desk.refuse("desk", BUSY)
    articles = [desk.at(f"10:{n:02}").publish("a call", story=f"s{n}") for n in range(5)]
    desk.at("10:30").quiet(("00:00", "10:30"))
    desk.refuse("desk", None)
    desk.at("23:00")
    for article in articles:
        desk.expect(article, between=("10:30", "12:00"))
    assert len(desk.messages()) == 5


def test_a_permanent_refusal_is_dead_and_reported_once_a_day(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(), channels=[channel("ops")])
    desk.settings = replace(desk.settings, ops=("ops",))
    desk.refuse("desk", NOBODY)
    for n in range(3):
        desk.at(f"10:0{n}").publish("a call", story=f"s{n}")
    desk.at("11:00")
    (told,) = desk.messages("ops")
    assert "could not be delivered on desk" in told.rendered.title
    assert "SMTP 550: no such user" in told.rendered.body
    lines = _listed(desk)
    assert {delivery.state for line in lines for delivery in line.deliveries if delivery.channel == "desk"} == {"dead"}


def test_the_fallback_takes_over_when_a_channel_stays_dead(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(), channels=[channel("phone")])
    desk.channels["desk"] = replace(desk.channels["desk"], fallback="phone", give_up_after_s=3600.0)
    desk.refuse("desk", BUSY)
    article = desk.at("10:00").publish("a call")
    desk.at("14:00").expect(article, between=("11:00", "13:00"), on="phone", key=f"putin:{article.id}")


def test_one_bad_recipient_does_not_double_the_others(tmp_path: Path) -> None:
    both = channel("two")
    targets = (Target("two", "good", "good@example.org"), Target("two", "bad", "bad@example.org"))
    both = replace(both, targets=targets, addresses=("test://good", "test://bad"))
    desk = Timeline(tmp_path, rule(to=("two",)), channels=[both])
    desk.refuse("bad", NOBODY)
    article = desk.at("10:00").publish("a call")
    desk.at("20:00").expect(article, between=("10:00", "10:00"), on="good")
    assert len(desk.messages("good")) == 1


def test_a_channel_removed_from_the_configuration_is_said_so(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(to=("gone",)), channels=[channel("gone")])
    desk.refuse("gone", BUSY)
    article = desk.at("10:00").publish("a call")
    del desk.channels["gone"]
    desk.at("10:01").send()
    line = next(line for line in _listed(desk) if line.key == f"putin:{article.id}")
    assert line.deliveries[0].state == "dead"
    assert line.deliveries[0].last_error == "channel removed"


def test_retry_gives_fresh_attempts_and_discard_gives_up(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.refuse("desk", NOBODY)
    one = desk.at("10:00").publish("a call", story="a")
    two = desk.at("10:01").publish("a call", story="b")
    desk.refuse("desk", None)
    ids = {line.key: line.id for line in _listed(desk)}
    with desk.database.unit() as connection:
        assert discard_deliveries(connection, [ids[f"putin:{two.id}"]]) == 1
        assert retry_deliveries(connection, None, desk.clock.at) >= 1
        assert ack_alerts(connection, [ids[f"putin:{one.id}"]], by="anna", note="mine", now=desk.clock.at) == 1
    desk.at("10:10").expect(one, between=("10:01", "10:02"))
    desk.never(two)
    with desk.database.reading() as connection:
        shown = show_alert(connection, ids[f"putin:{one.id}"])
    assert shown is not None
    assert (shown.acked_by, shown.note, shown.deliveries[0].state) == ("anna", "mine", "sent")


def test_a_crash_while_sending_follows_the_channel(tmp_path: Path) -> None:
    careful = channel("careful", on_crash=OnCrash.GIVE_UP)
    desk = Timeline(tmp_path, rule(to=("desk", "careful")), channels=[careful])
    desk.refuse("desk", BUSY)
    desk.refuse("careful", BUSY)
    article = desk.at("10:00").publish("a call")
    with desk.database.unit() as connection:
        crashed = {"state": DeliveryState.SENDING.value, "lease_owner": None, "lease_until": None}
        connection.execute(sa.update(t.delivery).values(crashed))
    desk.refuse("desk", None)
    desk.refuse("careful", None)
    desk.send()
    desk.at("11:00").expect(article, between=("10:00", "10:01"))
    assert not desk.messages("careful")
    line = next(line for line in _listed(desk) if line.key == f"putin:{article.id}")
    lost = next(delivery for delivery in line.deliveries if delivery.channel == "careful")
    assert (lost.state, lost.last_error) == ("dead", "the monitor died while sending; whether it arrived is unknown")


def test_what_waits_for_a_channel_leaves_when_there_is_one(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(to=("later",)))
    desk.settings = replace(desk.settings, default_to=())
    article = desk.at("10:00").publish("a call")
    assert desk.state(f"putin:{article.id}") == ("held", "no-channel")
    desk.channels["later"] = channel("later")
    desk.arm()
    desk.at("10:10").expect(article, between=("10:00", "10:10"), on="later")


def _listed(desk: Timeline) -> list:  # type: ignore[type-arg]  # AlertLine
    with desk.database.reading() as connection:
        return list_alerts(connection)
