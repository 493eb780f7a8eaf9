from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.fetch.rhythm import jitter_s
from monitor.fetch.schedule import backoff_s, decide_poll, first_look, plan_request
from monitor.model.content import digest_of
from monitor.model.entry import FeedHints
from monitor.model.fetched import Credentials, Fetched, Hop
from monitor.model.poll import Learnt, PollDecision, PollOutcome, PollSettings
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
SETTINGS = PollSettings()
SPEC = SourceSpec("s", "S", SourceKind.FEED, "http://h/feed", every_s=600)
BODY = b"<rss>one</rss>"


def ok(body: bytes = BODY, *, at: datetime = START, conditional: bool = False, **headers: str) -> Fetched:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fetched(SPEC.url, SPEC.url, 200, pairs, body, (), at, 0.1, conditional=conditional)


def status(code: int, **headers: Any) -> Fetched:
    return replace(ok(**headers), status=code, body=b"")


def problem(code: str, status: int | None = None) -> Fetched:
    return replace(ok(b""), status=status, problem=Reason(code, f"text of {code}"))


def parsed(items: int = 5, new: int = 0, **more: object) -> PollOutcome:
    known = more.pop("known", items - new)
    assert isinstance(known, int)
    return replace(PollOutcome(Learnt.PARSED, items=items, new=new, known=known), **more)  # type: ignore[arg-type] # by name


FAILED = PollOutcome(Learnt.FAILED)
UNCHANGED = PollOutcome(Learnt.UNCHANGED)


def decide(
    fetched: Fetched,
    outcome: PollOutcome,
    memory: PollMemory | None = None,
    *,
    spec: SourceSpec = SPEC,
    now: datetime = START,
    offline: bool = False,
) -> PollDecision:
    return decide_poll(spec, memory or PollMemory(), fetched, outcome, now=now, settings=SETTINGS, offline=offline)


def seconds_ahead(decision: PollDecision, now: datetime = START) -> float:
    assert decision.next_at is not None
    return (decision.next_at - now).total_seconds()


@pytest.fixture
def known() -> PollMemory:
    """The memory of a source that was read once, with validators."""
    fetched = ok(etag='W/"1"', last_modified="Mon, 05 Jan 2026 11:00:00 GMT")
    return decide(fetched, parsed(5, 5, known=0)).memory


# --- validators -----------------------------------------------------------------------------------------------------


def test_validators_are_echoed_byte_for_byte(known: PollMemory) -> None:
    request = plan_request(SPEC, known, now=START + timedelta(minutes=10), settings=SETTINGS)
    assert (request.etag, request.last_modified) == ('W/"1"', "Mon, 05 Jan 2026 11:00:00 GMT")
    assert request.validators_url == SPEC.url


def test_the_first_request_has_no_validators() -> None:
    request = plan_request(SPEC, PollMemory(), now=START, settings=SETTINGS)
    assert (request.etag, request.last_modified) == (None, None)


def test_a_body_that_could_not_be_read_leaves_no_validators() -> None:
    decision = decide(ok(etag='"1"'), PollOutcome(Learnt.NOT_A_FEED, reason=Reason("html", "a page")))
    assert decision.memory.body_hash is None
    assert plan_request(SPEC, decision.memory, now=START, settings=SETTINGS).etag is None


def test_a_failure_keeps_the_validators_of_the_last_document(known: PollMemory) -> None:
    memory = decide(status(500), FAILED, known).memory
    assert memory.etag == 'W/"1"'


def test_a_new_parser_version_reads_every_document_again(known: PollMemory) -> None:
    newer = PollSettings(parser_version=2)
    assert plan_request(SPEC, known, now=START, settings=newer).etag is None
    assert first_look(known, ok(), settings=newer) is None
    assert first_look(known, ok(), settings=SETTINGS) is not None


def test_a_304_is_a_success_and_brings_new_validators(known: PollMemory) -> None:
    failing = decide(status(500), FAILED, known).memory
    fetched = replace(status(304, etag='"2"', cache_control="max-age=300"), conditional=True)
    outcome = first_look(failing, fetched, settings=SETTINGS)
    assert outcome is not None
    decision = decide(fetched, outcome, failing)
    assert (decision.outcome_code, decision.health, decision.memory.errors_in_a_row) == ("unchanged", Health.OK, 0)
    assert (decision.memory.etag, decision.memory.last_modified) == ('"2"', known.last_modified)


