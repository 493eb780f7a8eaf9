from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.loops.dispatch import Work
from monitor.loops.evaluate import EvaluateContext, EvaluateReport, arm_timers, evaluate, rule_of
from monitor.model.alert import Timer
from monitor.store import tables as t
from monitor.store import timers
from monitor.store.alerts import set_pending
from tests.scenario.timeline import Timeline, channel, filled, rule


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Timeline]:
    timeline = Timeline(tmp_path, rule(), channels=[channel("ops")])
    timeline.settings = replace(timeline.settings, ops=("ops",), language="de")
    timeline.at("07:00")
    yield timeline
    timeline.database.dispose()


def arm(desk: Timeline) -> None:
    with desk.database.unit() as connection:
        arm_timers(connection, desk.telling(), desk.clock.at)


def source(desk: Timeline, name: str, health: str) -> None:
    with desk.database.unit() as connection:
        connection.execute(sa.delete(t.source).where(t.source.c.id == name))
        row = {"id": name, "name": name.title(), "health": health, "reason": "HTTP 503", "configured": True, "tags": []}
        connection.execute(sa.insert(t.source).values(filled(t.source, row)))


def passed(desk: Timeline, **hooks: object) -> EvaluateReport:
    return evaluate(EvaluateContext(desk.database, desk.telling, desk.clock, "tester", hooks))  # type: ignore[arg-type]  # a test's own


def told(desk: Timeline) -> list[tuple[str, list[str]]]:
    with desk.database.reading() as connection:
        found = connection.execute(sa.select(t.alert.c.facts).where(t.alert.c.kind == "ops").order_by(t.alert.c.id))
        return [(facts["headline"], facts["lines"]) for facts in found.scalars()]


def test_one_health_mail_a_day(desk: Timeline) -> None:
    arm(desk)
    source(desk, "alpha", "failing")
    source(desk, "beta", "ok")
    for moment in ("08:00", "08:01", "09:00", "day 2 08:00"):
        desk.clock.at = desk.when(moment)
        passed(desk)
    daily = [entry for entry in told(desk) if "Quellen in Ordnung" in entry[0]]
    assert len(daily) == 2
    assert daily[0][0] == "1 von 2 Quellen in Ordnung, 0 Alarme, 0 unzustellbar"
    assert "Quelle Alpha: gestört: HTTP 503" in daily[0][1]


def test_a_health_mail_as_often_as_is_asked_for(desk: Timeline) -> None:
    desk.settings = replace(desk.settings, health_at="0 8,20 * * *", review_at="0 9 * * *")
    arm(desk)
    for moment in ("08:00", "09:00", "20:00", "day 2 08:00", "day 2 09:00"):
        desk.clock.at = desk.when(moment)
        passed(desk)
    assert len([entry for entry in told(desk) if "Quellen in Ordnung" in entry[0]]) == 3
    assert len([entry for entry in told(desk) if entry[0] == "Rückblick auf die Woche"]) == 2


def test_a_weekly_review_on_its_day(desk: Timeline) -> None:
    arm(desk)
    desk.clock.at = desk.when("day 7 08:00")  # Monday 16 March
    passed(desk)
    assert [headline for headline, _ in told(desk) if headline == "Rückblick auf die Woche"]


def test_sources_that_fail_together_are_one_message_and_then_the_gap(desk: Timeline) -> None:
    arm(desk)
    for number in range(6):
        source(desk, f"s{number}", "failing" if number < 3 else "ok")
    for minute in (1, 2, 3):
        desk.clock.at = desk.when(f"07:0{minute}")
        passed(desk)
    assert [headline for headline, _ in told(desk)] == ["Wir sind offline: 3 von 6 Quellen fallen zugleich aus"]
    for number in range(3):
        source(desk, f"s{number}", "ok")
    desk.clock.at = desk.when("07:30")
    passed(desk)
    assert told(desk)[-1][0].startswith("Wieder online; die Lücke begann 2026-03-10 07:01")


def test_a_critical_source_is_told_at_once_and_once(desk: Timeline) -> None:
    desk.settings = replace(desk.settings, critical_sources=("alpha",))
    arm(desk)
    source(desk, "alpha", "failing")
    source(desk, "beta", "failing")
    for minute in range(1, 4):
        desk.clock.at = desk.when(f"07:0{minute}")
        passed(desk)
    assert told(desk) == [("Kritische Quelle Alpha: gestört", ["HTTP 503"])]


