"""The figures of the rhythm, exactly at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.rhythm import (
    after_skips,
    hinted_s,
    jitter_s,
    learn_rhythm,
    lost_contact,
    next_interval_s,
    silence,
    stable_share,
)
from monitor.model.entry import FeedHints
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.source import PollMemory

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
DAY_S = 86_400.0
READ = PollMemory(baseline_at=NOW, last_new_at=NOW, interval_s=300.0)


def parsed(items: int, known: int, relinked: int = 0) -> PollOutcome:
    return PollOutcome(Learnt.PARSED, items=items, known=known, relinked=relinked, new=items - known - relinked)


def test_shares_spread_sources_and_purposes_and_stay_the_same_for_ever() -> None:
    assert stable_share("bbc", "jitter") == pytest.approx(0.847_938_670_606)
    assert stable_share("bbc", "unconditional") != stable_share("bbc", "jitter") != stable_share("cnn", "jitter")


def test_jitter_is_a_twentieth_of_the_interval_and_at_most_five_minutes() -> None:
    share = stable_share("s", "jitter")
    assert jitter_s("s", 600.0) == pytest.approx(0.001 + share * 30)
    assert jitter_s("s", 6_000.0) == pytest.approx(0.001 + share * 300)
    assert jitter_s("s", DAY_S) == pytest.approx(0.001 + share * 300)


@pytest.mark.parametrize(
    ("memory", "outcome", "lost"),
    [
        (READ, parsed(5, 0), True),
        (READ, parsed(1, 0), True),
        (READ, parsed(5, 1), False),
        (READ, parsed(5, 0, relinked=1), False),
        (READ, parsed(5, 1, relinked=1), False),
        (READ, parsed(0, 0), False),
        (READ, PollOutcome(Learnt.UNCHANGED, items=5), False),
        (PollMemory(), parsed(5, 0), False),
    ],
)
def test_contact_is_lost_when_nothing_was_known_of_a_document(
    memory: PollMemory, outcome: PollOutcome, *, lost: bool
) -> None:
    assert lost_contact(memory, outcome) is lost


@pytest.mark.parametrize(
    ("outcome", "interval"),
    [
        (PollOutcome(Learnt.UNCHANGED), 450),
        (PollOutcome(Learnt.UNCHANGED, items=3), 450),
        (PollOutcome(Learnt.FAILED, items=3), 300),
        (parsed(3, 1), 300),  # a third
        (parsed(3, 2), 300),  # two thirds
        (parsed(100, 67), 450),
        (parsed(100, 33), 225),
        (parsed(3, 0, relinked=3), 450),
        (parsed(6, 1, relinked=1), 300),
        (parsed(1, 1), 450),
        (parsed(1, 0), 150),
    ],
)
def test_a_third_and_two_thirds_are_the_bounds(outcome: PollOutcome, interval: float) -> None:
    assert next_interval_s(READ, outcome, min_every_s=60, every_s=600) == interval


def test_the_first_document_is_no_reason_to_hurry() -> None:
    first = PollMemory(interval_s=300.0)
    assert next_interval_s(first, parsed(5, 0), min_every_s=60, every_s=600) == 300
    assert next_interval_s(first, parsed(5, 1), min_every_s=60, every_s=600) == 300
    assert next_interval_s(first, parsed(5, 5), min_every_s=60, every_s=600) == 450


def test_a_feeds_own_wish_is_the_longer_of_its_two() -> None:
    assert hinted_s(FeedHints()) == 0
    assert hinted_s(FeedHints(ttl_s=60.0)) == 60
    assert hinted_s(FeedHints(update_every_s=90.0)) == 90
    assert hinted_s(FeedHints(ttl_s=60.0, update_every_s=90.0)) == 90


def test_skipping_goes_from_hour_to_full_hour() -> None:
    late = NOW + timedelta(days=3)
    odd = NOW + timedelta(seconds=7, microseconds=3)
    skips = FeedHints(skip_hours=frozenset({12, 13}))
    assert after_skips(odd, skips, latest=late) == NOW.replace(hour=14, minute=0)
    assert after_skips(odd, skips, latest=NOW.replace(hour=13, minute=5)) == NOW.replace(hour=13, minute=5)
    assert after_skips(odd, FeedHints(skip_hours=frozenset({12})), latest=late) == NOW.replace(hour=13, minute=0)
    assert after_skips(odd, FeedHints(), latest=late) == odd
    assert after_skips(late, skips, latest=NOW) == late


def test_hints_that_leave_nothing_are_ignored_and_such_that_leave_one_are_not() -> None:
    late = NOW + timedelta(days=9)
    assert after_skips(NOW, FeedHints(skip_hours=frozenset(range(24))), latest=late) == NOW
    assert after_skips(NOW, FeedHints(skip_days=frozenset(range(7))), latest=late) == NOW
    one_hour = FeedHints(skip_hours=frozenset(range(1, 24)))
    assert after_skips(NOW, one_hour, latest=late) == datetime(2026, 1, 6, tzinfo=UTC)
    one_day = FeedHints(skip_days=frozenset(range(6)))
    assert after_skips(NOW, one_day, latest=late) == datetime(2026, 1, 11, tzinfo=UTC)


def test_what_was_not_read_teaches_nothing() -> None:
    assert learn_rhythm(READ, PollOutcome(Learnt.UNCHANGED, new=1), NOW + timedelta(hours=1)) == READ


def dated(*hours: float) -> PollOutcome:
    return replace(parsed(5, 0), published=tuple(NOW - timedelta(hours=each) for each in hours))


def test_three_gaps_tell_a_rhythm_and_two_do_not() -> None:
    four = learn_rhythm(PollMemory(), dated(0, 9, 1, 3), NOW)
    assert (four.rhythm_s, four.longest_gap_s) == (2 * 3600, 6 * 3600)
    assert (four.baseline_at, four.last_new_at) == (NOW, NOW)
    six = learn_rhythm(PollMemory(), dated(0, 1, 3, 6, 10, 15), NOW)
    assert six.rhythm_s == 3 * 3600
    three = learn_rhythm(PollMemory(), dated(0, 1, 3), NOW)
    assert (three.rhythm_s, three.longest_gap_s) == (None, None)


def test_the_last_fifty_dates_count() -> None:
    steady = list(range(50))
    assert learn_rhythm(PollMemory(), dated(*steady, 500), NOW).longest_gap_s == 3600
    assert learn_rhythm(PollMemory(), dated(*steady[:49], 500), NOW).longest_gap_s == 452 * 3600


def test_a_longer_gap_replaces_the_longest_and_a_shorter_one_lets_it_fade() -> None:
    memory = replace(READ, rhythm_s=1000.0, longest_gap_s=10_000.0)
    longer = learn_rhythm(memory, parsed(5, 1), NOW + timedelta(seconds=20_000))
    assert longer.rhythm_s == pytest.approx(0.8 * 1000 + 0.2 * 5000)
    assert longer.longest_gap_s == 20_000
    assert longer.last_new_at == NOW + timedelta(seconds=20_000)
    assert longer.baseline_at == NOW
    shorter = learn_rhythm(memory, parsed(5, 4), NOW + timedelta(seconds=100))
    assert shorter.rhythm_s == pytest.approx(0.8 * 1000 + 0.2 * 100)
    assert shorter.longest_gap_s == 9_800


def test_silence_has_its_own_limit_by_rhythm_by_longest_gap_and_by_days() -> None:
    def limit(rhythm_s: float | None, longest_s: float | None, days: float) -> None:
        memory = replace(READ, rhythm_s=rhythm_s, longest_gap_s=longest_s)
        edge = NOW + timedelta(days=days)
        assert silence(memory, edge) is None
        stale = silence(memory, edge + timedelta(seconds=1))
        assert stale is not None
        assert stale.code == "stale"

    limit(None, None, 30)
    limit(DAY_S, None, 30)
    limit(None, DAY_S, 30)
    limit(3600.0, 3600.0, 3)
    limit(DAY_S, 3600.0, 10)
    limit(3600.0, 4 * DAY_S, 8)


def test_a_silence_says_how_long_it_is() -> None:
    stale = silence(READ, NOW + timedelta(days=31))
    assert stale is not None
    assert stale.text == "nothing new for 31 days, which is not normal for it; check whether the feed has moved"
