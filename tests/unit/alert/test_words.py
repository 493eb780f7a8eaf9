from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.alert.words import clock_time, counted, say, zone_name

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "key", "values", "said"),
    [
        ("en", "only_here", (1,), "Only here so far (1 source watched)"),
        ("en", "only_here", (2,), "Only here so far (2 sources watched)"),
        ("de", "only_here", (1,), "Bisher nur hier (1 Quelle beobachtet)"),
        ("en", "count", (1, 1, 2), "1 article, 1 story, 2 rules"),
        ("de", "count", (2, 1, 1), "2 Artikel, 1 Thema, 1 Regel"),
        ("en", "held_copy", (1, None), "1 copy"),
        ("de", "cut", (1,), "1 weiterer Artikel: siehe Alarm"),
        ("en", "health", (0, 1, 1, 0), "0 of 1 source fine, 1 alert, 0 undeliverable"),
        ("fr", "alive", (), "News-Monitor is alive"),
    ],
)
def test_numbers_bring_the_right_word(language: str, key: str, values: tuple[object, ...], said: str) -> None:
    assert say(language, key, *values) == said


def test_counted_things_outside_of_messages() -> None:
    assert [counted(number, "rule") for number in (0, 1, 2)] == ["0 rules", "1 rule", "2 rules"]


def test_times_have_their_date_when_it_is_not_today() -> None:
    assert clock_time(NOW, NOW, BERLIN) == "10:00"
    assert clock_time(datetime(2026, 3, 9, 23, 30, 5, tzinfo=UTC), NOW, BERLIN, seconds=True) == "00:30:05"
    assert clock_time(datetime(2026, 3, 8, 9, 0, tzinfo=UTC), NOW, BERLIN) == "2026-03-08 10:00"
    assert (zone_name(NOW, BERLIN, "de"), zone_name(NOW, BERLIN, "en")) == ("MEZ", "CET")
