from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.alert.fire import AbsenceFacts, BurstFacts, decide_absence, decide_burst
from monitor.model.rule import FireAbsence, FireBurst

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
BURST = FireBurst(articles=4, within_s=3600.0, sources=2, times_baseline=5.0)


def test_a_burst_needs_articles_sources_and_five_times_the_usual() -> None:
    assert decide_burst(BURST, BurstFacts(4, 2, (0, 0), LONG_AGO), NOW).tell
    assert not decide_burst(BURST, BurstFacts(3, 2, (0, 0), LONG_AGO), NOW).tell
    assert not decide_burst(BURST, BurstFacts(4, 1, (0, 0), LONG_AGO), NOW).tell
    assert not decide_burst(BURST, BurstFacts(9, 2, (2, 2), LONG_AGO), NOW).tell
    assert decide_burst(BURST, BurstFacts(10, 2, (2, 2), LONG_AGO), NOW).tell


def test_a_burst_is_told_once_and_armed_again_below_half() -> None:
    assert not decide_burst(BURST, BurstFacts(9, 3, (), LONG_AGO, armed=False), NOW).tell
    assert not decide_burst(BURST, BurstFacts(2, 3, (), LONG_AGO, armed=False), NOW).armed
    assert decide_burst(BURST, BurstFacts(1, 3, (), LONG_AGO, armed=False), NOW).armed


def test_no_burst_while_learning() -> None:
    verdict = decide_burst(BURST, BurstFacts(50, 9, (), NOW - timedelta(days=2, hours=23)), NOW)
    assert (verdict.tell, verdict.reason.code) == (False, "learning")


def test_absence_counts_only_what_could_be_seen() -> None:
    fire = FireAbsence(86400.0)
    since = NOW - timedelta(hours=30)
    assert decide_absence(fire, AbsenceFacts(since), NOW).tell
    blind = ((since, since + timedelta(hours=8)), (since + timedelta(hours=4), since + timedelta(hours=10)))
    verdict = decide_absence(fire, AbsenceFacts(since, blind), NOW)
    assert (verdict.tell, verdict.cannot_tell, verdict.reason.code) == (False, True, "cannot-tell")
    assert verdict.again_at == NOW + timedelta(hours=4)
