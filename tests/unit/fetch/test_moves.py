from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.moves import address_of, consider_move, drop_failed_address
from monitor.model.fetched import Fetched, Hop
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceKind, SourceSpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPEC = SourceSpec("s", "S", SourceKind.FEED, "http://old.example/feed", every_s=600)
NEW = "http://new.example/feed"
WATCHED = PollMemory(moved_to=NEW, moved_since=NOW - timedelta(days=2), moved_sightings=2)


def answered(final: str = NEW, *codes: int, asked: str = SPEC.url) -> Fetched:
    hops = tuple(Hop(code, asked) for code in codes or (301,))
    return Fetched(asked, final, 200, (), b"<rss/>", hops, NOW, 0.1)


def test_an_adopted_address_holds_while_the_configured_one_stays() -> None:
    moved = PollMemory(adopted_url=NEW, adopted_from=SPEC.url)
    assert address_of(SPEC, moved) == NEW
    assert address_of(SPEC, replace(moved, adopted_from="http://older.example/feed")) == SPEC.url
    assert address_of(SPEC, PollMemory()) == SPEC.url


def test_the_third_sighting_after_two_days_is_adopted() -> None:
    memory, events = consider_move(SPEC, WATCHED, answered(), NOW)
    assert memory == PollMemory(adopted_url=NEW, adopted_from=SPEC.url)
    (said,) = events
    assert said == Reason(
        "moved",
        f"the source has moved for good to {NEW}; it is asked there from now on, change the configuration",
    )


@pytest.mark.parametrize(
    "too_soon",
    [
        replace(WATCHED, moved_sightings=1),
        replace(WATCHED, moved_since=NOW - timedelta(days=2) + timedelta(seconds=1)),
    ],
)
def test_both_the_sightings_and_the_days_count(too_soon: PollMemory) -> None:
    memory, events = consider_move(SPEC, too_soon, answered(), NOW)
    assert events == ()
    assert memory == replace(too_soon, moved_sightings=too_soon.moved_sightings + 1)


def test_the_first_sighting_starts_the_clock() -> None:
    known = PollMemory(moved_to=NEW, moved_since=NOW, moved_sightings=1)
    assert consider_move(SPEC, PollMemory(), answered(), NOW) == (known, ())


def test_another_target_starts_it_anew() -> None:
    other = "http://third.example/feed"
    known = PollMemory(moved_to=other, moved_since=NOW, moved_sightings=1)
    assert consider_move(SPEC, WATCHED, answered(other), NOW) == (known, ())


@pytest.mark.parametrize(
    "answer",
    [
        answered(NEW, 302),
        answered(NEW, 301, 302),
        replace(answered(), hops=()),
        answered(SPEC.url, 301),  # round in a circle
    ],
)
def test_what_is_no_permanent_redirect_ends_the_watch(answer: Fetched) -> None:
    assert consider_move(SPEC, WATCHED, answer, NOW) == (PollMemory(), ())
    assert consider_move(SPEC, PollMemory(), answer, NOW) == (PollMemory(), ())


def test_a_redirect_of_an_address_that_is_not_asked_any_more_says_nothing() -> None:
    stray = answered(asked="http://former.example/feed")
    assert consider_move(SPEC, WATCHED, stray, NOW) == (PollMemory(), ())


@pytest.mark.parametrize(
    ("asked", "target", "at_once"),
    [
        ("http://h.example/feed", "https://h.example/feed.xml", True),
        ("http://h.example/feed", "https://www.h.example/feed", False),
        ("https://h.example/feed", "http://h.example/feed", False),
        ("http://h.example/feed", "http://h.example/feed.xml", False),
    ],
)
def test_only_the_same_host_with_https_is_believed_at_once(asked: str, target: str, *, at_once: bool) -> None:
    spec = replace(SPEC, url=asked)
    memory, _ = consider_move(spec, PollMemory(), answered(target, 308, asked=asked), NOW)
    assert memory.adopted_url == (target if at_once else None)


def test_an_adopted_address_is_dropped_at_the_third_failure() -> None:
    moved = PollMemory(adopted_url=NEW, adopted_from=SPEC.url, errors_in_a_row=2)
    assert drop_failed_address(moved) == (moved, ())
    memory, events = drop_failed_address(replace(moved, errors_in_a_row=3))
    assert memory == PollMemory(errors_in_a_row=3)
    text = f"{NEW} does not answer as it should; the configured address is asked again"
    assert events == (Reason("move-dropped", text),)
    never = PollMemory(errors_in_a_row=9)
    assert drop_failed_address(never) == (never, ())
