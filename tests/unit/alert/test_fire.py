from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.alert.fire import (
    Absence,
    AbsenceFacts,
    Burst,
    BurstFacts,
    Fired,
    FireFacts,
    decide_absence,
    decide_burst,
    enough_sources,
    fires,
)
from monitor.model.reasons import Reason
from monitor.model.rule import FireAbsence, FireArticle, FireBurst, FireSources, FireStory

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


def test_half_of_what_is_needed_is_not_calm_yet() -> None:
    fire = FireBurst(articles=12, within_s=3600.0)
    assert [decide_burst(fire, BurstFacts(n, 3, (), LONG_AGO, armed=False), NOW).armed for n in (5, 6)] == [True, False]


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


def test_every_article_counts_by_default() -> None:
    assert fires(FireArticle(), FireFacts(), NOW) == Fired(True, Reason("article", "every matching article counts"))


def test_only_the_first_hit_in_a_story_counts() -> None:
    fire = FireStory(72 * 3600.0)
    assert fires(fire, FireFacts(), NOW) == Fired(
        True, Reason("fire-first", "no hit of the rule in this story for 72 h")
    )
    at = NOW - timedelta(hours=72)
    again = Fired(False, Reason("fire-not-first", "the rule fired in this story at 2026-03-07 09:00 UTC"))
    assert fires(fire, FireFacts(earlier_hit_at=at), NOW) == again
    assert fires(fire, FireFacts(earlier_hit_at=at - timedelta(seconds=1)), NOW).now


def test_several_sources_are_waited_for_until_the_story_was_told() -> None:
    fire = FireSources(3, 7200.0)
    waits = Reason("fire-sources", "waits for 3 sources to carry the story")
    assert fires(fire, FireFacts(), NOW) == Fired(False, waits, final=False)
    assert fires(fire, FireFacts(told=True), NOW).now
    assert enough_sources(fire, 3) == Fired(True, Reason("fire-sources", "3 sources within 2 h"))
    assert enough_sources(fire, 2) == Fired(False, Reason("fire-sources", "2 of 3 sources within 2 h"), final=False)


def test_what_a_burst_says() -> None:
    told = decide_burst(BURST, BurstFacts(10, 2, (1, 3, 2), LONG_AGO), NOW)
    assert told == Burst(True, False, Reason("burst", "10 articles from 2 sources within 1 h; usual: 2"))
    few = decide_burst(BURST, BurstFacts(3, 2, (), LONG_AGO), NOW)
    assert few == Burst(False, True, Reason("no-burst", "3 of 4 articles, 2 sources"))
    calm = decide_burst(BURST, BurstFacts(1, 1, (), LONG_AGO, armed=False), NOW)
    assert calm == Burst(False, True, Reason("re-armed", "1 within 1 h"))
    still = decide_burst(BURST, BurstFacts(2, 1, (), LONG_AGO, armed=False), NOW)
    assert still == Burst(False, False, Reason("still-bursting", "2 within 1 h"))
    learning = decide_burst(BURST, BurstFacts(9, 9, (), NOW, armed=False), NOW)
    text = "learning since 2026-03-10 09:00 UTC; bursts fire after three days"
    assert learning == Burst(False, False, Reason("learning", text))


def test_learning_ends_after_three_days() -> None:
    assert decide_burst(BURST, BurstFacts(9, 9, (), NOW - timedelta(days=3)), NOW).tell


def test_the_floor_of_the_baseline_is_half_an_article_an_hour() -> None:
    fire = FireBurst(articles=1, within_s=4 * 3600.0, times_baseline=5.0)
    assert not decide_burst(fire, BurstFacts(9, 1, (0,), LONG_AGO), NOW).tell
    assert decide_burst(fire, BurstFacts(10, 1, (0,), LONG_AGO), NOW).tell


def test_what_an_absence_says() -> None:
    fire = FireAbsence(3 * 86400.0)
    silent = decide_absence(fire, AbsenceFacts(NOW - timedelta(days=3)), NOW)
    assert silent == Absence(True, NOW + timedelta(days=3), False, Reason("absence", "nothing matched for 3 days"))
    heard = decide_absence(fire, AbsenceFacts(NOW - timedelta(days=1)), NOW)
    assert heard == Absence(False, NOW + timedelta(days=2), False, Reason("heard", "last heard 2026-03-09 09:00"))


def test_blind_time_is_counted_once_and_only_within_the_span() -> None:
    fire = FireAbsence(24 * 3600.0)
    since = NOW - timedelta(hours=30)

    def span(start: float, end: float) -> tuple[datetime, datetime]:
        return since + timedelta(hours=start), since + timedelta(hours=end)

    blind = (span(3, 5), span(-9, 1), span(-9, -8), span(3, 4), span(29, 39))
    told = decide_absence(fire, AbsenceFacts(since, blind), NOW)
    assert told.reason.text == "nothing matched for 24 h, 4 h of outages not counted"
    less = decide_absence(fire, AbsenceFacts(since, (*blind, span(10, 13))), NOW)
    blinder = Reason("cannot-tell", "cannot tell: blind for 7 h of 24 h")
    assert less == Absence(False, NOW + timedelta(hours=1), True, blinder)


def test_the_span_is_over_at_its_end_even_when_some_of_it_was_blind() -> None:
    since = NOW - timedelta(hours=24)
    verdict = decide_absence(FireAbsence(24 * 3600.0), AbsenceFacts(since, ((since, since + timedelta(hours=1)),)), NOW)
    assert (verdict.tell, verdict.cannot_tell) == (False, True)


def test_two_days_are_said_in_days() -> None:
    said = [decide_absence(FireAbsence(h * 3600.0), AbsenceFacts(LONG_AGO), NOW).reason.text for h in (47, 48)]
    assert said == ["nothing matched for 47 h", "nothing matched for 2 days"]