def test_a_304_that_was_not_asked_for_is_a_failure(known: PollMemory) -> None:
    outcome = first_look(known, status(304), settings=SETTINGS)
    assert outcome is not None
    assert outcome.reason is not None
    assert outcome.reason.code == "unexpected-304"


def test_the_same_bytes_and_known_items_are_unchanged(known: PollMemory) -> None:
    outcome = first_look(known, ok(), settings=SETTINGS)
    assert outcome == PollOutcome(Learnt.UNCHANGED, body_hash=digest_of(BODY))
    assert decide(ok(b"other"), parsed(5, 0), known).outcome_code == "unchanged"
    assert decide(ok(b"other"), parsed(5, 1), known).outcome_code == "new"
    assert decide(ok(), parsed(5, 5)).outcome_code == "baseline"


def conditional_polls(memory: PollMemory, every: timedelta, count: int, spec: SourceSpec = SPEC) -> list[bool]:
    now, sent = memory.last_polled_at or START, []
    for _ in range(count):
        now += every
        request = plan_request(spec, memory, now=now, settings=SETTINGS)
        sent.append(request.etag is not None)
        fetched = replace(ok(etag='"1"', at=now), status=304 if sent[-1] else 200, conditional=sent[-1])
        memory = decide(fetched, UNCHANGED, memory, now=now).memory
    return sent


def test_the_third_poll_is_unconditional(known: PollMemory) -> None:
    assert conditional_polls(known, timedelta(minutes=10), 3) == [True, False, True]


def test_later_one_poll_in_fifty_is_unconditional(known: PollMemory) -> None:
    sent = conditional_polls(known, timedelta(seconds=60), 300)[2:]
    gaps = "".join("c" if each else "u" for each in sent).split("u")
    assert max(map(len, gaps)) <= 50
    assert sent.count(False) < 15


def test_a_slow_source_is_asked_unconditionally_once_a_day(known: PollMemory) -> None:
    spec = replace(SPEC, every_s=4 * 3600)
    sent = conditional_polls(known, timedelta(hours=4), 62, spec)[2:]
    assert 9 <= sent.count(False) <= 12


def test_a_restart_brings_no_burst_of_unconditional_polls(known: PollMemory) -> None:
    later = START + timedelta(days=3)
    specs = [replace(SPEC, id=f"s{number}") for number in range(500)]
    requests = [plan_request(each, replace(known, polls=70), now=later, settings=SETTINGS) for each in specs]
    assert sum(each.etag is None for each in requests) < 25


def test_a_stuck_etag_is_found_out_and_not_trusted_until_it_moves(known: PollMemory) -> None:
    same = ok(b"two", etag='W/"1"', last_modified="Mon, 05 Jan 2026 11:00:00 GMT")
    memory = decide(same, parsed(5, 2), known).memory
    assert memory.distrust_validators
    assert plan_request(SPEC, memory, now=START, settings=SETTINGS).etag is None
    memory = decide(ok(b"three", etag='"3"'), parsed(5, 1), memory).memory
    assert not memory.distrust_validators


def test_a_server_whose_304_is_no_http_is_not_asked_that_way_again(known: PollMemory) -> None:
    memory = decide(replace(problem("protocol"), conditional=True), FAILED, known).memory
    assert plan_request(SPEC, memory, now=START, settings=SETTINGS).etag is None


def test_a_document_that_was_cut_is_read_again_in_full() -> None:
    cut = parsed(4, 4, known=0, problems=(Reason("truncated", "the document ends in the middle"),))
    decision = decide(ok(etag='"1"'), cut)
    assert (decision.health, decision.memory.etag, decision.memory.body_hash) == (Health.DEGRADED, None, None)


# --- when to come back ----------------------------------------------------------------------------------------------


def test_every_is_the_gap_while_all_is_well(known: PollMemory) -> None:
    assert 600 < seconds_ahead(decide(ok(), UNCHANGED, known)) <= 600 * 1.05 + 1


