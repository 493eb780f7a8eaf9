from __future__ import annotations

from collections import Counter

from monitor.bootstrap.catalogue import (
    FEEDS_PER_LANGUAGE,
    choose_feeds,
    known_languages,
    read_catalogue,
    ready_made,
    summary,
)


def test_the_catalogue_is_well_formed() -> None:
    feeds = read_catalogue()
    assert len(feeds) >= 120
    assert {"de", "en", "ru", "fr"} <= set(known_languages())
    assert not [url for url, count in Counter(feed.feed for feed in feeds).items() if count > 1]
    assert not [name for name, count in Counter(feed.name for feed in feeds).items() if count > 1]


def test_feeds_that_fit_come_first() -> None:
    chosen = choose_feeds(read_catalogue(), ("en", "uk"), ("energy",))
    assert sum(feed.language == "en" for feed in chosen) == FEEDS_PER_LANGUAGE
    assert "energy" in chosen[0].topics


def test_every_ready_made_topic_finds_feeds_and_says_what_it_is_for() -> None:
    for topic, path in ready_made().items():
        assert choose_feeds(read_catalogue(), ("de",), (topic,)), topic
        assert summary(path), topic
