"""Every way in which a hit is told, held, or not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alert.decide import HitFacts, Hold, Known, Suppress, Tell, decide_alert
from monitor.alert.fire import FireFacts
from monitor.alert.settings import AlertSettings
from monitor.model.alert import AlertState, Earlier, Silence, Thread
from monitor.model.article import Document
from monitor.model.reasons import Reason
from monitor.model.rule import AlertSpec, FireSources, FireStory, GroupBy, Priority
from monitor.model.settled import Baseline, CopyOf, Occasion, RuleFacts, SeenIn, SettledArticle

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RULE = RuleFacts("ports", "Ports", 3, NOW - timedelta(days=9))
ARTICLE = SettledArticle(
    article_id=7,
    revision=2,
    occasion=Occasion.NEW,
    document=Document(title="The port is closed"),
    title="The port is closed",
    url="https://alpha.example/port",
    language="en",
    sources=(SeenIn("alpha", "Alpha"),),
    first_seen_at=NOW,
    published_at=NOW - timedelta(hours=1),
)
COPY = CopyOf(5, 0.934, Reason("copy", "the same text"))
LATER = Baseline("alpha", "Alpha", founding=False)
FACTS = HitFacts(RULE, ARTICLE, AlertSettings())


def earlier(reason: str = "first", revision: int = 1) -> Earlier:
    return Earlier(3, "ports:7", AlertState.TOLD, reason, revision)


def thread(**values: object) -> Thread:
    made = Thread(3, "ports:5", AlertState.TOLD, "first", NOW - timedelta(hours=2), told_at=NOW - timedelta(minutes=40))
    return replace(made, **values)  # type: ignore[arg-type]


def alerting(**values: object) -> RuleFacts:
    return replace(RULE, alert=replace(AlertSpec(), **values))  # type: ignore[arg-type]


def decided(**values: object) -> Tell | Hold | Suppress | Known:
    """The decision about the plain hit with these facts changed; article fields by `article=`."""
    return decide_alert(replace(FACTS, **values), NOW)  # type: ignore[arg-type]


def changed(**values: object) -> SettledArticle:
    return replace(ARTICLE, **values)  # type: ignore[arg-type]


def test_the_first_hit_in_a_story_is_told() -> None:
    assert decided() == Tell(Reason("first", "the first hit of the rule in this story"))


def test_the_first_hit_says_when_a_later_text_brought_it() -> None:
    text = decided(article=changed(occasion=Occasion.TEXT))
    assert text == Tell(Reason("text", "matches in the text behind the teaser"))
    for occasion in (Occasion.REVISED, Occasion.TOUCHED):
        revised = decided(article=changed(occasion=occasion, revised_at=NOW))
        assert revised == Tell(Reason("since-update", "matches since the update of 2026-03-10 12:00 UTC"))
    assert decided(article=changed(occasion=Occasion.NEW, revised_at=NOW)).reason.code == "first"
    assert decided(article=changed(occasion=Occasion.REVISED)).reason.code == "first"


OLDEST = AlertSettings(oldest_s={"alpha": 2 * 86_400.0}, first_poll="all")


@pytest.mark.parametrize(("days", "code"), [(2.0, "first"), (2.1, "too-old"), (400.0, "too-old")])
def test_what_its_source_shows_too_late_is_not_told(days: float, code: str) -> None:
    article = changed(published_at=NOW - timedelta(days=days))
    assert decided(article=article, settings=OLDEST).reason.code == code


def test_how_old_it_is_is_said() -> None:
    late = decided(article=changed(published_at=NOW - timedelta(days=9)), settings=OLDEST)
    assert late == Suppress(Reason("too-old", "9.0 days old when Alpha showed it; its max_age is 2 d"))


def test_age_counts_at_a_first_poll_and_for_a_new_rule_but_not_for_a_revision() -> None:
    old = changed(published_at=NOW - timedelta(days=9))
    for article in (replace(old, baseline=LATER), replace(old, occasion=Occasion.RULE_ADDED)):
        assert decided(article=article, settings=OLDEST).reason.code == "too-old"
    assert decided(article=replace(old, occasion=Occasion.REVISED), settings=OLDEST).reason.code == "first"


def test_age_does_not_count_where_it_is_not_known_or_nobody_asks() -> None:
    old = changed(published_at=NOW - timedelta(days=9))
    assert decided(article=changed(published_at=None), settings=OLDEST).reason.code == "first"
    assert decided(article=replace(old, sources=()), settings=OLDEST).reason.code == "first"
    assert decided(article=replace(old, sources=(SeenIn("beta", "Beta"),)), settings=OLDEST).reason.code == "first"
    assert decided(article=replace(old, first_seen_at=NOW - timedelta(days=8)), settings=OLDEST).reason.code == "first"


def test_the_same_revision_is_known() -> None:
    assert decided(earlier=earlier(revision=2)) == Known(Reason("same-revision", "dealt with in ports:7"))


def test_an_immaterial_change_is_known_and_a_material_one_is_not() -> None:
    touched = decided(earlier=earlier(), article=changed(occasion=Occasion.TOUCHED))
    assert touched == Known(Reason("immaterial", "the text changed too little since ports:7"))
    assert decided(earlier=earlier(), article=changed(occasion=Occasion.REVISED)).reason.code == "first"


def test_what_a_guard_took_is_decided_anew() -> None:
    assert isinstance(decided(earlier=earlier("guard", revision=2)), Tell)


def test_what_was_a_copy_is_decided_anew_when_it_is_none_any_more() -> None:
    assert isinstance(decided(earlier=earlier("copy", revision=2)), Tell)
    assert isinstance(decided(earlier=earlier("copy", revision=2), article=changed(copy=COPY)), Known)


def test_a_silence_suppresses_whatever_comes() -> None:
    silence = Silence(1, "rule", "ports", NOW + timedelta(hours=1), NOW)
    told = decided(silence=silence, rule=alerting(priority=Priority.HIGH))
    assert told == Suppress(Reason("silence", "rule ports is muted until 2026-03-10 13:00 UTC"))


@pytest.mark.parametrize(
    ("copy", "told", "group_by", "code"),
    [
        (COPY, "ports:5", GroupBy.STORY, "copy"),
        (COPY, "ports:5", GroupBy.ARTICLE, "copy"),
        (COPY, "ports:5", GroupBy.NONE, "first"),
        (COPY, None, GroupBy.STORY, "first"),
        (None, "ports:5", GroupBy.STORY, "first"),
    ],
)
def test_a_copy_of_something_told_is_not_told(
    copy: CopyOf | None, told: str | None, group_by: GroupBy, code: str
) -> None:
    made = decided(article=changed(copy=copy), copy_told=told, rule=alerting(group_by=group_by))
    assert made.reason.code == code
    if code == "copy":
        assert made == Suppress(Reason("copy", "wire copy (93 % of the text) of ports:5"))


class TestFirstPoll:
    """A source or a rule that is new brings no flood."""

    def baseline(self, **values: object) -> Tell | Hold | Suppress | Known:
        return decided(article=changed(baseline=LATER), **values)

    def test_recent_matches_of_a_later_source_are_told_together(self) -> None:
        reason = Reason("added", "first poll of Alpha: recent, told together with the others")
        assert self.baseline() == Tell(reason, addition="source.alpha")

    def test_older_and_undated_ones_are_listed(self) -> None:
        for hours, code in ((6, "added"), (6.01, "baseline")):
            published = NOW - timedelta(hours=hours)
            assert decided(article=changed(baseline=LATER, published_at=published)).reason.code == code
        old = decided(article=changed(baseline=LATER, published_at=NOW - timedelta(days=1)))
        assert old == Suppress(Reason("baseline", "first poll of Alpha: older than 6 h"))
        undated = decided(article=changed(baseline=LATER, published_at=None))
        assert undated == Suppress(Reason("baseline", "first poll of Alpha: undated"))

    def test_what_was_there_at_the_very_first_start_is_not_news(self) -> None:
        made = decided(article=changed(baseline=replace(LATER, founding=True)))
        assert made == Suppress(Reason("baseline", "first poll of Alpha: what was there before is not news"))

    def test_the_setting_decides(self) -> None:
        assert self.baseline(settings=AlertSettings(first_poll="all")).reason.code == "first"
        assert self.baseline(settings=AlertSettings(first_poll="silent")).reason.code == "baseline"

    def test_copies_among_them_are_told_once(self) -> None:
        copied = changed(baseline=LATER, copy=COPY)
        assert decided(article=copied, copy_told="ports:5").reason.code == "copy"

    def test_a_revision_is_no_first_poll(self) -> None:
        assert decided(article=changed(baseline=LATER, occasion=Occasion.REVISED)).reason.code == "first"

    def test_a_rule_added_later_counts_from_its_acceptance(self) -> None:
        stored = changed(occasion=Occasion.RULE_ADDED, published_at=NOW - timedelta(hours=8))
        young = replace(RULE, accepted_at=NOW - timedelta(hours=3))
        assert decided(article=stored, rule=young) == Tell(
            Reason("added", "seen before rule Ports was accepted: recent, told together with the others"),
            addition="rule.ports",
        )
        assert decided(article=stored, rule=replace(RULE, accepted_at=NOW)).reason.code == "baseline"
        assert decided(article=stored, rule=replace(young, founding=True)).reason.code == "baseline"


def test_a_hit_that_will_never_count_is_suppressed() -> None:
    rule = replace(RULE, fire=FireStory(72 * 3600.0))
    made = decided(rule=rule, fire=FireFacts(earlier_hit_at=NOW - timedelta(hours=1)))
    assert isinstance(made, Suppress)
    assert made.reason.code == "fire-not-first"


def test_a_hit_that_waits_for_more_sources_is_held_without_an_update() -> None:
    made = decided(rule=replace(RULE, fire=FireSources(3, 7200.0)))
    assert made == Hold(Reason("fire-sources", "waits for 3 sources to carry the story"), until=None, update=False)


class TestThread:
    """What follows the first hit of a story."""

    def test_after_the_cooldown_it_is_told_as_an_update(self) -> None:
        assert decided(thread=thread()) == Tell(Reason("update", "more to ports:5"), update=True)

    def test_within_the_cooldown_it_joins_the_next_update(self) -> None:
        told = NOW - timedelta(minutes=10)
        made = decided(thread=thread(told_at=told))
        reason = Reason("cooldown", "joins the next update to ports:5")
        assert made == Hold(reason, until=told + timedelta(minutes=30))

    def test_it_names_what_is_novel(self) -> None:
        made = decided(thread=thread(told_at=NOW), novel=frozenset("dacb"))
        assert made.reason == Reason("cooldown", "joins the next update to ports:5; brings a, b, c")

    def test_something_novel_shortens_the_wait_of_a_busy_thread(self) -> None:
        busy = thread(level=3)
        assert isinstance(decided(thread=busy), Hold)
        assert isinstance(decided(thread=busy, novel=frozenset({"seven"})), Tell)

    def test_an_update_that_gathers_takes_it_along_even_when_it_is_overdue(self) -> None:
        made = decided(thread=thread(pending_id=9, pending_due_at=NOW - timedelta(minutes=1)))
        assert made == Hold(Reason("cooldown", "joins the next update to ports:5"), until=NOW)

    def test_it_is_told_at_the_very_end_of_the_cooldown(self) -> None:
        assert isinstance(decided(thread=thread(told_at=NOW - timedelta(minutes=30))), Tell)

    def test_without_grouping_a_material_revision_is_told_at_once(self) -> None:
        made = decided(thread=thread(told_at=NOW), rule=alerting(group_by=GroupBy.NONE))
        assert made == Tell(Reason("revision", "revised materially since ports:5"), update=True)

    def test_a_digest_gathers_anyway(self) -> None:
        made = decided(thread=thread(told_at=NOW), rule=alerting(digest="hourly"))
        assert made == Tell(Reason("update", "more to ports:5, told with the digest"), update=True)

    def test_high_priority_passes_digests_but_is_spaced_by_the_cooldown(self) -> None:
        rule = alerting(digest="hourly", priority=Priority.HIGH)
        assert isinstance(decided(thread=thread(told_at=NOW), rule=rule), Hold)
