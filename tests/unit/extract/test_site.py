from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.extract.site import Candidate, choose_candidate

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def test_a_declared_feed_goes_first() -> None:
    feed, listing = Candidate("feed", "f", entries=3), Candidate("listing", "l", entries=40)
    choice = choose_candidate([listing, feed])
    assert choice.chosen is feed
    assert choice.reason.code == "chose-feed"
    assert choice.others[0][1].code == "later-in-order"


def test_the_whole_sites_feed_goes_before_a_sections() -> None:
    section, whole = Candidate("feed", "s", entries=50, whole_site=False), Candidate("feed", "w", entries=10)
    assert choose_candidate([section, whole]).chosen is whole


def test_an_empty_or_abandoned_feed_is_passed_over() -> None:
    old = Candidate("feed", "o", entries=10, newest=NOW - timedelta(days=400))
    fresh = Candidate("sitemap", "m", entries=90, newest=NOW)
    choice = choose_candidate([Candidate("feed", "e"), old, fresh], now=NOW)
    assert choice.chosen is fresh
    assert {reason.code for _, reason in choice.others} == {"too-few-entries", "stale"}


def test_a_site_that_offers_nothing() -> None:
    choice = choose_candidate([Candidate("listing", "l", entries=2)])
    assert choice.chosen is None
    assert choice.reason.code == "nothing-to-poll"


def test_of_two_of_a_kind_the_fuller_goes_first_and_the_other_says_why_it_did_not() -> None:
    few, many = Candidate("feed", "f", entries=3), Candidate("feed", "m", entries=40)
    choice = choose_candidate([few, many])
    assert choice.chosen is many
    assert [(one, reason.code) for one, reason in choice.others] == [(few, "fewer-entries")]


def test_a_section_says_that_it_covers_a_part() -> None:
    section, whole = Candidate("feed", "s", entries=50, whole_site=False), Candidate("feed", "w", entries=10)
    assert [reason.code for _, reason in choose_candidate([section, whole]).others] == ["section-only"]
