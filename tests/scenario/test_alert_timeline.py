"""A newspaper's desk and its monitor: decisions of alerting, told as days at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import DeliveryError
from monitor.loops.dispatch import Work
from monitor.model.alert import Timer
from monitor.model.rule import EscalateSpec, Priority, RouteSpec
from monitor.model.settled import Gap
from monitor.store import tables as t
from monitor.store import timers
from tests.scenario.timeline import Timeline, channel, filled, rule


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Timeline]:
    """A desk that hears of the monitor itself on `ops`; the monitor's own timers run."""
    desk = Timeline(tmp_path, rule(), channels=[channel("ops"), channel("pager")])
    desk.settings = replace(desk.settings, ops=("ops",))
    desk.standing = True
    desk.at("07:00").arm()
    yield desk
    desk.database.dispose()


def health(desk: Timeline, state: str, *names: str) -> None:
    """From now on the sources are in that state."""
    with desk.database.unit() as connection:
        for name in names:
            connection.execute(sa.delete(t.source).where(t.source.c.id == name))
            row = {"id": name, "name": name.title(), "health": state, "reason": "HTTP 503", "configured": True}
            connection.execute(sa.insert(t.source).values(filled(t.source, {**row, "tags": []})))


def heard(desk: Timeline, words: str, on: str = "ops") -> list[str]:
    """When messages with those words in their subject came, as times of the desk."""
    came = [message for message in desk.messages(on) if words in message.rendered.title]
    return [f"{message.at.astimezone(desk.zone):%d. %H:%M}" for message in came]


def test_at_night_the_night_editor_is_told_and_sport_goes_to_sport(tmp_path: Path) -> None:
    routes = (RouteSpec(("night",), hours="20:00-06:00"), RouteSpec(("sport",), tags=("sport",)))
    desk = Timeline(tmp_path, rule(routes=routes), channels=[channel("night"), channel("sport")])
    late = desk.at("23:30").publish("a late call")
    game = desk.at("day 2 12:00").publish("a match", tags=("sport",))
    desk.expect(late, between=("23:30", "23:30"), on="night")
    desk.expect(game, between=("day 2 12:00", "day 2 12:00"), on="sport")
    desk.never(game, on="night")


def test_while_a_channel_is_dead_its_fallback_gets_each_alert_once(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(max_per_hour=0), channels=[channel("phone")])
    desk.channels["desk"] = replace(desk.channels["desk"], fallback="phone", give_up_after_s=3600.0)
    desk.refuse("desk", DeliveryError("connection refused", permanent=False, code="network"))
    told = [desk.at(f"10:0{n}").publish("a call", story=f"s{n}") for n in range(4)]
    desk.at("16:00")
    for article in told:
        desk.expect(article, between=("10:30", "14:00"), on="phone")
    desk.refuse("desk", None)
    back = desk.at("16:01").publish("a call", story="later")
    desk.expect(back, between=("16:01", "16:01"))
    desk.never(back, on="phone")


