"""Alerting on both backends: the scenarios that exercise most of the SQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import DeliveryError, LeaseLost, UsageError
from monitor.model.rule import EscalateSpec, FireBurst, FireSources, FireStory
from monitor.store import alert_lists, counts, silences, timers
from monitor.store import tables as t
from monitor.store.unit import Database
from tests.contract.rows import next_due
from tests.scenario.timeline import Timeline, channel, rule


def test_updates_copies_caps_and_digests(database: Database, tmp_path: Path) -> None:
    rules = (rule("putin", max_per_hour=2), rule("oil", digest="hourly"))
    desk = Timeline(tmp_path, *rules, database=database)
    first = desk.at("10:00").publish("putin calls", story="a", fires=["putin"])
    copy = desk.at("10:01").publish("putin calls", source="b", copy_of=first, fires=["putin"])
    second = desk.at("10:05").publish("talks go on", story="a", source="b", fires=["putin"])
    oil = desk.at("10:06").publish("oil rises", story="o", fires=["oil"])
    more = [desk.at(f"10:1{n}").publish("a call", story=f"s{n}", fires=["putin"]) for n in range(3)]
    desk.at("12:00")
    desk.expect(first, between=("10:00", "10:00"))
    desk.expect(more[0], between=("10:10", "10:10"))
    desk.expect(oil, between=("11:00", "11:00"))
    desk.expect(second, *more[1:], between=("11:00", "11:00"))
    desk.never(copy)


def test_fire_escalation_and_silence(database: Database, tmp_path: Path) -> None:
    spec = EscalateSpec(to=("boss",), sources=2, within_s=3600.0)
    rules = (
        rule("many", fire=FireSources(2, 3600.0)),
        rule("first", fire=FireStory(3600.0), digest="daily", escalate=spec),
        rule("burst", fire=FireBurst(articles=2, within_s=3600.0)),
    )
    desk = Timeline(tmp_path, *rules, channels=[channel("boss")], database=database)
    one = desk.at("10:00").publish("a call", story="a", source="s1")
    two = desk.at("10:10").publish("they call", story="a", source="s2")
    desk.at("10:15").silence("rule", "many", hours=1)
    desk.at("10:20").publish("they go on", story="a", source="s3")
    desk.at("12:00")
    desk.expect(one, two, between=("10:10", "10:11"), key=f"many:{one.id}")
    desk.expect(one, between=("10:10", "10:11"), on="boss", key=f"first:{one.id}")
    assert sum("burst:burst@" in message.key for message in desk.messages("desk")) == 1


def test_refusals_and_lists(database: Database, tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(), database=database)
    desk.refuse("desk", DeliveryError("SMTP 550: gone", permanent=True, code="smtp-550"))
    article = desk.at("10:00").publish("a call", story="a")
    held = desk.publish("may call", story="b", guard="may")
    now = desk.clock.at
    with database.reading() as connection:
        lines = {line.key: line for line in alert_lists.list_alerts(connection, since=now - timedelta(hours=1))}
        kept = alert_lists.list_alerts(connection, held=True)
        dead = alert_lists.list_alerts(connection, undelivered=True, rule_id="putin")
        day = counts.figures(connection, now - timedelta(days=1))
        review = counts.rule_figures(connection, now - timedelta(days=7))
        assert next_due(connection) is None
    assert lines[f"putin:{article.id}"].deliveries[0].last_error == "SMTP 550: gone"
    assert [line.key for line in kept] == [f"putin:{held.id}"]
    assert kept[0].waits
    assert [line.key for line in dead] == [f"putin:{article.id}"]
    assert (day.articles, day.told, day.held, day.dead) == (2, 1, 1, 2)
    assert review == []
    with database.unit() as connection:
        assert alert_lists.retry_deliveries(connection, [lines[f"putin:{article.id}"].id], now) == 1
        assert alert_lists.ack_alerts(connection, None, by="anna", note=None, now=now) >= 1
        assert alert_lists.discard_deliveries(connection, None) == 2


def test_silences_come_and_go(database: Database) -> None:
    clock = Timeline(Path(), database=database).clock.at
    with database.unit() as connection:
        number = silences.add_silence(connection, "tag", "sport", until=clock + timedelta(hours=1), now=clock, note="n")
        assert [silence.subject for silence in silences.silences(connection, clock)] == ["sport"]
        assert silences.silences(connection, clock + timedelta(hours=2)) == []
        assert silences.remove_silence(connection, number)
        assert not silences.remove_silence(connection, number)
        with pytest.raises(UsageError):
            silences.add_silence(connection, "mood", "x", until=clock + timedelta(hours=1), now=clock)
        with pytest.raises(UsageError):
            silences.add_silence(connection, "rule", "x", until=clock, now=clock)


def test_timers_are_leased_and_wound_to_the_earlier_time(database: Database) -> None:
    now = Timeline(Path(), database=database).clock.at
    with database.unit() as connection:
        timers.set_timer(connection, "update", "r:1", now + timedelta(hours=1), {"a": 1})
        timers.set_timer(connection, "update", "r:1", now, {"b": 2})
        timers.set_timer(connection, "update", "r:1", now + timedelta(hours=2))
    with database.unit() as connection:
        (timer,) = timers.claim_timers(connection, owner="one", now=now)
        assert timers.claim_timers(connection, owner="two", now=now) == []
        assert (timer.due_at, timer.facts) == (now, {"a": 1, "b": 2})
    later = now + timedelta(minutes=2)
    with database.unit() as connection:
        (taken,) = timers.claim_timers(connection, owner="two", now=later)
    with pytest.raises(LeaseLost), database.unit() as connection:
        timers.hold_timer(connection, timer, owner="one")
    with database.unit() as connection:
        timers.hold_timer(connection, taken, owner="two")
        timers.finish_timer(connection, taken, owner="two")
        assert timers.next_timer(connection) is None
        assert connection.execute(sa.select(t.timer)).first() is None
