"""Keys are what a receiver drops doubles by: their form never changes."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.alert.keys import article_key, ops_key, update_key, window_key, window_name


def test_the_forms_of_keys() -> None:
    assert article_key("ports", 7) == "ports:7"
    assert update_key("ports:7", 2) == "ports:7:u2"
    window = window_name("hourly", datetime(2026, 3, 29, 6, 0, 59, tzinfo=UTC))
    assert window == "hourly@2026-03-29T06:00Z"
    assert window_key("desk", window) == "desk:hourly@2026-03-29T06:00Z"
    assert ops_key("source", "alpha", "3") == "source:alpha:3"