@pytest.mark.parametrize("hint", [{"cache_control": "max-age=300"}, {"cache_control": "max-age=90000"}])
def test_cache_control_slows_down_up_to_every(known: PollMemory, hint: dict[str, Any]) -> None:
    fast = replace(known, interval_s=60.0)
    ahead = seconds_ahead(decide(ok(b"x", **hint), parsed(6, 3, known=3), fast))
    assert (300 <= ahead <= 320) if "300" in hint["cache_control"] else (600 <= ahead <= 640)


def test_ttl_and_update_period_count_and_outlast_a_304(known: PollMemory) -> None:
    hints = FeedHints(ttl_s=120, update_every_s=240)
    memory = decide(ok(b"x"), parsed(6, 3, known=3, hints=hints), replace(known, interval_s=60.0)).memory
    assert 240 <= seconds_ahead(decide(ok(b"x"), UNCHANGED, memory)) <= 260


def test_skip_hours_wait_for_their_end_within_every(known: PollMemory) -> None:
    spec = replace(SPEC, every_s=6 * 3600)
    memory = replace(known, interval_s=1800.0, hints=FeedHints(skip_hours=frozenset({12, 13, 14})))
    at = decide(ok(), UNCHANGED, memory, spec=spec).next_at
    assert at is not None
    assert at.hour == 15
    everything = replace(memory, hints=FeedHints(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7))))
    assert seconds_ahead(decide(ok(), UNCHANGED, everything, spec=spec)) < 3600


def test_no_overlap_means_faster_and_says_so(known: PollMemory) -> None:
    decision = decide(ok(b"x"), parsed(5, 5), known)
    assert decision.possible_loss
    assert [each.code for each in decision.events] == ["possible-loss"]
    assert seconds_ahead(decision) <= 300 * 1.05 + 1
    assert decision.health is Health.OK


def test_no_overlap_at_full_speed_is_reported_until_it_is_over(known: PollMemory) -> None:
    decision = decide(ok(b"x"), parsed(5, 5), replace(known, interval_s=60.0))
    assert (decision.health, decision.reason and decision.reason.code) == (Health.DEGRADED, "possible-loss")
    assert "fetch.min_every" in str(decision.reason)
    assert decide(ok(b"y"), parsed(5, 2), decision.memory).health is Health.OK


def test_a_possible_loss_says_since_when_and_what_helps(known: PollMemory) -> None:
    faster = decide(ok(b"x"), parsed(5, 5), known).events[0].text
    assert f" since {START:%Y-%m-%d %H:%M} UTC" in faster
    assert faster.endswith("it is polled faster now")
    at_floor = decide(ok(b"x"), parsed(5, 5), replace(known, interval_s=60.0, last_ok_at=None)).events[0].text
    assert " since " not in at_floor
    assert at_floor.endswith("lower `fetch.min_every` to poll it faster")


def test_the_first_look_passes_on_what_it_knows(known: PollMemory) -> None:
    unchanged = replace(status(304), conditional=True)
    assert first_look(known, unchanged, settings=SETTINGS) == PollOutcome(Learnt.UNCHANGED, body_hash=known.body_hash)
    refused = first_look(known, status(500), settings=SETTINGS)
    assert refused is not None
    assert refused.learnt is Learnt.FAILED


def test_relinked_items_are_no_loss_and_no_news(known: PollMemory) -> None:
    decision = decide(ok(b"x"), parsed(5, 0, known=0, relinked=5), known)
    assert (decision.possible_loss, decision.outcome_code) == (False, "unchanged")
    assert [each.code for each in decision.events] == ["relinked"]


def test_a_high_share_of_known_items_means_slower_up_to_every(known: PollMemory) -> None:
    memory = replace(known, interval_s=100.0)
    first = decide(ok(b"x"), parsed(10, 2), memory)
    assert first.memory.interval_s == 150
    middle = decide(ok(b"y"), parsed(10, 5), first.memory)
    assert middle.memory.interval_s == 150
    memory = middle.memory
    for _ in range(10):
        memory = decide(ok(), UNCHANGED, memory).memory
    assert memory.interval_s == 600


