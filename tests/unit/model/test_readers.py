"""Addresses for readers of feeds."""

from __future__ import annotations

import pytest

from monitor.model.readers import for_web


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("feed://harbour.example/rss", "http://harbour.example/rss"),
        ("feed:https://harbour.example/rss", "https://harbour.example/rss"),
        ("FEEDS://harbour.example/rss", "https://harbour.example/rss"),
        ("itpc://harbour.example/pod", "http://harbour.example/pod"),
        ("https://harbour.example/feed:rss", None),
        ("/feed/", None),
        ("feed:", None),
    ],
)
def test_schemes_for_readers_are_understood(address: str, web: str | None) -> None:
    assert for_web(address) == web
