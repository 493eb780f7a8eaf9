from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.parse.shown import parse_shown_date

NOW = datetime(2026, 3, 10, 12, 30, 15, 99, tzinfo=UTC)
READ = NOW.replace(microsecond=0)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2 hours ago", timedelta(hours=2)),
        ("an hour ago", timedelta(hours=1)),
        ("Published 2h ago", timedelta(hours=2)),
        ("2 hours 5 minutes ago", timedelta(hours=2, minutes=5)),
        ("1 week ago", timedelta(weeks=1)),
        ("vor 2 Std. 15 Min.", timedelta(hours=2, minutes=15)),
        ("Vor einer Stunde", timedelta(hours=1)),
        ("il y a 3 jours", timedelta(days=3)),
        ("hace una hora", timedelta(hours=1)),
        ("há 3 dias", timedelta(days=3)),
        ("un'ora fa", timedelta(hours=1)),
        ("een uur geleden", timedelta(hours=1)),
        ("för 3 timmar sedan", timedelta(hours=3)),
        ("for 3 timer siden", timedelta(hours=3)),
        ("3 tuntia sitten", timedelta(hours=3)),
        ("GODZINĘ TEMU", timedelta(hours=1)),
        ("před 3 dny", timedelta(days=3)),
        ("3 saat önce", timedelta(hours=3)),
        ("5 минут назад", timedelta(minutes=5)),
        ("3 дні тому", timedelta(days=3)),
        ("5分钟前", timedelta(minutes=5)),
        ("3 小时之前", timedelta(hours=3)),
        ("2日前", timedelta(days=2)),
        ("3시간 전", timedelta(hours=3)),
        ("30 seconds ago", timedelta(seconds=30)),
        ("2 ч. 21 мин. назад", timedelta(hours=2, minutes=21)),
        ("1 godz. 2 minuty temu", timedelta(hours=1, minutes=2)),
        ("2 horas atrás", timedelta(hours=2)),
        ("преди 2 часа", timedelta(hours=2)),
        ("prije 3 tjedna", timedelta(weeks=3)),
        ("pred 3 dňami", timedelta(days=3)),
        ("πριν από 5 ώρες", timedelta(hours=5)),
        ("acum 2 zile", timedelta(days=2)),
        ("2 giờ trước", timedelta(hours=2)),
        ("5 menit yang lalu", timedelta(minutes=5)),
        ("منذ 3 أيام", timedelta(days=3)),
        ("5 comments, 2 hours ago", timedelta(hours=2)),
    ],
)
def test_some_time_ago_is_counted_back(text: str, ago: timedelta) -> None:
    assert parse_shown_date(text, now=NOW) == READ - ago


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("Yesterday", 9, (0, 0)),
        ("yesterday, 2:05 pm", 9, (14, 5)),
        ("gestern, 14:05 Uhr", 9, (14, 5)),
        ("heute 10:30 Uhr", 10, (10, 30)),
        ("hier à 14h05", 9, (14, 5)),
        ("aujourd’hui à 08:05", 10, (8, 5)),
        ("i går 14:05", 9, (14, 5)),
        ("вчера, 14:05", 9, (14, 5)),
        ("昨天 14:05", 9, (14, 5)),
        ("the day before yesterday", 8, (0, 0)),
        ("Avant-hier à 14h05", 8, (14, 5)),
        ("vorgestern, 14:05 Uhr", 8, (14, 5)),
        ("L’altro ieri", 8, (0, 0)),
        ("i förrgår 14:05", 8, (14, 5)),
        ("позавчера, 14:05", 8, (14, 5)),
        ("前天 14:05", 8, (14, 5)),
    ],
)
def test_today_and_yesterday_are_days_of_the_calendar(text: str, day: int, clock: tuple[int, int]) -> None:
    assert parse_shown_date(text, now=NOW) == datetime(2026, 3, day, *clock, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 March 2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("  1. März\n2026 ", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_date(text: str, found: datetime) -> None:
    assert parse_shown_date(text, now=NOW) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a few hours ago",
        "il y a quelques heures",
        "2 months ago",
        "twenty one days ago",
        "двадцать один день назад",
        "2 xyz 21 minutes ago",
        "0 hours ago",
        "5000 hours ago",
        "long ago",
        "5 min read",
        "hierarchy",
        "heutzutage",
        "x" * 500,
        "2 hours ago " + "x" * 120,
    ],
)
def test_what_is_unclear_is_no_date(text: str) -> None:
    assert parse_shown_date(text, now=NOW) is None


def test_nothing_is_later_than_now() -> None:
    assert parse_shown_date("today, 23:59", now=NOW) == NOW
