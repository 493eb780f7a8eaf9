from __future__ import annotations

from monitor.alert.settings import AlertSettings


def test_the_first_default_channel_hears_about_the_monitor_when_nobody_is_named() -> None:
    assert AlertSettings(ops=("ops",), default_to=("desk",)).ops_channels == ("ops",)
    assert AlertSettings(default_to=("desk", "chat")).ops_channels == ("desk",)
    assert AlertSettings().ops_channels == ()


def test_the_canary_flies_to_who_is_named_for_it_or_hears_about_the_monitor() -> None:
    assert AlertSettings(canary_to=("nest",), ops=("ops",)).canary_channels == ("nest",)
    assert AlertSettings(ops=("ops",)).canary_channels == ("ops",)
