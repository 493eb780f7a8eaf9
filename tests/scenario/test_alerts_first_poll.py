"""Sources and rules that are new: what was there before is not news, but nothing recent is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.alert.settings import AlertSettings
from monitor.model.rule import GroupBy
from monitor.model.settled import Baseline, Occasion
from tests.scenario.timeline import Timeline, rule

FOUNDING = Baseline("alpha", "Alpha", founding=True)
ADDED = Baseline("alpha", "Alpha", founding=False)


def test_sources_of_the_first_start_are_silent(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    old = desk.at("10:00").publish("a call", story="a", baseline=FOUNDING)
    new = desk.at("10:30").publish("a second call", story="a")
    desk.never(old)
    desk.expect(new, between=("10:30", "10:30"))
    assert desk.state(f"putin:{old.id}") == ("suppressed", "baseline")


def test_a_wire_copy_of_a_baseline_article_is_no_news_either(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    old = desk.at("10:00").publish("a call", baseline=FOUNDING)
    copy = desk.at("10:30").publish("a call", source="beta", copy_of=old)
    desk.never(copy)


def test_a_source_added_later_tells_the_last_six_hours_in_one_message(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.at("12:00")
    recent = [desk.publish(f"call {n}", baseline=ADDED, published=desk.when("08:00")) for n in range(2)]
    old = desk.publish("old call", baseline=ADDED, published=desk.when("05:00"))
    undated = desk.publish("undated call", baseline=ADDED, undated=True)
    desk.at("13:00")
    message = desk.expect(*recent, between=("12:05", "12:06"), says="[First matches]")
    assert "Older or undated:" in message.rendered.body
    assert "old call" in message.rendered.body
    assert "undated call" in message.rendered.body
    assert len(desk.messages()) == 1
    for article in (old, undated):
        assert desk.state(f"putin:{article.id}") == ("suppressed", "baseline")


def test_first_poll_silent_and_all(tmp_path: Path) -> None:
    for choice, told in (("silent", 0), ("all", 1)):
        folder = tmp_path / choice
        folder.mkdir()
        settings = AlertSettings(timezone="Europe/Berlin", default_to=("desk",), first_poll=choice)
        desk = Timeline(folder, rule(), settings=settings)
        desk.at("12:00").publish("a call", baseline=ADDED)
        desk.at("13:00")
        assert len(desk.messages()) == told


def test_a_rule_added_later_tells_what_it_finds_of_the_last_six_hours(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule("oil"))
    stored = desk.at("10:00").publish("oil call", fires=())
    desk.at("11:00").rules["new"] = replace(rule("new"), accepted_at=desk.clock.at, founding=False)
    again = replace(desk.articles[stored.id].settled, occasion=Occasion.RULE_ADDED)
    with desk.database.unit() as connection:
        desk.tell(connection, again, ["new"])
    desk.at("12:00").expect(stored, between=("11:05", "11:06"), key=f"new:{stored.id}")


def test_a_baseline_article_that_changes_materially_is_news(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    old = desk.at("10:00").publish("a call", baseline=FOUNDING)
    desk.at("10:30").revise(old, "the call ended in a scandal")
    desk.expect(old, between=("10:30", "10:30"), key=f"putin:{old.id}")


def test_too_old_after_a_gap_is_listed_the_next_morning(tmp_path: Path) -> None:
    from monitor.model.settled import Gap

    desk = Timeline(tmp_path, rule(max_age_s=86400.0, group_by=GroupBy.ARTICLE))
    desk.at("12:00")
    gap = Gap(desk.when("11:00"), desk.when("12:00"), ours=False)
    old = desk.publish("an old call", gap=gap, published=desk.when("12:00") - timedelta(days=3))
    fresh = desk.publish("a fresh call", gap=gap)
    desk.expect(fresh, between=("12:00", "12:00"))
    desk.at("day 2 09:00").expect(old, between=("day 2 08:00", "day 2 08:00"), says="[Listed]")


def test_the_publishers_date_does_not_matter_in_normal_times(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(max_age_s=86400.0))
    old = desk.at("12:00").publish("a call", published=desk.when("12:00") - timedelta(days=30))
    desk.expect(old, between=("12:00", "12:00"))


def test_a_teaser_and_its_text_alert_once(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    teaser = desk.at("10:00").publish("a call")
    desk.at("10:01").revise(teaser, "a call", occasion=Occasion.TEXT)
    desk.at("12:00")
    desk.expect(teaser, between=("10:00", "10:00"))
    assert len(desk.messages()) == 1


def test_a_hit_in_the_text_behind_a_teaser_alerts(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    teaser = desk.at("10:00").publish("nothing here", fires=())
    desk.at("10:01").revise(teaser, "a call", occasion=Occasion.TEXT)
    desk.expect(teaser, between=("10:01", "10:01"), key=f"putin:{teaser.id}")
