"""Who is told, and whether now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alert.route import Gather, SendFacts, SendNow, channels_for, decide_send, usable, zone_of
from monitor.alert.settings import AlertSettings
from monitor.model.alert import Channel, Target
from monitor.model.reasons import Reason
from monitor.model.rule import AlertSpec, Priority, RouteSpec
from monitor.model.settled import Gap, RuleFacts

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, 20, 30, tzinfo=UTC)
"""A Tuesday, 13:20:30 in Berlin."""
SETTINGS = AlertSettings(timezone="Europe/Berlin")
DESK = Channel("desk", (Target("desk", "k", "desk@example.org"),), ("console://",))
NIGHT = replace(DESK, quiet_hours=("13:00-15:00",))


def sending(channel: Channel = DESK, settings: AlertSettings = SETTINGS, **values: object) -> SendNow | Gather:
    """The decision about a plain alert; `alert` has the changed fields of the rule's `alert`."""
    spec = replace(AlertSpec(), **values.pop("alert", {}))  # type: ignore[arg-type]
    rule = RuleFacts("ports", "Ports", 1, NOW - timedelta(days=9), alert=spec)
    return decide_send(SendFacts(rule, channel, settings, **values), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("route", "tags", "taken"),
    [
        (RouteSpec(("night",), hours="12:00-14:00"), (), True),
        (RouteSpec(("night",), hours="12:00-13:00"), (), False),
        (RouteSpec(("night",), days=("tue",)), (), True),
        (RouteSpec(("night",), days=("Tuesday", "wed")), (), True),
        (RouteSpec(("night",), days=("wed",)), (), False),
        (RouteSpec(("night",), tags=("ru", "de")), ("de",), True),
        (RouteSpec(("night",), tags=("ru",)), ("de",), False),
        (RouteSpec(("night",), tags=("de",), days=("wed",)), ("de",), False),
        (RouteSpec(("night",)), (), True),
    ],
)
def test_routes_add_channels_by_hour_day_and_tag(route: RouteSpec, tags: tuple[str, ...], taken: bool) -> None:
    spec = AlertSpec(to=("desk", "desk"), routes=(route,))
    expected = ("desk", "night") if taken else ("desk",)
    assert channels_for(spec, frozenset(tags), NOW, BERLIN) == expected


def test_the_day_is_the_local_one() -> None:
    spec = AlertSpec(routes=(RouteSpec(("night",), days=("wed",)),))
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert channels_for(spec, frozenset(), late, BERLIN) == ("night",)


def test_an_ordinary_alert_goes_at_once() -> None:
    assert sending() == SendNow(Reason("now", "nothing holds it"))


def test_first_matches_of_an_addition_wait_for_each_other() -> None:
    made = sending(addition="source.alpha", alert={"priority": Priority.HIGH})
    due = datetime(2026, 3, 10, 12, 26, tzinfo=UTC)
    reason = Reason("added", "told together with the other first matches; told at 2026-03-10 13:26 CET")
    assert made == Gather("added.source.alpha@2026-03-10T12:26Z", due, reason)


def test_high_priority_passes_everything_else() -> None:
    made = sending(
        NIGHT,
        alert={"priority": Priority.HIGH, "digest": "daily", "max_per_hour": 1},
        told_this_hour=5,
        age_s=9e9,
        waiting=("digest@x", NOW),
        gap=Gap(NOW - timedelta(hours=5), NOW, ours=True),
    )
    assert made == SendNow(Reason("high", "priority high is told singly and at once"))


def test_an_update_does_not_overtake_its_first_alert() -> None:
    due = NOW + timedelta(hours=2)
    made = sending(waiting=("digest@later", due), alert={"digest": "hourly"})
    assert made == Gather("digest@later", due, Reason("thread-waits", "the story's first alert waits too"))


@pytest.mark.parametrize(
    ("digest", "due"),
    [("hourly", (10, 13, 0)), ("daily", (11, 7, 0)), ("30 18 * * *", (10, 17, 30))],
)
def test_a_digest_leaves_by_the_clock_of_the_user(digest: str, due: tuple[int, int, int]) -> None:
    day, hour, minute = due
    made = sending(alert={"digest": digest})
    assert isinstance(made, Gather)
    assert made.due_at == datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    assert made.window == f"digest@2026-03-{day}T{hour:02}:{minute:02}Z"
    assert made.reason.code == "digest"
    assert made.reason.text.startswith(f"digest {digest}; told at ")


