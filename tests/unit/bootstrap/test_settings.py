"""From the configuration to what each stage takes: nothing that a user can write is without effect."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.bootstrap.settings import alert_settings, loop_settings, retention_settings
from monitor.config.schema import ConfigModel
from monitor.model.source import SourceKind, SourceSpec


def model(**sections: object) -> ConfigModel:
    return ConfigModel.model_validate(sections)


def test_the_windows_of_stories_and_copies() -> None:
    made = loop_settings(model(stories={"window": "24h", "copies": "14d"})).placing
    assert (made.stories.quiet, made.copy_window) == (timedelta(hours=24), timedelta(days=14))


@pytest.mark.parametrize(
    ("stories", "days"), [({}, 8), ({"copies": "36h"}, 4), ({"copies": "14d"}, 15), ({"window": "20d"}, 21)]
)
def test_what_is_compared_is_kept_for_as_long(stories: dict[str, str], days: int) -> None:
    assert retention_settings(model(stories=stories)).fingerprint_days == days


def test_what_sources_say_about_alerts() -> None:
    def source(name: str, **values: object) -> SourceSpec:
        return SourceSpec(name, name, SourceKind.FEED, "http://a.example/", **values)  # type: ignore[arg-type]  # fields by name

    sources = (source("a", critical=True), source("b", max_age_s=60.0), source("c", max_age_s=0.0))
    made = alert_settings(model(), sources)
    assert (made.critical_sources, made.oldest_s) == (("a",), {"b": 60.0})


@pytest.mark.parametrize(
    ("alerts", "to", "every_s"),
    [
        ({"heartbeat_to": "ops"}, ("ops",), 3600.0),
        ({"heartbeat_to": "ops", "heartbeat": "5m"}, ("ops",), 300.0),
        ({"heartbeat_to": "ops", "heartbeat": 0}, (), 0.0),
        ({}, (), 3600.0),
    ],
)
def test_a_heartbeat_needs_a_channel_and_is_off_at_0(
    alerts: dict[str, object], to: tuple[str, ...], every_s: float
) -> None:
    made = alert_settings(model(alerts=alerts))
    assert (made.heartbeat_to, made.heartbeat_every_s) == (to, every_s)