def test_a_heartbeat_goes_on_while_the_canary_lives(desk: Timeline) -> None:
    desk.settings = replace(desk.settings, canary=True, heartbeat_to=("ops",), heartbeat_every_s=3600.0)
    arm(desk)

    def canary(work: Work, timer: Timer) -> datetime:
        """Is missed from eight o'clock on."""
        missed = "canary-missing" if work.now >= desk.when("07:45") else None
        timers.set_facts(work.connection, timer, {"missed": missed})
        return work.now + timedelta(minutes=15)

    for moment in ("07:00", "07:30", "08:00", "09:00", "10:00"):
        desk.clock.at = desk.when(moment)
        passed(desk, canary=canary)
    assert sum(headline == "News-Monitor läuft" for headline, _ in told(desk)) == 1


def test_a_timer_that_cannot_be_decided_is_tried_again_and_stops_no_other(desk: Timeline) -> None:
    def broken(work: Work, timer: Timer) -> datetime | None:
        raise ZeroDivisionError("a bug")

    decided: list[str] = []

    def fine(work: Work, timer: Timer) -> datetime | None:
        decided.append(timer.subject)
        return None

    with desk.database.unit() as connection:
        timers.set_timer(connection, "broken", "x", desk.clock.at)
        timers.set_timer(connection, "fine", "y", desk.clock.at)
        timers.set_timer(connection, "unheard-of", "z", desk.clock.at)
    report = passed(desk, broken=broken, fine=fine)
    assert (report.decided, report.failed, decided) == (3, (("broken", "x"),), ["y"])
    with desk.database.reading() as connection:
        (left,) = connection.execute(sa.select(t.timer)).mappings()
    assert left["kind"] == "broken"
    assert left["due_at"] > desk.clock.at
    assert left["attempts"] == 1


def test_arming_twice_winds_nothing_twice(desk: Timeline) -> None:
    arm(desk)
    desk.clock.at = desk.when("07:30")
    arm(desk)
    with desk.database.reading() as connection:
        kinds = list(connection.execute(sa.select(t.timer.c.kind).order_by(t.timer.c.kind)).scalars())
    assert kinds == ["daily", "watch", "weekly"]


def left(desk: Timeline) -> list[tuple[str, datetime]]:
    with desk.database.reading() as connection:
        return [(row.kind, row.due_at) for row in connection.execute(sa.select(t.timer).order_by(t.timer.c.kind))]


def test_what_a_timer_was_wound_for_may_be_gone_by_then(desk: Timeline) -> None:
    with desk.database.unit() as connection:
        for kind in ("update", "sources", "escalate"):
            timers.set_timer(connection, kind, "an alert that was forgotten", desk.clock.at, {"rule": "gone"})
    report = passed(desk)
    assert (report.decided, report.failed) == (3, ())
    assert left(desk) == []


def test_an_update_waits_for_its_time_and_needs_something_to_tell(desk: Timeline) -> None:
    desk.publish("a call", story="s1")
    later = desk.clock.at + timedelta(hours=2)
    with desk.database.unit() as connection:
        root = connection.execute(sa.select(t.alert.c.id, t.alert.c.key).where(t.alert.c.kind == "match")).one()
        timers.set_timer(connection, "update", root.key, desk.clock.at)
    passed(desk)
    assert "update" not in dict(left(desk))
    with desk.database.unit() as connection:
        set_pending(connection, root.id, root.id, later)
        timers.set_timer(connection, "update", root.key, desk.clock.at)
    passed(desk)
    assert dict(left(desk))["update"] == later


def test_a_timer_that_somebody_else_has_taken_over_is_left_to_them(desk: Timeline) -> None:
    def first(work: Work, timer: Timer) -> datetime | None:
        theirs = {"lease_owner": "them", "lease_epoch": 99, "lease_until": work.now + timedelta(hours=1)}
        work.connection.execute(sa.update(t.timer).where(t.timer.c.kind == "second").values(theirs))
        return None

    def second(work: Work, timer: Timer) -> datetime | None:
        raise AssertionError("not ours")

    with desk.database.unit() as connection:
        timers.set_timer(connection, "first", "x", desk.clock.at - timedelta(minutes=1))
        timers.set_timer(connection, "second", "y", desk.clock.at)
    assert passed(desk, first=first, second=second).failed == ()
    assert "second" in dict(left(desk))
    assert passed(desk, second=second).decided == 0


def test_what_a_removed_rule_held_goes_to_the_default_channels(desk: Timeline) -> None:
    desk.settings = replace(desk.settings, default_to=("desk",))
    stand_in = rule_of(desk.telling(), "removed", desk.clock.at)
    assert (stand_in.id, stand_in.alert.to) == ("removed", ("desk",))
    assert rule_of(desk.telling(), "putin", desk.clock.at) is desk.telling().rules.get("putin")
