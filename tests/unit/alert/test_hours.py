from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from monitor.alert.hours import (
    at_local,
    in_span,
    next_digest,
    next_full_hour,
    next_local,
    parse_span,
    quiet_until,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-10 21:59", None),
        ("2026-03-10 22:00", "2026-03-11 06:30"),
        ("2026-03-11 06:29", "2026-03-11 06:30"),
        ("2026-03-11 06:30", None),
        ("2026-03-28 23:00", "2026-03-29 06:30"),  # an hour shorter: the clock jumps at two
        ("2026-10-24 23:00", "2026-10-25 06:30"),  # an hour longer
    ],
)
def test_quiet_hours_over_midnight_and_clock_changes(now: str, until: str | None) -> None:
    end = quiet_until(("22:00-06:30",), berlin(now), BERLIN)
    assert end == (berlin(until) if until else None)


def test_spans_that_touch_are_one() -> None:
    spans = ("20:00-22:00", "22:00-06:00")
    assert quiet_until(spans, berlin("2026-03-10 21:00"), BERLIN) == berlin("2026-03-11 06:00")


@pytest.mark.parametrize("span", ["22-6", "22:00", "22:00-22:00", "00:00-24:00", "24:00-06:00", "25:00-06:00", ""])
def test_what_is_no_span_says_so(span: str) -> None:
    with pytest.raises(ValueError, match=r"span of hours|must differ"):
        parse_span(span)


def test_a_span_by_day() -> None:
    assert in_span("08:00-17:00", berlin("2026-03-10 08:00"), BERLIN)
    assert not in_span("08:00-17:00", berlin("2026-03-10 17:00"), BERLIN)


def test_a_span_may_end_with_the_day() -> None:
    assert quiet_until(("20:00-24:00",), berlin("2026-03-10 23:59"), BERLIN) == berlin("2026-03-11 00:00")
    assert quiet_until(("20:00-24:00",), berlin("2026-03-11 00:00"), BERLIN) is None


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        ("hourly", "2026-03-10 10:00", "2026-03-10 11:00"),
        ("daily", "2026-03-10 07:59", "2026-03-10 08:00"),
        ("daily", "2026-03-10 08:00", "2026-03-11 08:00"),
        ("daily", "2026-03-28 12:00", "2026-03-29 08:00"),
        ("0 7,13,19 * * *", "2026-03-10 13:00", "2026-03-10 19:00"),
        ("0 9 * * 1", "2026-03-10 13:00", "2026-03-16 09:00"),  # cron's Monday is 1
        ("30 2 * * *", "2026-03-29 01:00", "2026-03-29 03:00"),  # 02:30 is jumped over
    ],
)
def test_digests_leave_by_the_users_clock(digest: str, now: str, due: str) -> None:
    assert next_digest(digest, berlin(now), BERLIN) == berlin(due)


@pytest.mark.parametrize("digest", ["weekly", "61 * * * *", "", "0 0 31 2 *"])
def test_what_is_no_digest_says_so(digest: str) -> None:
    with pytest.raises(ValueError, match="hourly, daily or a cron expression"):
        next_digest(digest, berlin("2026-03-10 13:00"), BERLIN)


def test_a_weekday() -> None:
    assert next_local("08:00", berlin("2026-03-10 09:00"), BERLIN, weekday=0) == berlin("2026-03-16 08:00")


TOKYO = ZoneInfo("Asia/Tokyo")
"""Where it is tomorrow already."""


def test_the_local_date_counts_not_the_one_in_utc() -> None:
    evening = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)  # Monday 01:00 in Tokyo, still Sunday in UTC
    assert next_local("08:00", evening, TOKYO) == datetime(2026, 3, 8, 23, 0, tzinfo=UTC)
    assert next_local("08:00", evening, TOKYO, weekday=0) == datetime(2026, 3, 8, 23, 0, tzinfo=UTC)
    assert next_local("00:30", evening, TOKYO, weekday=0) == datetime(2026, 3, 15, 15, 30, tzinfo=UTC)
    assert quiet_until(("00:00-06:00",), evening, TOKYO) == datetime(2026, 3, 8, 21, 0, tzinfo=UTC)
    assert quiet_until(("22:00-00:30",), datetime(2026, 3, 8, 14, 0, tzinfo=UTC), TOKYO) == datetime(
        2026, 3, 8, 15, 30, tzinfo=UTC
    )


def test_instants_come_in_utc() -> None:
    assert at_local(berlin("2026-03-10 12:00"), time(7), BERLIN).tzinfo is UTC
    assert next_digest("0 9 * * *", berlin("2026-03-10 12:00"), BERLIN).tzinfo is UTC


def test_the_full_hour_is_full() -> None:
    now = datetime(2026, 3, 10, 9, 59, 59, 999, tzinfo=UTC)
    assert next_full_hour(now) == datetime(2026, 3, 10, 10, tzinfo=UTC)


HONOLULU = ZoneInfo("Pacific/Honolulu")
"""Where it is still yesterday."""


def test_a_local_evening_that_is_tomorrow_in_utc() -> None:
    evening = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)  # Monday 21:00 in Honolulu, Tuesday in UTC
    assert next_local("22:00", evening, HONOLULU) == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert next_local("22:00", evening, HONOLULU, weekday=0) == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert quiet_until(("20:00-06:00",), evening, HONOLULU) == datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-10-25 00:40", "2026-10-25 00:45"),  # 02:40 in Berlin, for the first time
        ("2026-10-25 01:40", "2026-10-25 01:45"),  # and for the second
        ("2026-10-25 02:30", None),
    ],
)
def test_quiet_hours_that_end_in_the_hour_that_comes_twice(now: str, until: str | None) -> None:
    end = quiet_until(("22:00-02:45",), datetime.fromisoformat(now).replace(tzinfo=UTC), BERLIN)
    assert end == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


def test_spans_around_the_clock_are_quiet_for_one_round() -> None:
    spans = ("00:00-12:00", "12:00-00:00")
    assert quiet_until(spans, berlin("2026-03-10 21:00"), BERLIN) == berlin("2026-03-11 12:00")
