from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.fetch.outage import GAP_INTERVALS, ended_gap
from monitor.model.settled import Gap
from monitor.model.source import PollMemory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def memory(*, ok: timedelta, polled: timedelta) -> PollMemory:
    return PollMemory(last_ok_at=NOW - ok, last_polled_at=NOW - polled, baseline_at=NOW - timedelta(days=9))


def test_a_poll_in_time_ends_no_gap() -> None:
    every = timedelta(minutes=25)
    assert ended_gap(memory(ok=every, polled=every), every_s=600, now=NOW) is None


def test_the_first_poll_ends_no_gap() -> None:
    assert ended_gap(PollMemory(), every_s=600, now=NOW) is None
    unread = replace(memory(ok=timedelta(days=1), polled=timedelta(days=1)), baseline_at=None)
    assert ended_gap(unread, every_s=600, now=NOW) is None


def test_a_gap_in_which_nobody_asked_is_ours() -> None:
    gap = ended_gap(memory(ok=timedelta(hours=3), polled=timedelta(hours=3)), every_s=600, now=NOW)
    assert gap == Gap(NOW - timedelta(hours=3), NOW, ours=True)


def test_a_gap_of_failed_polls_is_the_sources() -> None:
    gap = ended_gap(memory(ok=timedelta(hours=3), polled=timedelta(minutes=10)), every_s=600, now=NOW)
    assert gap is not None
    assert not gap.ours


def test_a_slow_source_is_given_its_own_time() -> None:
    found = memory(ok=timedelta(hours=20), polled=timedelta(hours=20))
    assert ended_gap(found, every_s=8 * 3600, now=NOW) is None


def test_a_gap_begins_after_three_intervals_and_is_ours_when_the_last_question_is_as_old() -> None:
    edge = timedelta(seconds=GAP_INTERVALS * 3600)
    second = timedelta(seconds=1)
    assert ended_gap(memory(ok=edge, polled=edge), every_s=3600, now=NOW) is None
    asked = ended_gap(memory(ok=edge + second, polled=edge), every_s=3600, now=NOW)
    assert asked == Gap(NOW - edge - second, NOW, ours=False)
    silent = ended_gap(memory(ok=edge + second, polled=edge + second), every_s=3600, now=NOW)
    assert silent is not None
    assert silent.ours


def test_half_an_hour_is_the_least_gap_and_the_slower_of_two_rhythms_counts() -> None:
    half = timedelta(minutes=30)
    second = timedelta(seconds=1)
    assert ended_gap(memory(ok=half, polled=half), every_s=60, now=NOW) is None
    assert ended_gap(memory(ok=half + second, polled=half), every_s=60, now=NOW) is not None
    slowed = replace(memory(ok=timedelta(hours=3), polled=half), interval_s=3600.0)
    assert ended_gap(slowed, every_s=60, now=NOW) is None
    assert ended_gap(replace(slowed, interval_s=3599.0), every_s=60, now=NOW) is not None
    quick = replace(memory(ok=half + second, polled=half), interval_s=0.0)
    assert ended_gap(quick, every_s=600, now=NOW) is not None


def test_a_source_whose_last_question_is_not_known_counts_from_its_last_answer() -> None:
    never = replace(memory(ok=timedelta(hours=3), polled=timedelta()), last_polled_at=None)
    assert ended_gap(never, every_s=600, now=NOW) == Gap(NOW - timedelta(hours=3), NOW, ours=True)
