from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from monitor.config import fields
from monitor.config.build import slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("7d", 604800), ("1h30m", 5400), ("0", 0), ("1.5h", 5400)],
)
def test_durations_are_seconds(text: str, expected: float) -> None:
    assert fields.seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "10 minutes", "m", "-5m", "5m!"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(PydanticCustomError, match="is no duration"):
        fields.seconds(text)


@given(st.floats(0, 1e9))
def test_seconds_of_a_stored_rule_are_taken_as_they_are(value: float) -> None:
    assert fields.seconds(value) == value


def test_sizes() -> None:
    assert [fields.byte_count(t) for t in ("500kB", "15MB", "1GB", "42")] == [500_000, 15_000_000, 10**9, 42]
    with pytest.raises(PydanticCustomError, match="is no size"):
        fields.byte_count("15 megs")


@pytest.mark.parametrize(
    ("text", "expected"), [("no", "none"), ("none", "none"), ("starttls", "starttls"), ("ssl", "ssl")]
)
def test_words_for_tls(text: str, expected: str) -> None:
    assert fields.tls_word(text) == expected


def test_cron_and_hours() -> None:
    assert fields.digest("0 7,13,19 * * *") == "0 7,13,19 * * *"
    assert fields.digest("hourly") == "hourly"
    assert fields.hours("22:00-06:30") == "22:00-06:30"
    with pytest.raises(PydanticCustomError):
        fields.hours("25:00-06:30")


def test_ids_are_made_from_names() -> None:
    assert slug("Tagesschau – Übersicht") == "tagesschau-uebersicht"
    assert slug("Северный вестник") == "severny-vestnik" or slug("Северный вестник").isascii()
    assert slug("京都") == ""


@given(st.text())
def test_an_id_is_always_plain(name: str) -> None:
    assert all(c.isascii() and (c.isalnum() or c == "-") for c in slug(name))


@pytest.mark.parametrize("text", ["1 2 3", "61 * * * *", "weekly"])
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(PydanticCustomError, match="neither hourly nor daily nor a cron expression"):
        fields.digest(text)


def test_zones_have_the_names_of_the_iana_database() -> None:
    assert fields.time_zone("Europe/Berlin") == "Europe/Berlin"
    for wrong in ("Berlin", "../etc/passwd", ""):
        with pytest.raises(PydanticCustomError, match="unknown time zone"):
            fields.time_zone(wrong)


def test_yes_and_no_are_understood_as_words_for_tls_and_others_are_not() -> None:
    assert (fields.tls_word("Yes"), fields.tls_word(False)) == ("starttls", "none")
    with pytest.raises(PydanticCustomError, match="starttls, ssl or none"):
        fields.tls_word("maybe")


def test_an_address_begins_with_http_and_names_a_host() -> None:
    assert fields.web_address(" https://a.example/x ") == "https://a.example/x"
    for wrong in ("a.example/rss", "ftp://a.example", "http://"):
        with pytest.raises(PydanticCustomError, match="is no web address"):
            fields.web_address(wrong)


def test_a_selector_is_tried_before_it_is_used() -> None:
    assert fields.selector("main > h1") == "main > h1"
    with pytest.raises(PydanticCustomError):
        fields.selector("main >> ((")