def test_the_jitter_is_positive_stable_and_different() -> None:
    waits = {seconds_ahead(decide(ok(), UNCHANGED, spec=replace(SPEC, id=f"s{number}"))) for number in range(100)}
    assert len(waits) == 100
    assert all(600 < each < 640 for each in waits)
    assert seconds_ahead(decide(ok(), UNCHANGED)) == seconds_ahead(decide(ok(), UNCHANGED))


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_holds_and_blocks_the_host(known: PollMemory, code: int) -> None:
    decision = decide(status(code, retry_after="7200"), FAILED, known)
    assert seconds_ahead(decision) > 7200
    assert decision.host_blocked_until == START + timedelta(seconds=7200)


def test_retry_after_means_nothing_on_other_answers(known: PollMemory) -> None:
    assert seconds_ahead(decide(status(500, retry_after="7200"), FAILED, known)) < 3600
    assert seconds_ahead(decide(ok(retry_after="7200"), UNCHANGED, known)) < 700


def test_a_postponed_poll_changes_nothing_but_the_time(known: PollMemory) -> None:
    until = START + timedelta(minutes=30)
    decision = decide(replace(problem("postponed"), blocked_until=until), FAILED, known)
    assert decision.memory == known
    assert decision.next_at is not None
    assert until < decision.next_at < until + timedelta(minutes=1)
    assert decision.outcome_code == "postponed"
    assert decision.host_blocked_until == until


def test_a_postponed_poll_keeps_the_state_of_its_source(known: PollMemory) -> None:
    failing = decide(status(404), FAILED, replace(known, error_weight=9.0)).memory
    decision = decide(replace(problem("postponed"), blocked_until=START), FAILED, failing)
    assert (decision.health, decision.reason) == (failing.health, failing.reason)
    assert failing.reason is not None
    assert seconds_ahead(decision) == pytest.approx(jitter_s(SPEC.id, SPEC.every_s))


# --- errors ---------------------------------------------------------------------------------------------------------


def test_backoff_doubles_with_weight_up_to_a_day() -> None:
    waits = [backoff_s(weight, every_s=600, min_every_s=60) for weight in (0.25, 0.5, 1, 2, 3, 100)]
    assert waits == sorted(waits)
    assert waits[2:5] == [1200, 2400, 4800]
    assert waits[-1] == 86_400


def test_errors_never_stop_polling(known: PollMemory) -> None:
    memory, now = known, START
    for _ in range(500):
        decision = decide(status(404), FAILED, memory, now=now)
        memory = decision.memory
        assert decision.next_at is not None
        assert timedelta(0) < decision.next_at - now <= timedelta(days=1, minutes=6)
        now = decision.next_at
    assert memory.health is Health.FAILING


def test_a_slow_source_is_tried_again_soon_after_a_hiccup(known: PollMemory) -> None:
    assert seconds_ahead(decide(problem("truncated"), FAILED, known, spec=replace(SPEC, every_s=86_400))) < 1000


@pytest.mark.parametrize(
    ("fetched", "outcome", "code", "health"),
    [
        (status(401), FAILED, "unauthorized", Health.DEGRADED),
        (status(403), FAILED, "forbidden", Health.BLOCKED),
        (status(404), FAILED, "not-found", Health.DEGRADED),
        (status(410), FAILED, "gone", Health.DEGRADED),
        (status(429), FAILED, "too-many-requests", Health.BLOCKED),
        (status(500), FAILED, "server-error", Health.DEGRADED),
        (status(204), FAILED, "no-content", Health.DEGRADED),
        (ok(b""), FAILED, "empty-body", Health.DEGRADED),
        (problem("timeout"), FAILED, "timeout", Health.DEGRADED),
        (problem("truncated"), FAILED, "truncated", Health.DEGRADED),
        (problem("robots"), FAILED, "robots", Health.BLOCKED),
        (problem("address"), FAILED, "address", Health.FAILING),
        (ok(), PollOutcome(Learnt.NOT_A_FEED, reason=Reason("html", "a page")), "html", Health.DEGRADED),
        (ok(), PollOutcome(Learnt.NOT_A_FEED), "not-a-feed", Health.DEGRADED),
        (ok(), parsed(3, 3, problems=(Reason("repaired", "was broken"),)), "repaired", Health.DEGRADED),
    ],
)
def test_every_bad_poll_is_told_from_the_first_on(
    fetched: Fetched, outcome: PollOutcome, code: str, health: Health
) -> None:
    decision = decide(fetched, outcome)
    assert decision.reason is not None
    assert (decision.reason.code, decision.health) == (code, health)
    assert decision.memory.reason == decision.reason
    assert [each.code for each in decision.events] == [health.value]
    assert decision.events[0].text == decision.reason.text


