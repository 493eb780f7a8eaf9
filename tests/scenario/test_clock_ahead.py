"""A machine that begins with a date of next year, and gets the right time while people wait for their alerts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.loops.selfwatch import wind_standing
from monitor.store.ahead import bring_back
from tests.scenario.timeline import Timeline, channel, rule

NEXT_YEAR = "day 400 22:00"


def set_right(desk: Timeline, moment: str) -> int:
    """The clock shows the right time from now on; how many rows were brought back."""
    desk.clock.at = desk.when(moment)
    with desk.database.unit() as connection:
        found = bring_back(connection, desk.clock.at)
        wind_standing(connection, desk.telling(), desk.clock.at)
    return found


def test_an_update_that_waits_for_next_year_is_told_today(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    desk.leap(NEXT_YEAR)
    first = desk.publish("a strike", story="strike")
    later = desk.publish("a strike spreads", story="strike")
    desk.work_off()
    desk.expect(first, between=(NEXT_YEAR, NEXT_YEAR))
    assert set_right(desk, "08:00") > 0
    desk.at("08:01")
    desk.expect(later, between=("08:00", "08:01"))
    assert set_right(desk, "08:02") == 0
    desk.database.dispose()


def test_what_quiet_hours_gathered_next_year_is_told_today(tmp_path: Path) -> None:
    quiet = channel("desk", quiet_hours=("22:00-07:00",))
    desk = Timeline(tmp_path, rule(), channels=[quiet])
    desk.leap("day 400 23:00")
    held = desk.publish("a late call")
    assert set_right(desk, "10:00") > 0
    desk.at("10:01")
    desk.expect(held, between=("10:00", "10:01"))
    desk.database.dispose()


def test_the_health_mail_of_today_does_not_wait_for_next_year(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(), channels=[channel("ops")])
    desk.settings = replace(desk.settings, ops=("ops",))
    desk.standing = True
    desk.leap(NEXT_YEAR).arm()
    desk.at("day 401 07:00")
    set_right(desk, "07:00")
    desk.at("08:01")
    assert [message.at for message in desk.messages("ops") if message.at < desk.when("day 2 00:00")] == [
        desk.when("08:00")
    ]
    desk.database.dispose()
