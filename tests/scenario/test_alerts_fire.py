"""When hits count as news: stories, sources, bursts, absences; and growing stories that are told to others too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from monitor.model.rule import EscalateSpec, FireAbsence, FireBurst, FireSources, FireStory, WhereSpec
from monitor.store import tables as t
from tests.scenario.timeline import Timeline, channel, rule


def test_first_in_story_tells_only_what_is_new_to_the_rule(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireStory(72 * 3600.0)))
    desk.at("09:00").publish("other words", story="a", fires=())
    first = desk.at("10:00").publish("a call", story="a", source="b")
    again = desk.at("11:00").publish("a call again", story="a", source="c")
    later = desk.at("day 5 12:00").publish("a call once more", story="a", source="d")
    desk.expect(first, between=("10:00", "10:00"))
    desk.never(again)
    desk.expect(later, between=("day 5 12:00", "day 5 12:00"))
    assert desk.state(f"putin:{again.id}") == ("suppressed", "fire-not-first")


def test_enough_sources_within_the_time(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireSources(3, 7200.0)))
    one = desk.at("10:00").publish("a call", story="a", source="a1")
    copy = desk.at("10:20").publish("a call", story="a", source="a2", copy_of=one)
    desk.quiet(("00:00", "10:40"))
    assert desk.state(f"putin:{one.id}") == ("held", "fire-sources")
    three = desk.at("10:40").publish("they call", story="a", source="a3")
    desk.expect(one, three, between=("10:40", "10:41"), key=f"putin:{one.id}")
    desk.never(copy)
    more = desk.at("10:50").publish("they still call", story="a", source="a4")
    desk.at("12:00").expect(more, between=("11:10", "11:11"), key=f"putin:{one.id}:u1")


def test_sources_that_show_the_same_article_count_too(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireSources(2, 7200.0)))
    one = desk.at("10:00").publish("a call", story="a")
    desk.at("10:12").sighting(one, "beta")
    desk.at("11:00").expect(one, between=("10:12", "10:20"))


def test_too_few_sources_stay_held_with_the_reason(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireSources(3, 3600.0)))
    one = desk.at("10:00").publish("a call", story="a")
    desk.at("20:00").never(one)
    assert desk.state(f"putin:{one.id}") == ("held", "fire-sources")


def test_a_burst_is_told_once_and_again_after_it_calmed_down(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireBurst(articles=4, within_s=3600.0, sources=2)))
    for n in range(6):
        desk.at(f"10:0{n}").publish(f"quake {n}", source=f"s{n % 3}")
    desk.at("14:00")
    for n in range(4):
        desk.at(f"14:0{n + 1}").publish(f"quake again {n}", source=f"s{n % 3}")
    desk.at("18:00")
    keys = [message.key for message in desk.messages()]
    assert keys == ["putin:burst@2026-03-10T09:03Z", "putin:burst@2026-03-10T13:04Z"]
    assert "4 articles from 3 sources" in desk.messages()[0].rendered.title


def test_copies_are_one_article_of_a_burst(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(fire=FireBurst(articles=3, within_s=3600.0)))
    first = desk.at("10:00").publish("quake")
    for n in range(5):
        desk.at(f"10:0{n + 1}").publish("quake", source=f"s{n}", copy_of=first)
    desk.at("12:00").quiet(("00:00", "12:00"))


def test_a_burst_learns_for_three_days(tmp_path: Path) -> None:
    young = replace(rule(fire=FireBurst(articles=2, within_s=3600.0)), accepted_at=datetime(2026, 3, 9, tzinfo=UTC))
    desk = Timeline(tmp_path, young)
    for n in range(4):
        desk.at(f"10:0{n}").publish(f"quake {n}")
    desk.at("12:00").quiet(("00:00", "12:00"))


def test_silence_of_a_briefing_is_told_once_per_period(tmp_path: Path) -> None:
    quiet = replace(rule(fire=FireAbsence(86400.0)), accepted_at=datetime(2026, 3, 9, 23, tzinfo=UTC))
    desk = Timeline(tmp_path, quiet)
    desk.arm()
    desk.at("10:00").publish("briefing")
    desk.at("day 2 09:50").quiet(("00:00", "day 2 09:50"))
    desk.at("day 2 10:20")
    (told,) = desk.messages()
    assert "nothing matched for 24 h" in told.rendered.title


def test_an_outage_of_the_source_does_not_count_as_absence(tmp_path: Path) -> None:
    quiet = replace(
        rule(fire=FireAbsence(86400.0)),
        accepted_at=datetime(2026, 3, 9, 23, tzinfo=UTC),
        where=WhereSpec(source=("alpha",)),
    )
    desk = Timeline(tmp_path, quiet)
    desk.publish("something else", fires=())
    _polls(desk, "alpha", until_hours=2)
    desk.arm()
    desk.at("day 2 02:00")
    (told,) = desk.messages()
    assert "cannot tell" in told.rendered.title


def _polls(desk: Timeline, source: str, until_hours: int) -> None:
    row = {"source_id": source, "elapsed_ms": 1, "status": 200, "outcome": "new", "bytes": 1, "items": 1}
    with desk.database.unit() as connection:
        for hour in range(until_hours):
            at = desk.clock.at + timedelta(hours=hour)
            connection.execute(
                sa.insert(t.poll).values(row | {"started_at": at, "new_items": 0, "possible_loss": False})
            )


def test_a_growing_story_is_told_to_others_at_once(tmp_path: Path) -> None:
    spec = EscalateSpec(to=("boss",), sources=3, within_s=3600.0)
    desk = Timeline(tmp_path, rule(digest="daily", escalate=spec), channels=[channel("boss")])
    first = desk.at("10:00").publish("a call", story="a", source="s1")
    desk.at("10:10").publish("a call", story="a", source="s2", copy_of=first)
    desk.quiet(("00:00", "10:19"), on="boss")
    desk.at("10:20").publish("they call", story="a", source="s3")
    desk.at("10:30").expect(first, between=("10:20", "10:21"), on="boss", key=f"putin:{first.id}")
    desk.quiet(("00:00", "10:30"))


def test_escalating_to_a_channel_takes_the_story_out_of_its_digest(tmp_path: Path) -> None:
    spec = EscalateSpec(to=("desk",), sources=2, within_s=3600.0)
    desk = Timeline(tmp_path, rule(digest="daily", escalate=spec))
    first = desk.at("10:00").publish("a call", story="a", source="s1")
    desk.at("10:10").publish("a call", story="a", source="s2", copy_of=first)
    desk.at("day 2 12:00")
    desk.expect(first, between=("10:10", "10:11"))
    assert len(desk.messages("desk")) == 1