def test_a_source_fails_by_weight() -> None:
    def polls_until_failing(fetched: Fetched) -> int:
        memory = PollMemory()
        for number in range(1, 20):
            memory = decide(fetched, FAILED, memory).memory
            if memory.health is Health.FAILING:
                return number
        raise AssertionError("never failing")

    assert polls_until_failing(status(401)) == 2
    assert polls_until_failing(status(500)) == 4
    assert polls_until_failing(problem("timeout")) == 8


def test_recovery_is_told_with_what_was_wrong(known: PollMemory) -> None:
    failing = decide(status(500), FAILED, known).memory
    decision = decide(ok(), UNCHANGED, failing)
    assert (decision.health, decision.reason) == (Health.OK, None)
    assert [each.code for each in decision.events] == ["recovered"]
    assert "(500)" in decision.events[0].text
    assert (decision.memory.error_weight, decision.memory.failing_since) == (0, None)


def test_the_problem_of_a_document_lasts_as_long_as_the_document(known: PollMemory) -> None:
    bad = decide(ok(b"x"), parsed(3, 0, problems=(Reason("repaired", "was broken"),)), known).memory
    assert decide(ok(b"x"), UNCHANGED, bad).health is Health.DEGRADED
    assert decide(ok(b"y"), parsed(3, 0), bad).health is Health.OK


def test_gone_takes_two_answers_a_day_apart(known: PollMemory) -> None:
    first = decide(status(410), FAILED, known)
    assert seconds_ahead(first) >= 86_400
    early = decide(status(410), FAILED, first.memory, now=START + timedelta(hours=1))
    assert early.health is not Health.GONE
    interrupted = decide(problem("timeout"), FAILED, early.memory, now=START + timedelta(hours=2)).memory
    last = decide(status(410), FAILED, interrupted, now=START + timedelta(hours=25))
    assert (last.health, last.next_at) == (Health.GONE, None)
    assert last.events[0].code == "gone"


def test_any_other_status_takes_gone_back(known: PollMemory) -> None:
    memory = decide(status(410), FAILED, known).memory
    memory = decide(status(500), FAILED, memory, now=START + timedelta(hours=2)).memory
    assert decide(status(410), FAILED, memory, now=START + timedelta(hours=30)).health is not Health.GONE


def test_offline_is_not_the_sources_fault(known: PollMemory) -> None:
    decision = decide(problem("dns"), FAILED, known, offline=True)
    assert (decision.memory, decision.outcome_code) == (known, "offline")
    assert seconds_ahead(decision) < 120
    assert decide(problem("tls"), FAILED, known, offline=True).health is Health.DEGRADED


# --- pages, silence -------------------------------------------------------------------------------------------------


def test_a_page_without_links_is_empty_and_a_feed_without_items_is_not() -> None:
    page = replace(SPEC, kind=SourceKind.PAGE)
    decision = decide(ok(), parsed(0), spec=page)
    assert (decision.health, decision.reason and decision.reason.code) == (Health.EMPTY, "empty")
    assert decide(ok(), UNCHANGED, decision.memory, spec=page).health is Health.EMPTY
    assert decide(ok(), parsed(3), spec=replace(page, min_links=5)).health is Health.EMPTY
    assert decide(ok(), parsed(0)).health is Health.OK


def test_a_source_is_stale_beyond_its_own_rhythm() -> None:
    hourly = tuple(START - timedelta(hours=number) for number in range(20))
    memory = decide(ok(), parsed(20, 20, known=0, published=hourly)).memory
    assert decide(ok(), UNCHANGED, memory, now=START + timedelta(days=2)).health is Health.OK
    decision = decide(ok(), UNCHANGED, memory, now=START + timedelta(days=4))
    assert (decision.health, decision.reason and decision.reason.code) == (Health.STALE, "stale")
    weekly = tuple(START - timedelta(days=7 * number) for number in range(20))
    slow = decide(ok(), parsed(20, 20, known=0, published=weekly)).memory
    assert decide(ok(), UNCHANGED, slow, now=START + timedelta(days=30)).health is Health.OK
    assert decide(ok(), UNCHANGED, slow, now=START + timedelta(days=80)).health is Health.STALE
    news = decide(ok(b"x"), parsed(20, 1), decision.memory, now=START + timedelta(days=5))
    assert [each.code for each in news.events] == ["recovered"]