def test_the_daily_digest_has_its_own_hour() -> None:
    made = sending(settings=replace(SETTINGS, daily_at="06:15"), alert={"digest": "daily"})
    assert isinstance(made, Gather)
    assert made.due_at == datetime(2026, 3, 11, 5, 15, tzinfo=UTC)


def test_a_window_closes_at_a_whole_minute() -> None:
    gap = Gap(NOW, NOW.replace(second=0, microsecond=7), ours=True)
    made = sending(gap=gap, settings=replace(SETTINGS, catch_up_s=600.0))
    assert isinstance(made, Gather)
    assert made.due_at == datetime(2026, 3, 10, 12, 31, tzinfo=UTC)


def test_quiet_hours_hold_until_they_end() -> None:
    end = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
    reason = Reason("quiet-hours", "quiet hours; told at 2026-03-10 15:00 CET")
    assert sending(NIGHT) == Gather("quiet@2026-03-10T14:00Z", end, reason)


def test_quiet_hours_go_by_the_clock_of_the_channel() -> None:
    assert isinstance(sending(replace(NIGHT, timezone="Asia/Tokyo")), SendNow)


def test_a_digest_that_falls_into_quiet_hours_leaves_after_them() -> None:
    made = sending(replace(DESK, quiet_hours=("13:30-15:00",)), alert={"digest": "hourly"})
    assert isinstance(made, Gather)
    assert made.due_at == datetime(2026, 3, 10, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("limit", "told", "held"), [(3, 3, True), (3, 2, False), (0, 99, False)])
def test_a_cap_holds_to_the_full_hour(limit: int, told: int, held: bool) -> None:
    made = sending(alert={"max_per_hour": limit}, told_this_hour=told)
    if held:
        due = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
        reason = Reason("cap", "more than 3 an hour; told at 2026-03-10 14:00 CET")
        assert made == Gather("cap.ports@2026-03-10T13:00Z", due, reason)
    else:
        assert made == SendNow(Reason("now", "nothing holds it"))


@pytest.mark.parametrize(
    ("of_rule", "of_all", "age_s", "code"),
    [
        (None, None, 9e9, "now"),
        (None, 3600.0, 3600.0, "now"),
        (None, 3600.0, 3601.0, "older"),
        (7200.0, 3600.0, 3601.0, "now"),
        (0.0, 3600.0, 9e9, "now"),
        (1800.0, None, 1801.0, "older"),
    ],
)
def test_what_is_too_old_is_listed_once_a_day(
    of_rule: float | None, of_all: float | None, age_s: float, code: str
) -> None:
    made = sending(settings=replace(SETTINGS, max_age_s=of_all), alert={"max_age_s": of_rule}, age_s=age_s)
    assert made.reason.code == code
    if isinstance(made, Gather):
        assert made.due_at == datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
        hours = (of_rule or of_all or 0) / 3600
        assert made.reason.text == f"older than {hours:g} h; told at 2026-03-11 08:00 CET"
        assert made.window == "older@2026-03-11T07:00Z"


def test_after_an_outage_of_ours_a_rule_catches_up_in_one_message() -> None:
    gap = Gap(NOW - timedelta(hours=5), NOW, ours=True)
    made = sending(gap=gap)
    assert isinstance(made, Gather)
    assert (made.window, made.reason.code) == ("catch-up.ports@2026-03-10T12:26Z", "catch-up")
    assert made.reason.text == "after an outage, one message per rule; told at 2026-03-10 13:26 CET"
    long_over = sending(gap=replace(gap, until=NOW - timedelta(hours=1)))
    assert isinstance(long_over, Gather)
    assert long_over.due_at == datetime(2026, 3, 10, 12, 21, tzinfo=UTC)
    assert isinstance(sending(gap=replace(gap, ours=False)), SendNow)


def test_the_zone_of_a_channel_is_its_own_or_the_users() -> None:
    assert zone_of(DESK, SETTINGS) == BERLIN
    assert zone_of(replace(DESK, timezone="Asia/Tokyo"), SETTINGS) == ZoneInfo("Asia/Tokyo")


def test_an_alert_always_has_a_reader() -> None:
    channels = {"desk": DESK, "ops": replace(DESK, id="ops")}
    assert usable(("gone", "desk"), channels, SETTINGS) == ("desk",)
    assert usable(("gone",), channels, replace(SETTINGS, ops=("lost", "ops"))) == ("ops",)
    assert usable((), channels, replace(SETTINGS, default_to=("desk", "ops"))) == ("desk",)
    assert usable((), channels, SETTINGS) == ()
