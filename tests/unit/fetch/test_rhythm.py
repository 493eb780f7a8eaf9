from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.rhythm import after_skips, learn_rhythm, next_interval_s, silence, stable_share
from monitor.model.entry import FeedHints
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.source import PollMemory

MONDAY = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
READ = PollMemory(baseline_at=MONDAY, last_new_at=MONDAY)


def parsed(items: int, known: int) -> PollOutcome:
    return PollOutcome(Learnt.PARSED, items=items, known=known, new=items - known)


@pytest.mark.parametrize(
    ("outcome", "interval"),
    [(parsed(10, 0), 150), (parsed(10, 2), 225), (parsed(10, 5), 300), (parsed(10, 9), 450), (parsed(0, 0), 300)],
)
def test_the_share_of_known_items_sets_the_pace(outcome: PollOutcome, interval: float) -> None:
    memory = replace(READ, interval_s=300.0)
    assert next_interval_s(memory, outcome, min_every_s=60, every_s=600) == interval


def test_the_pace_stays_within_the_bounds() -> None:
    assert next_interval_s(replace(READ, interval_s=70.0), parsed(5, 0), min_every_s=60, every_s=600) == 60
    assert next_interval_s(replace(READ, interval_s=500.0), parsed(5, 5), min_every_s=60, every_s=600) == 600
    assert next_interval_s(PollMemory(), parsed(5, 0), min_every_s=60, every_s=600) == 600
    assert next_interval_s(READ, parsed(5, 5), min_every_s=60, every_s=10) == 60


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
    st.integers(0, 10 * 86_400),
)
def test_skips_end_in_a_free_hour_or_at_the_latest_instant(
    at: datetime, hours: frozenset[int], days: frozenset[int], slack_s: int
) -> None:
    latest = at + timedelta(seconds=slack_s)
    moved = after_skips(at, FeedHints(skip_hours=hours, skip_days=days), latest=latest)
    assert at <= moved <= latest
    if moved < latest:
        assert moved.hour not in hours or len(hours) == 24
        assert moved.weekday() not in days or len(days) == 7


def test_skip_days_are_whole_days() -> None:
    hints = FeedHints(skip_days=frozenset({0}))
    assert after_skips(MONDAY, hints, latest=MONDAY + timedelta(days=3)) == datetime(2026, 1, 6, tzinfo=UTC)


def test_the_first_document_tells_the_rhythm_by_its_dates() -> None:
    dates = tuple(MONDAY - timedelta(hours=hours) for hours in (0, 1, 2, 3, 30))
    memory = learn_rhythm(PollMemory(), replace(parsed(5, 0), published=dates), MONDAY)
    assert (memory.rhythm_s, memory.longest_gap_s) == (3_600, 27 * 3_600)
    undated = learn_rhythm(PollMemory(), parsed(5, 0), MONDAY)
    assert (undated.rhythm_s, undated.last_new_at) == (None, MONDAY)


def test_later_polls_measure_the_gaps_between_news() -> None:
    memory = learn_rhythm(READ, parsed(5, 4), MONDAY + timedelta(hours=10))
    assert (memory.rhythm_s, memory.longest_gap_s) == (36_000, 36_000)
    memory = learn_rhythm(memory, parsed(5, 3), MONDAY + timedelta(hours=12))
    assert memory.rhythm_s == pytest.approx(0.8 * 36_000 + 0.2 * 3_600)
    assert memory.longest_gap_s == pytest.approx(0.98 * 36_000)
    assert learn_rhythm(memory, parsed(5, 5), MONDAY + timedelta(days=9)) == memory


def test_silence_is_measured_by_the_sources_own_rhythm() -> None:
    daily = replace(READ, rhythm_s=86_400.0, longest_gap_s=3 * 86_400.0)
    assert silence(daily, MONDAY + timedelta(days=10)) is None
    stale = silence(daily, MONDAY + timedelta(days=11))
    assert stale is not None
    assert "11 days" in stale.text
    assert silence(READ, MONDAY + timedelta(days=29)) is None
    assert silence(READ, MONDAY + timedelta(days=31)) is not None
    assert silence(PollMemory(), MONDAY) is None


@given(st.text(), st.text())
def test_shares_are_stable_numbers_below_one(source_id: str, purpose: str) -> None:
    share = stable_share(source_id, purpose)
    assert 0 <= share < 1
    assert share == stable_share(source_id, purpose)