def test_old_items_alone_make_no_source_stale() -> None:
    ancient = tuple(START - timedelta(days=9000, hours=number) for number in range(20))
    assert decide(ok(), parsed(20, 20, known=0, published=ancient)).health is Health.OK


# --- moved addresses, credentials -----------------------------------------------------------------------------------


def moved(target: str, *statuses: int, url: str = SPEC.url) -> Fetched:
    return replace(ok(), url=url, final_url=target, hops=tuple(Hop(each, target) for each in statuses))


def sightings(fetched: Fetched, *days: float) -> PollDecision:
    memory, decision = PollMemory(), None
    for day in days:
        decision = decide(fetched, parsed(5, 0), memory, now=START + timedelta(days=day))
        memory = decision.memory
    assert decision is not None
    return decision


def test_a_permanent_redirect_is_adopted_after_days() -> None:
    target = moved("http://new/feed", 301)
    assert sightings(target, 0, 0.1, 0.2, 1.9).memory.adopted_url is None
    assert sightings(target, 0, 2.1).memory.adopted_url is None
    decision = sightings(target, 0, 1, 2.1)
    assert decision.memory.adopted_url == "http://new/feed"
    assert decision.events[0].code == "moved"
    assert plan_request(SPEC, decision.memory, now=START, settings=SETTINGS).url == "http://new/feed"


def test_temporary_hops_are_never_adopted() -> None:
    for statuses in ((302,), (303,), (307,), (301, 302), (302, 301)):
        assert sightings(moved("http://new/feed", *statuses), 0, 1, 2, 3, 4).memory.adopted_url is None


def test_https_on_the_same_host_is_adopted_at_once() -> None:
    assert sightings(moved("https://h/feed", 301), 0).memory.adopted_url == "https://h/feed"
    assert sightings(moved("https://other/feed", 301), 0).memory.adopted_url is None


def test_an_address_that_is_no_feed_is_not_adopted() -> None:
    page = PollOutcome(Learnt.NOT_A_FEED, reason=Reason("html", "a page"))
    assert decide(moved("https://h/login", 301), page).memory.adopted_url is None


def test_an_adopted_address_gives_way_when_it_fails_or_the_configuration_changes() -> None:
    memory = sightings(moved("https://h/feed", 301), 0).memory
    changed = replace(SPEC, url="http://h/other")
    assert plan_request(changed, memory, now=START, settings=SETTINGS).url == "http://h/other"
    for _ in range(3):
        decision = decide(status(404), FAILED, memory)
        memory = decision.memory
    assert plan_request(SPEC, memory, now=START, settings=SETTINGS).url == SPEC.url
    dropped = next(each for each in decision.events if each.code == "move-dropped")
    assert dropped.text == "https://h/feed does not answer as it should; the configured address is asked again"
    assert (memory.adopted_url, memory.adopted_from) == (None, None)


def test_credentials_do_not_follow_to_an_adopted_address_of_somebody_else() -> None:
    spec = replace(SPEC, auth=Credentials("me", "secret"), headers=(("X-Key", "k"),))
    away = replace(PollMemory(), adopted_url="http://new/feed", adopted_from=SPEC.url)
    request = plan_request(spec, away, now=START, settings=SETTINGS)
    assert (request.auth, request.headers) == (None, ())
    twin = replace(away, adopted_url="https://h/feed")
    assert plan_request(spec, twin, now=START, settings=SETTINGS).auth == spec.auth


def test_pages_ask_robots_and_feeds_do_not() -> None:
    kinds = {
        kind: plan_request(replace(SPEC, kind=kind), PollMemory(), now=START, settings=SETTINGS) for kind in SourceKind
    }
    asked = {kind for kind, request in kinds.items() if request.check_robots}
    assert asked == {SourceKind.PAGE, SourceKind.WATCH, SourceKind.SITE}