def test_a_silence_ends_at_its_hour_and_what_it_took_stays_listed(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.at("10:00").silence("rule", "putin", hours=4)
    muted = desk.at("13:59").publish("a call", story="a")
    loud = desk.at("14:00").publish("a call again", story="b")
    desk.at("18:00").expect(loud, between=("14:00", "14:00"))
    desk.never(muted)
    assert desk.state(f"putin:{muted.id}") == ("suppressed", "silence")


def test_a_story_that_five_papers_carry_wakes_the_chief(tmp_path: Path) -> None:
    spec = EscalateSpec(("chief",), sources=3, within_s=3600.0)
    desk = Timeline(tmp_path, rule(escalate=spec, cooldown_s=1800), channels=[channel("chief")])
    first = desk.at("22:00").publish("a call", story="call")
    for minute, source in ((10, "beta"), (20, "gamma")):
        desk.at(f"22:{minute}").publish("a call", story="call", source=source)
    desk.at("23:00")
    (woken,) = desk.messages("chief")
    assert first.id in woken.articles
    assert desk.when("22:20") <= woken.at <= desk.when("22:26")


def test_after_two_hours_in_the_dark_the_urgent_says_how_late_it_is(tmp_path: Path) -> None:
    urgent = rule(priority=Priority.HIGH)
    desk = Timeline(tmp_path, urgent)
    dark = Gap(desk.when("10:00"), desk.when("12:10"), ours=True)
    desk.at("12:10")
    missed = desk.publish("a call", published=desk.when("10:00"), gap=dark)
    desk.expect(missed, between=("12:10", "12:10"), says="(2 h 10 min late)")


def test_the_night_the_clocks_go_back_is_quiet_for_an_hour_more(tmp_path: Path) -> None:
    night = channel("night", quiet_hours=("01:00-02:30",))  # 02:30 comes twice on 25 October 2026
    desk = Timeline(tmp_path, rule(to=("night",)), channels=[night], start="2026-10-25")
    held = desk.at("01:30").publish("a call", story="a")
    desk.at("06:00")
    (message,) = [m for m in desk.messages("night") if held.id in m.articles]
    assert message.at in (desk.when("02:30"), desk.when("02:30") + timedelta(hours=1))


def test_a_daily_digest_has_its_own_layout_and_names_its_top_item(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule("putin", digest="daily"), rule("oil", digest="daily"))
    call = desk.at("10:10").publish("a call", story="a", fires=["putin"])
    oil = desk.at("12:00").publish("oil rises", story="o", fires=["oil"])
    digest = desk.at("day 2 09:00").expect(call, oil, between=("day 2 08:00", "day 2 08:00"))
    assert digest.rendered.title == "[Digest] oil rises (+1)"
    assert "2 articles, 2 stories, 2 rules" in digest.rendered.body


def test_we_are_offline_is_said_once_and_what_it_cost_when_it_is_over(own: Timeline) -> None:
    health(own, "ok", *(f"s{n}" for n in range(6)))
    own.at("07:30")
    health(own, "failing", "s0", "s1", "s2", "s3")
    own.at("07:33").leap("09:30")
    health(own, "ok", "s0", "s1", "s2", "s3")
    own.at("09:33")
    assert heard(own, "We are offline: 4 of 6 sources fail together") == ["10. 07:31"]
    assert heard(own, "Online again") == ["10. 09:31"]


def test_a_critical_source_that_stays_dead_is_told_again_less_and_less_often(own: Timeline) -> None:
    own.settings = replace(own.settings, critical_sources=("s0",))
    health(own, "ok", *(f"s{n}" for n in range(6)))
    own.at("07:30")
    health(own, "failing", "s0")
    own.at("07:31")
    for moment in ("08:31", "10:00", "14:31", "day 2 14:31", "day 3 14:31"):
        own.leap(moment)
    assert heard(own, "Critical source S0: failing") == ["10. 07:31"]
    assert heard(own, "still fails") == ["10. 08:31", "10. 14:31", "11. 14:31", "12. 14:31"]
    health(own, "ok", "s0")
    own.leap("day 3 16:00").leap("day 4 20:00")
    assert heard(own, "Critical source S0 is well again after 56 h 29 min") == ["12. 16:00"]
    assert len(heard(own, "still fails")) == 4
    thread = {m.rendered.headers["References"] for m in own.messages("ops") if "Critical source" in m.rendered.title}
    assert len(thread) == 1


def refused(desk: Timeline, rule_id: str, version: int | None) -> None:
    """The rule does not parse any more; `version` is the last good one."""
    row: dict[str, object] = {
        "rule_id": rule_id,
        "name": rule_id.title(),
        "version": version,
        "status": "refused",
        "problem": "no $x",
    }
    with desk.database.unit() as connection:
        connection.execute(sa.insert(t.rule_state).values(filled(t.rule_state, row)))


def test_the_mail_of_the_day_names_refused_rules_and_does_not_list_hundreds_of_sources(own: Timeline) -> None:
    health(own, "failing", *(f"s{n}" for n in range(25)))
    refused(own, "harbour", version=3)
    refused(own, "ferry", version=None)
    own.leap("day 2 07:59").at("day 2 08:01")
    (mail,) = [message for message in own.messages("ops") if "0 of 25" in message.rendered.title]
    lines = mail.rendered.body.splitlines()
    assert sum("HTTP 503" in line for line in lines) == 20
    for said in ("and 5 more sources", "Harbour refused, version 3 goes on", "Ferry refused, NOT WATCHING: no $x"):
        assert said in mail.rendered.body


def test_a_source_that_is_critical_no_more_is_not_spoken_of(own: Timeline) -> None:
    own.settings = replace(own.settings, critical_sources=("s0",))
    health(own, "failing", "s0")
    own.at("07:30")
    own.settings = replace(own.settings, critical_sources=())
    own.leap("08:31").leap("20:00")
    assert heard(own, "still fails") == []


def test_the_review_of_the_week_comes_on_monday_morning(own: Timeline) -> None:
    own.publish("a call", source="alpha")
    with own.database.unit() as connection:
        connection.execute(sa.update(t.article).values(text_state="failed", settled=True))
    own.leap("day 7 07:59").at("day 7 08:01")  # Monday 16 March 2026
    assert heard(own, "Review of the week") == ["16. 08:00"]
    (review,) = [message for message in own.messages("ops") if "Review" in message.rendered.title]
    assert "articles whose text could not be read: 1" in review.rendered.body


def test_a_canary_that_does_not_come_through_stops_the_heartbeat(own: Timeline) -> None:
    own.settings = replace(own.settings, canary=True, heartbeat_to=("pager",), heartbeat_every_s=3600.0)

    def canary(work: Work, timer: Timer) -> datetime:
        """Is missed from half past seven until noon."""
        missed = "canary-missing" if own.when("07:30") <= work.now < own.when("12:00") else None
        timers.set_facts(work.connection, timer, {"missed": missed})
        return work.now + timedelta(minutes=30)

    own.hooks["canary"] = canary
    own.arm()
    for hour in range(7, 14):
        own.leap(f"{hour:02}:30" if hour > 7 else "07:00").leap(f"{hour + 1:02}:00")
    assert heard(own, "alive", on="pager") == ["10. 07:00", "10. 13:00", "10. 14:00"]
