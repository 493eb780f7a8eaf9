"""What is told when: each decision of alerting as a scenario."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.model.rule import GroupBy, Priority
from tests.scenario.timeline import Timeline, channel, rule


def test_first_hit_of_a_story_is_told_at_once(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("22:10").publish("Putin calls Biden", story="call")
    desk.expect(first, between=("22:10", "22:10"), key=f"putin:{first.id}", says="*Putin*")


def test_more_to_a_story_comes_together_after_the_cooldown(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(cooldown_s=1800))
    first = desk.at("22:10").publish("putin calls", story="call")
    second = desk.at("22:15").publish("talks go on", story="call", source="beta")
    third = desk.at("22:30").publish("still talking", story="call", source="gamma")
    desk.at("23:30")
    desk.expect(first, between=("22:10", "22:10"))
    desk.quiet(("22:11", "22:39"))
    update = desk.expect(second, third, between=("22:40", "22:40"), key=f"putin:{first.id}:u1")
    assert update.rendered.headers["In-Reply-To"] == f"<putin.{first.id}@monitor.localhost>"


def test_the_gap_between_updates_doubles_up_to_eightfold(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(cooldown_s=600))
    desk.at("10:00").publish("talks begin", story="call")
    minutes = [10, 30, 70, 150, 230]  # gaps of 1, 2, 4, 8 and 8 times ten minutes
    for index, _ in enumerate(minutes):
        previous = minutes[index - 1] if index else 0
        desk.at(_clock(10, previous + 1)).publish(f"talks go on {'x' * index}", story="call", source=f"s{index}")
    desk.at("23:00")
    sent = [round((message.at - desk.when("10:00")).total_seconds() / 60) for message in desk.messages("desk")]
    assert sent == [0, *minutes]


def _clock(hour: int, minute: int) -> str:
    return f"{hour + minute // 60:02}:{minute % 60:02}"


def test_a_new_number_takes_the_gap_back_to_the_start(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(cooldown_s=600))
    desk.at("10:00").publish("fire in mine", story="mine")
    desk.at("10:01").publish("fire still burns", story="mine", source="b")
    desk.at("10:11").publish("smoke over town", story="mine", source="c")
    desk.at("10:12").publish("fire kills 14 miners", story="mine", source="d")
    desk.at("11:00")
    sent = [round((message.at - desk.when("10:00")).total_seconds() / 60) for message in desk.messages("desk")]
    assert sent == [0, 10, 20]


def test_a_wire_copy_is_never_told(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("22:10").publish("Putin calls Biden", story="call")
    copy = desk.at("22:12").publish("Putin calls Biden (agency)", story="call", source="beta", copy_of=first)
    desk.at("day 2 12:00")
    desk.never(copy)
    assert desk.state(f"putin:{copy.id}") == ("suppressed", "copy")


def test_a_copy_of_what_the_rule_did_not_tell_is_told(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    other = desk.at("22:10").publish("Putin calls Biden", fires=())
    copy = desk.at("22:12").publish("Putin calls Biden", source="beta", copy_of=other)
    desk.expect(copy, between=("22:12", "22:12"))


def test_group_by_none_tells_copies_and_material_revisions(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(group_by=GroupBy.NONE))
    first = desk.at("22:10").publish("Putin calls Biden", story="call")
    copy = desk.at("22:11").publish("Putin calls Biden", story="call", source="beta", copy_of=first)
    desk.at("22:12").revise(first, "Putin called Biden twice")
    desk.at("22:13").revise(first, "Putin called Biden twice.", material=False)
    desk.expect(first, between=("22:10", "22:10"), key=f"putin:{first.id}")
    desk.expect(copy, between=("22:11", "22:11"), key=f"putin:{copy.id}")
    desk.expect(first, between=("22:12", "22:12"), key=f"putin:{first.id}:u1")
    assert len(desk.messages()) == 3


def test_a_story_ends_for_alerting_after_two_days(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("10:00").publish("talks begin", story="call")
    late = desk.at("day 3 10:01").publish("talks resume", story="call", source="beta")
    desk.expect(first, between=("10:00", "10:00"))
    desk.expect(late, between=("day 3 10:01", "day 3 10:01"), key=f"putin:{late.id}")


def test_an_article_in_another_language_joins_the_next_update(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("10:00").publish("talks begin", story="call")
    other = desk.at("10:05").publish(
        "переговоры начались", story="call-ru", linked=("call",), source="ru", language="ru"
    )
    desk.at("12:00")
    desk.expect(first, between=("10:00", "10:00"))
    desk.expect(other, between=("10:30", "10:30"), key=f"putin:{first.id}:u1")


def test_quiet_hours_hold_and_flush_in_the_channels_zone(tmp_path: Path) -> None:
    night = channel("night", quiet_hours=("22:00-06:30",), timezone="Europe/Moscow")  # two hours ahead of Berlin
    desk = Timeline(tmp_path, rule(to=("night",)), channels=[night])
    one = desk.at("21:00").publish("a call", story="a")
    two = desk.at("22:00").publish("another call", story="b")
    desk.at("day 2 12:00")
    desk.quiet(("20:00", "day 2 04:29"), on="night")
    desk.expect(one, two, between=("day 2 04:30", "day 2 04:30"), on="night")


def test_a_single_alert_of_the_night_keeps_its_own_thread(tmp_path: Path) -> None:
    night = channel("night", quiet_hours=("22:00-06:30",))
    desk = Timeline(tmp_path, rule(to=("night",)), channels=[night])
    one = desk.at("23:00").publish("a call", story="a")
    desk.at("day 2 12:00")
    desk.expect(one, between=("day 2 06:30", "day 2 06:30"), on="night", key=f"putin:{one.id}")


def test_quiet_hours_on_the_day_the_clock_jumps(tmp_path: Path) -> None:
    night = channel("night", quiet_hours=("01:00-02:30",))  # 02:30 does not exist on 29 March 2026
    desk = Timeline(tmp_path, rule(to=("night",)), channels=[night], start="2026-03-29")
    one = desk.at("01:30").publish("a call", story="a")
    desk.at("06:00")
    desk.expect(one, between=("03:30", "03:30"), on="night")


def test_high_priority_passes_quiet_hours_digests_and_caps(tmp_path: Path) -> None:
    night = channel("night", quiet_hours=("22:00-06:30",))
    urgent = rule(to=("night",), priority=Priority.HIGH, digest="daily", max_per_hour=1)
    desk = Timeline(tmp_path, urgent, channels=[night])
    for minute in range(3):
        article = desk.at(f"23:0{minute}").publish("a call", story=f"s{minute}")
        desk.expect(article, between=(f"23:0{minute}", f"23:0{minute}"), on="night")


def test_what_exceeds_the_hourly_cap_leaves_together_at_the_full_hour(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(max_per_hour=2))
    told = [desk.at(f"10:0{n}").publish("a call", story=f"s{n}") for n in range(5)]
    later = desk.at("11:05").publish("a call", story="later")
    for article in told[:2]:
        desk.expect(article, between=("10:00", "10:05"))
    desk.expect(*told[2:], between=("11:00", "11:00"), says="[More than the hourly limit]")
    desk.expect(later, between=("11:05", "11:05"))


def test_an_hourly_digest_groups_by_rule_and_story(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule("putin", digest="hourly"), rule("oil", digest="hourly"))
    a = desk.at("10:10").publish("a call", story="a", fires=["putin"])
    b = desk.at("10:20").publish("a second call", story="a", source="b", fires=["putin"])
    c = desk.at("10:30").publish("oil rises", story="o", fires=["oil"])
    digest = desk.at("11:00").expect(a, b, c, between=("11:00", "11:00"), key="desk:digest@2026-03-10T10:00Z")
    body = digest.rendered.body
    assert body.index("== Oil ==") < body.index("oil rises") < body.index("== Putin ==") < body.index("• a call")
    assert "+ a second call" in body


def test_a_digest_by_cron_leaves_in_the_users_zone(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(digest="0 7,13,19 * * *"))
    a = desk.at("07:30").publish("a call", story="a")
    desk.at("14:00").expect(a, between=("13:00", "13:00"))


def test_a_silence_holds_for_good_and_ends(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.at("10:00").silence("rule", "putin", hours=1)
    muted = desk.at("10:30").publish("a call", story="a")
    after = desk.at("11:30").publish("a third call", story="a", source="c")
    desk.never(muted)
    desk.expect(after, between=("11:30", "11:30"))
    assert desk.state(f"putin:{muted.id}") == ("suppressed", "silence")


def test_a_copy_of_something_muted_is_told_when_the_silence_is_over(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.at("10:00").silence("tag", "sport", hours=1)
    muted = desk.at("10:30").publish("a call", tags=("sport",))
    copy = desk.at("11:30").publish("a call", source="beta", copy_of=muted)
    desk.expect(copy, between=("11:30", "11:30"))


def test_a_silence_during_the_wait_takes_the_update(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("10:00").publish("a call", story="a")
    more = desk.at("10:05").publish("more of it", story="a", source="b")
    desk.at("10:10").silence("story", str(desk.stories["a"]), hours=4)
    desk.at("12:00").never(more)
    assert desk.state(f"putin:{first.id}:u1") == ("suppressed", "silence")


def test_one_muted_source_does_not_mute_what_others_bring(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.at("10:00").silence("source", "alpha", hours=4)
    muted = desk.at("10:01").publish("a call", source="alpha")
    told = desk.at("10:02").publish("another", source="beta")
    desk.never(muted)
    desk.expect(told, between=("10:02", "10:02"))


def test_what_a_guard_took_is_listed_with_its_cue_the_next_morning(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    held = desk.at("10:00").publish("Sanctions might come", guard="might")
    desk.at("day 2 09:00")
    assert desk.state(f"putin:{held.id}") == ("held", "guard")
    (listed,) = desk.messages("desk")
    assert listed.at == desk.when("day 2 08:00")
    assert "Sanctions might come [might]" in listed.rendered.body


def test_a_guard_that_lets_go_after_a_revision_alerts_under_the_same_key(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    held = desk.at("10:00").publish("Sanctions might come", guard="might")
    desk.at("10:20").revise(held, "Sanctions are here")
    desk.expect(held, between=("10:20", "10:20"), key=f"putin:{held.id}", says="matches since the update of 10:20")
    desk.at("day 2 09:00")
    assert len(desk.messages("desk")) == 1


def test_an_immaterial_revision_is_not_told_a_material_one_is(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    first = desk.at("10:00").publish("a call", story="a")
    desk.at("10:05").revise(first, "a call.", material=False)
    desk.at("10:40").revise(first, "the call failed")
    desk.expect(first, between=("10:00", "10:00"))
    desk.expect(first, between=("10:40", "10:40"), key=f"putin:{first.id}:u1")
    assert len(desk.messages("desk")) == 2


def test_high_priority_after_an_outage_says_how_late_it_is(tmp_path: Path) -> None:
    from monitor.model.settled import Gap

    desk = Timeline(tmp_path, rule(priority=Priority.HIGH))
    desk.at("12:10")
    gap = Gap(desk.when("10:00"), desk.when("12:10"), ours=True)
    late = desk.publish("a call", gap=gap, published=desk.when("10:00") + timedelta(minutes=1))
    desk.expect(late, between=("12:10", "12:10"), says="2 h 10 min late")


def test_after_an_outage_of_ours_one_message_for_each_rule(tmp_path: Path) -> None:
    from monitor.model.settled import Gap

    desk = Timeline(tmp_path, rule("putin"), rule("oil"))
    desk.at("12:00")
    gap = Gap(desk.when("02:00"), desk.when("12:00"), ours=True)
    calls = [desk.publish("a call", story=f"s{n}", gap=gap, fires=["putin"]) for n in range(3)]
    oil = [desk.publish("oil", story=f"o{n}", gap=gap, fires=["oil"]) for n in range(2)]
    desk.at("13:00")
    desk.expect(*calls, between=("12:05", "12:06"), says="[Caught up after an outage]")
    desk.expect(*oil, between=("12:05", "12:06"))
    assert len(desk.messages()) == 2
