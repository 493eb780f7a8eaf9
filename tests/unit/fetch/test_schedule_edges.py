"""What is asked and what is remembered, field by field and at the bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.rhythm import jitter_s, stable_share
from monitor.fetch.schedule import backoff_s, decide_poll, first_look, plan_request
from monitor.fetch.websub import net_interval_s
from monitor.model.content import digest_of
from monitor.model.entry import FeedHints
from monitor.model.fetched import Credentials, Fetched, Request
from monitor.model.poll import Learnt, PollDecision, PollOutcome, PollSettings
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SETTINGS = PollSettings(min_every_s=60.0, parser_version=7)
SPEC = SourceSpec(
    "s",
    "S",
    SourceKind.FEED,
    "http://h/feed",
    every_s=600.0,
    headers=(("x-key", "k"),),
    auth=Credentials("me", "secret"),
    proxy="http://proxy:1",
    verify_tls=False,
)
BODY = b"<rss>one</rss>"
DOCUMENT = PollMemory(
    etag='"1"',
    last_modified="yesterday",
    validators_url="http://h/feed?1",
    body_hash=digest_of(BODY),
    parser_version=7,
    polls=10,
    baseline_at=NOW - timedelta(days=9),
    last_polled_at=NOW - timedelta(minutes=10),
    last_ok_at=NOW - timedelta(minutes=10),
    last_new_at=NOW - timedelta(minutes=10),
    health=Health.OK,
)
FAILED = PollOutcome(Learnt.FAILED)
UNCHANGED = PollOutcome(Learnt.UNCHANGED)


def answer(status: int | None = 200, *, conditional: bool = False, problem: str = "", **headers: str) -> Fetched:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    reason = Reason(problem, f"text of {problem}") if problem else None
    return Fetched(SPEC.url, "http://h/feed?2", status, pairs, BODY, (), NOW, 0.1, reason, conditional=conditional)


def decide(
    fetched: Fetched,
    outcome: PollOutcome,
    memory: PollMemory = DOCUMENT,
    *,
    spec: SourceSpec = SPEC,
    now: datetime = NOW,
    offline: bool = False,
    pace: Reason | None = None,
) -> PollDecision:
    return decide_poll(spec, memory, fetched, outcome, now=now, settings=SETTINGS, offline=offline, pace=pace)


def ahead_s(decision: PollDecision) -> float:
    assert decision.next_at is not None
    return (decision.next_at - NOW).total_seconds()


def parsed(items: int, known: int = 0, relinked: int = 0, *problems: Reason, **hints: float) -> PollOutcome:
    return PollOutcome(
        Learnt.PARSED,
        items=items,
        known=known,
        relinked=relinked,
        new=items - known - relinked,
        problems=problems,
        hints=FeedHints(**hints),  # type: ignore[arg-type] # by name
    )


def plan(memory: PollMemory = DOCUMENT, *, spec: SourceSpec = SPEC, now: datetime = NOW) -> Request:
    return plan_request(spec, memory, now=now, settings=SETTINGS)


# --- requests -------------------------------------------------------------------------------------------------------


def test_a_feed_is_asked_with_all_that_is_configured_and_known() -> None:
    assert plan() == Request(
        SPEC.url,
        etag='"1"',
        last_modified="yesterday",
        validators_url="http://h/feed?1",
        headers=SPEC.headers,
        auth=SPEC.auth,
        proxy=SPEC.proxy,
        verify_tls=False,
        check_robots=False,
        render=False,
        spool=True,
    )


def test_a_first_request_has_no_validators() -> None:
    request = plan(replace(DOCUMENT, body_hash=None))
    assert (request.etag, request.last_modified, request.validators_url) == (None, None, None)


@pytest.mark.parametrize("kind", list(SourceKind))
def test_pages_are_rendered_on_demand_and_never_spooled(kind: SourceKind) -> None:
    page = kind not in {SourceKind.FEED, SourceKind.SITEMAP}
    request = plan(spec=replace(SPEC, kind=kind, render=True))
    assert (request.check_robots, request.render, request.spool) == (page, page, not page)
    assert not plan(spec=replace(SPEC, kind=kind)).render


@pytest.mark.parametrize(
    "memory",
    [
        replace(DOCUMENT, body_hash=None),
        replace(DOCUMENT, validators_url=None),
        replace(DOCUMENT, distrust_validators=True),
        replace(DOCUMENT, breaks_on_304=True),
        replace(DOCUMENT, parser_version=6),
        replace(DOCUMENT, polls=2),
        replace(DOCUMENT, conditional_since=50),
    ],
)
def test_what_makes_a_poll_unconditional(memory: PollMemory) -> None:
    assert plan().etag is not None
    assert plan(memory).etag is None


@pytest.mark.parametrize("polls", [1, 3])
def test_only_the_third_poll_is_so_by_its_number(polls: int) -> None:
    assert plan(replace(DOCUMENT, polls=polls)).etag is not None


def test_between_the_25th_and_the_50th_conditional_poll_each_source_has_its_turn() -> None:
    turn = 50 * (1 + stable_share(SPEC.id, "unconditional")) / 2
    assert 25 < turn < 50
    assert plan(replace(DOCUMENT, conditional_since=int(turn))).etag is not None
    assert plan(replace(DOCUMENT, conditional_since=int(turn) + 1)).etag is None


def moment(day: int) -> datetime:
    share = stable_share(SPEC.id, "unconditional")
    return datetime(2026, 1, day, tzinfo=UTC) + timedelta(seconds=share * 86_400)


def unconditional(now: datetime, last: datetime | None) -> bool:
    return plan(replace(DOCUMENT, last_polled_at=last), now=now).etag is None


def test_once_a_day_each_source_has_its_moment() -> None:
    at, second = moment(6), timedelta(seconds=1)
    assert unconditional(at, at - second)
    assert unconditional(at + second, at - second)
    assert not unconditional(at - second, at - 2 * second)
    assert not unconditional(at + second, at)
    assert not unconditional(at + second, None)


def test_the_moment_before_midnight_counts_after_it_too() -> None:
    spec = next(
        each
        for each in (replace(SPEC, id=f"s{number}") for number in range(1_000))
        if stable_share(each.id, "unconditional") > 0.999
    )
    midnight = datetime(2026, 1, 7, tzinfo=UTC)
    memory = replace(DOCUMENT, last_polled_at=midnight - timedelta(minutes=5))
    assert plan(memory, spec=spec, now=midnight + timedelta(minutes=5)).etag is None


def test_a_moment_longer_ago_than_two_intervals_is_over() -> None:
    at, long_ago = moment(6), moment(6) - timedelta(days=1)
    assert unconditional(at + timedelta(seconds=1199), long_ago)
    assert not unconditional(at + timedelta(seconds=1200), long_ago)


def test_what_belongs_to_the_configured_address_goes_only_to_its_owner() -> None:
    away = replace(DOCUMENT, adopted_url="http://new/feed", adopted_from=SPEC.url)
    request = plan(away)
    assert (request.url, request.auth, request.headers) == ("http://new/feed", None, ())
    assert (request.proxy, request.verify_tls) == (SPEC.proxy, False)


# --- the first look -------------------------------------------------------------------------------------------------


def look(fetched: Fetched, memory: PollMemory = DOCUMENT) -> PollOutcome | None:
    return first_look(memory, fetched, settings=SETTINGS)


def test_the_same_body_is_unchanged_for_the_same_parser() -> None:
    assert look(answer()) == PollOutcome(Learnt.UNCHANGED, body_hash=digest_of(BODY))
    assert look(answer(), replace(DOCUMENT, parser_version=6)) is None
    assert look(answer(), replace(DOCUMENT, body_hash="other")) is None


def test_a_304_counts_when_it_was_asked_for_and_came_whole() -> None:
    assert look(answer(304, conditional=True)) == PollOutcome(Learnt.UNCHANGED, body_hash=DOCUMENT.body_hash)
    broken = look(answer(304, conditional=True, problem="reset"))
    assert broken == PollOutcome(Learnt.FAILED, reason=Reason("reset", "text of reset"))
    unasked = look(answer(304))
    assert unasked is not None
    assert unasked.reason is not None
    assert unasked.reason.code == "unexpected-304"
    assert look(replace(answer(200, conditional=True), body=b"new")) is None


# --- nothing learnt -------------------------------------------------------------------------------------------------


JITTER_S = jitter_s(SPEC.id, SPEC.every_s)


def test_a_postponed_poll_waits_for_its_host() -> None:
    blocked = replace(answer(None, problem="postponed"), blocked_until=NOW + timedelta(hours=1))
    decision = decide(blocked, FAILED, replace(DOCUMENT, health=Health.STALE, reason=Reason("stale", "x")))
    assert ahead_s(decision) == pytest.approx(3600 + JITTER_S)
    assert (decision.health, decision.reason) == (Health.STALE, Reason("stale", "x"))
    assert (decision.outcome_code, decision.host_blocked_until) == ("postponed", NOW + timedelta(hours=1))
    past = decide(replace(blocked, blocked_until=NOW - timedelta(hours=1)), FAILED)
    assert ahead_s(past) == pytest.approx(JITTER_S)
    unknown = decide(replace(blocked, blocked_until=None), FAILED)
    assert ahead_s(unknown) == pytest.approx(60 + JITTER_S)


@pytest.mark.parametrize("problem", ["dns", "refused", "timeout", "reset"])
def test_offline_is_tried_again_at_the_shortest_interval(problem: str) -> None:
    decision = decide(answer(None, problem=problem), FAILED, offline=True)
    assert ahead_s(decision) == pytest.approx(60 + JITTER_S)
    assert (decision.outcome_code, decision.memory, decision.host_blocked_until) == ("offline", DOCUMENT, None)
    assert decide(answer(None, problem=problem), FAILED).outcome_code == problem


def test_offline_says_nothing_about_an_answer() -> None:
    assert decide(answer(500), FAILED, offline=True).outcome_code == "server-error"
    assert decide(answer(), UNCHANGED, offline=True).outcome_code == "unchanged"


# --- failures -------------------------------------------------------------------------------------------------------


def test_a_failure_is_counted_and_remembered() -> None:
    decision = decide(answer(500, conditional=True), FAILED, replace(DOCUMENT, pace=Reason("pushed", "x")))
    reason = decision.reason
    assert reason is not None
    assert decision.memory == replace(
        DOCUMENT,
        polls=11,
        last_polled_at=NOW,
        conditional_since=1,
        error_weight=0.5,
        errors_in_a_row=1,
        failing_since=NOW,
        health=Health.DEGRADED,
        reason=reason,
    )
    assert (decision.outcome_code, decision.health, decision.host_blocked_until) == (
        "server-error",
        Health.DEGRADED,
        None,
    )
    again = decide(answer(404), FAILED, decision.memory, now=NOW + timedelta(hours=1)).memory
    assert (again.error_weight, again.errors_in_a_row, again.failing_since) == (1.0, 2, NOW)
    assert (again.conditional_since, again.last_unconditional_at) == (0, NOW + timedelta(hours=1))


def test_no_answer_is_no_answer_in_full() -> None:
    memory = decide(answer(None, problem="dns"), FAILED, replace(DOCUMENT, conditional_since=3)).memory
    assert (memory.conditional_since, memory.last_unconditional_at) == (3, None)
    asked = decide(answer(None, problem="dns", conditional=True), FAILED, replace(DOCUMENT, conditional_since=3)).memory
    assert asked.conditional_since == 4


def test_the_outcome_names_a_failure_before_the_answer_does() -> None:
    own = Reason("bomb", "too much of it")
    assert decide(answer(), PollOutcome(Learnt.FAILED, reason=own)).reason == own
    assert decide(answer(500), PollOutcome(Learnt.FAILED, reason=own)).reason == own
    unreadable = Reason("not-a-feed", "the answer could not be read as a feed")
    assert decide(answer(), FAILED).reason == unreadable
    assert decide(answer(), PollOutcome(Learnt.NOT_A_FEED)).reason == unreadable


def test_only_a_protocol_error_after_a_conditional_request_proves_a_broken_304() -> None:
    assert decide(answer(None, problem="protocol", conditional=True), FAILED).memory.breaks_on_304
    assert not decide(answer(None, problem="protocol"), FAILED).memory.breaks_on_304
    assert not decide(answer(None, problem="reset", conditional=True), FAILED).memory.breaks_on_304
    known = replace(DOCUMENT, breaks_on_304=True)
    assert decide(answer(None, problem="reset"), FAILED, known).memory.breaks_on_304


@pytest.mark.parametrize(
    ("weight", "every_s", "min_every_s", "wait_s"),
    [
        (0, 600, 60, 600),
        (1, 600, 60, 1200),
        (0.5, 600, 60, 600 * 2**0.5),
        (1, 60, 30, 120),
        (1, 10, 60, 120),
        (1, 7200, 60, 1200),
        (1, 7200, 900, 1800),
        (7, 600, 60, 76_800),
        (8, 600, 60, 86_400),
        (5000, 600, 60, 86_400),
    ],
)
def test_how_long_errors_are_waited_for(weight: float, every_s: float, min_every_s: float, wait_s: float) -> None:
    assert backoff_s(weight, every_s=every_s, min_every_s=min_every_s) == pytest.approx(wait_s)


def test_an_error_is_waited_for_with_jitter_of_its_own_length() -> None:
    wait = backoff_s(0.5, every_s=600, min_every_s=60)
    assert ahead_s(decide(answer(500), FAILED)) == pytest.approx(wait + jitter_s(SPEC.id, wait))
    blocked = decide(answer(503, retry_after="7200"), FAILED)
    assert ahead_s(blocked) == pytest.approx(7200 + jitter_s(SPEC.id, wait))
    assert blocked.host_blocked_until == NOW + timedelta(hours=2)
    assert ahead_s(decide(answer(503, retry_after="5"), FAILED)) == pytest.approx(wait + jitter_s(SPEC.id, wait))


def test_a_410_is_asked_again_when_its_day_is_over() -> None:
    first = decide(answer(410), FAILED)
    assert first.memory.gone_since == NOW
    assert ahead_s(first) == pytest.approx(86_400 + jitter_s(SPEC.id, 1200))
    day = timedelta(days=1)
    almost = decide(answer(410), FAILED, first.memory, now=NOW + day - timedelta(seconds=1))
    assert almost.health is not Health.GONE
    assert almost.memory.gone_since == NOW
    gone = decide(answer(410), FAILED, first.memory, now=NOW + day)
    text = "the server has said for a day that this address is gone for good; polling has stopped"
    assert (gone.health, gone.next_at, gone.reason) == (Health.GONE, None, Reason("gone", text))
    assert gone.outcome_code == "gone"
    elsewhere = decide(answer(404), FAILED, first.memory, now=NOW + day)
    assert (elsewhere.health is Health.GONE, elsewhere.memory.gone_since) == (False, None)
    silent = decide(answer(None, problem="dns"), FAILED, first.memory, now=NOW + day)
    assert (silent.health is Health.GONE, silent.memory.gone_since) == (False, NOW)


def test_an_adopted_address_that_fails_is_dropped_and_told_first() -> None:
    adopted = replace(DOCUMENT, adopted_url="http://new/feed", adopted_from=SPEC.url, errors_in_a_row=2)
    decision = decide(answer(404), FAILED, adopted)
    assert decision.memory.adopted_url is None
    assert [event.code for event in decision.events] == ["move-dropped", "degraded"]


# --- good polls -----------------------------------------------------------------------------------------------------


def test_a_good_poll_clears_what_was_wrong() -> None:
    failing = replace(
        DOCUMENT,
        error_weight=3.0,
        errors_in_a_row=4,
        failing_since=NOW,
        gone_since=NOW,
        health=Health.FAILING,
        reason=Reason("dns", "x"),
    )
    memory = decide(answer(304, conditional=True), UNCHANGED, failing).memory
    assert memory == replace(
        DOCUMENT,
        polls=11,
        last_polled_at=NOW,
        last_ok_at=NOW,
        conditional_since=1,
        interval_s=600.0,
        overlap=1.0,
        validators_url="http://h/feed?2",
    )


def test_a_document_is_remembered_with_all_that_was_learnt() -> None:
    read = replace(parsed(4, 3), body_hash="h", item_hashes=("a", "b"), hints=FeedHints(ttl_s=1.0))
    memory = decide(answer(etag='"2"', last_modified="today"), read).memory
    assert (memory.body_hash, memory.parser_version, memory.item_hashes) == ("h", 7, ("a", "b"))
    assert (memory.hints, memory.document_problem) == (FeedHints(ttl_s=1.0), None)
    assert (memory.etag, memory.last_modified, memory.validators_url) == ('"2"', "today", "http://h/feed?2")
    assert (memory.last_new_at, memory.last_unconditional_at) == (NOW, NOW)
    unhashed = decide(answer(), replace(read, body_hash=None)).memory
    assert unhashed.body_hash == digest_of(BODY)


def test_a_304_keeps_what_it_does_not_name() -> None:
    unchanged = answer(304, conditional=True)
    kept = decide(unchanged, UNCHANGED).memory
    assert (kept.etag, kept.last_modified) == ('"1"', "yesterday")
    newer = decide(answer(304, conditional=True, etag='"2"'), UNCHANGED).memory
    assert (newer.etag, newer.last_modified) == ('"2"', "yesterday")
    dropped = decide(answer(), UNCHANGED).memory
    assert (dropped.etag, dropped.last_modified) == (None, None)


@pytest.mark.parametrize("code", ["truncated", "truncated-items"])
def test_a_cut_document_leaves_no_validators(code: str) -> None:
    memory = decide(answer(etag='"2"'), parsed(3, 3, 0, Reason("x", "x"), Reason(code, "x"))).memory
    assert (memory.body_hash, memory.etag, memory.last_modified, memory.validators_url) == (None,) * 4
    whole = decide(answer(etag='"2"'), parsed(3, 3, 0, Reason("not-truncated", "x"))).memory
    assert whole.etag == '"2"'


@pytest.mark.parametrize(
    ("memory", "headers", "new", "stuck"),
    [
        (DOCUMENT, {"etag": '"1"', "last_modified": "yesterday"}, 1, True),
        (DOCUMENT, {"etag": '"1"', "last_modified": "yesterday"}, 0, False),
        (DOCUMENT, {"etag": '"1"', "last_modified": "today"}, 1, False),
        (DOCUMENT, {"etag": '"1"'}, 1, False),
        (replace(DOCUMENT, last_modified=None), {"etag": '"1"'}, 1, True),
        (replace(DOCUMENT, etag=None), {"last_modified": "yesterday"}, 1, True),
        (replace(DOCUMENT, etag=None, last_modified=None), {}, 1, False),
    ],
)
def test_validators_that_stay_while_items_come_mean_nothing(
    memory: PollMemory, headers: dict[str, str], new: int, *, stuck: bool
) -> None:
    fetched = replace(answer(), headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()))
    assert decide(fetched, parsed(5, 5 - new), memory).memory.distrust_validators is stuck


@pytest.mark.parametrize(
    ("memory", "outcome", "overlap"),
    [
        (DOCUMENT, parsed(4, 3), 0.75),
        (DOCUMENT, parsed(4, 1, 1), 0.5),
        (replace(DOCUMENT, overlap=0.5), parsed(4, 4), 0.7 * 0.5 + 0.3),
        (replace(DOCUMENT, overlap=0.5), UNCHANGED, 0.7 * 0.5 + 0.3),
        (replace(DOCUMENT, overlap=0.5), parsed(4, 1), 0.7 * 0.5 + 0.3 * 0.25),
        (replace(DOCUMENT, overlap=0.5), parsed(0), 0.5),
        (replace(DOCUMENT, overlap=0.5, baseline_at=None), parsed(4, 4), 0.5),
        (DOCUMENT, UNCHANGED, 1.0),
    ],
)
def test_the_share_of_known_items_is_remembered(memory: PollMemory, outcome: PollOutcome, overlap: float) -> None:
    assert decide(answer(), outcome, memory).memory.overlap == pytest.approx(overlap)


def test_a_poll_without_known_items_is_a_possible_loss() -> None:
    decision = decide(answer(), parsed(5))
    since = f"{DOCUMENT.last_ok_at:%Y-%m-%d %H:%M}"
    text = f"all 5 items were new: some since {since} UTC may have been missed; it is polled faster now"
    assert decision.events == (Reason("possible-loss", text),)
    never = decide(answer(), parsed(5), replace(DOCUMENT, last_ok_at=None)).events
    assert never == (Reason("possible-loss", text.replace(f" since {since} UTC", "")),)
    assert decision.possible_loss
    assert (decision.health, decision.reason) == (Health.OK, None)
    assert not decide(answer(), parsed(5, 1)).possible_loss


@pytest.mark.parametrize(("interval_s", "slow"), [(60.0, True), (60.5, False), (None, False)])
def test_it_is_the_sources_state_only_where_polls_cannot_come_faster(interval_s: float | None, *, slow: bool) -> None:
    decision = decide(answer(), parsed(5), replace(DOCUMENT, interval_s=interval_s))
    assert decision.health is (Health.DEGRADED if slow else Health.OK)
    assert decision.memory.health is decision.health
    assert decision.memory.reason == decision.reason


def test_two_relinked_items_are_told_and_one_is_not() -> None:
    text = "2 items came back under other ids; they were recognised and are no news"
    assert decide(answer(), parsed(5, 3, 2)).events == (Reason("relinked", text),)
    assert decide(answer(), parsed(5, 4, 1)).events == ()


@pytest.mark.parametrize(
    ("memory", "outcome", "code"),
    [
        (DOCUMENT, UNCHANGED, "unchanged"),
        (DOCUMENT, parsed(5, 5), "unchanged"),
        (DOCUMENT, parsed(5, 4), "new"),
        (replace(DOCUMENT, baseline_at=None), parsed(5), "baseline"),
        (replace(DOCUMENT, baseline_at=None), UNCHANGED, "unchanged"),
    ],
)
def test_what_a_poll_is_called(memory: PollMemory, outcome: PollOutcome, code: str) -> None:
    assert decide(answer(), outcome, memory).outcome_code == code


# --- the next good poll ---------------------------------------------------------------------------------------------


def wait_s(interval_s: float | None, *, every_s: float = 600.0, ttl_s: float = 0.0, max_age: int = 0) -> float:
    """The wait after an unchanged poll, without its jitter."""
    memory = replace(DOCUMENT, interval_s=interval_s, hints=FeedHints(ttl_s=ttl_s))
    outcome = replace(parsed(2, 1), hints=memory.hints)  # a share that leaves the interval as it is
    spec = replace(SPEC, every_s=every_s)
    whole = ahead_s(decide(answer(cache_control=f"max-age={max_age}"), outcome, memory, spec=spec))
    return next(wait for wait in _waits(every_s) if abs(wait + jitter_s(SPEC.id, wait) - whole) < 1e-5)


def _waits(every_s: float) -> list[float]:
    return [60.0, 100.0, 200.0, 300.0, every_s]


@pytest.mark.parametrize(
    ("interval_s", "every_s", "ttl_s", "max_age", "wait"),
    [
        (None, 600, 0, 0, 600),
        (100, 600, 0, 0, 100),
        (100, 600, 200, 0, 200),
        (100, 600, 0, 300, 300),
        (100, 600, 200, 300, 300),
        (100, 600, 300, 200, 300),
        (100, 600, 900, 0, 600),
        (20, 600, 0, 0, 60),
        (None, 20, 0, 0, 60),
    ],
)
def test_hints_count_between_the_shortest_interval_and_every(
    interval_s: float | None, every_s: float, ttl_s: float, max_age: int, wait: float
) -> None:
    assert wait_s(interval_s, every_s=every_s, ttl_s=ttl_s, max_age=max_age) == wait


def test_hours_without_news_are_passed_over_within_every() -> None:
    spec = replace(SPEC, every_s=7200.0)
    hints = FeedHints(skip_hours=frozenset({12, 13, 14, 15}))
    memory = replace(DOCUMENT, interval_s=1800.0, hints=hints)
    decision = decide(answer(304, conditional=True), UNCHANGED, memory, spec=spec)
    assert ahead_s(decision) == pytest.approx(7200 + jitter_s(SPEC.id, 2700))


def test_while_a_hub_pushes_the_net_is_wide() -> None:
    pace = Reason("pushed", "a hub pushes it")
    decision = decide(answer(cache_control="max-age=999999"), UNCHANGED, pace=pace)
    wait = net_interval_s(600.0)
    assert ahead_s(decision) == pytest.approx(wait + jitter_s(SPEC.id, wait))
    assert decision.memory.pace == pace
    fast = decide(answer(), UNCHANGED, spec=replace(SPEC, every_s=20.0), pace=pace)
    least = net_interval_s(60.0)
    assert ahead_s(fast) == pytest.approx(least + jitter_s(SPEC.id, least))
