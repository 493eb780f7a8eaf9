"""Laws of the schedule, whatever servers answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.answers import retry_after
from monitor.fetch.rhythm import jitter_s
from monitor.fetch.schedule import decide_poll, first_look, plan_request
from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched, Hop
from monitor.model.poll import Learnt, PollOutcome, PollSettings
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

START = datetime(2026, 1, 5, 12, tzinfo=UTC)

specs = st.builds(
    SourceSpec,
    id=st.text(min_size=1, max_size=20),
    name=st.just("S"),
    kind=st.sampled_from(SourceKind),
    url=st.just("http://h/feed"),
    every_s=st.floats(1, 7 * 86_400),
    min_links=st.none() | st.integers(0, 5),
)
settings = st.builds(PollSettings, min_every_s=st.floats(1, 3_600))
hints = st.builds(
    FeedHints,
    ttl_s=st.none() | st.floats(0, 1e9),
    update_every_s=st.none() | st.floats(0, 1e9),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
headers = st.lists(
    st.sampled_from(["etag", "last-modified", "retry-after", "cache-control", "expires", "date", "age"]).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.sampled_from(["", "0", "60", "max-age=86400", "no-cache", "Tue, 06 Jan 2026 12:00:00 GMT", '"1"', '"2"'])
            | st.text(max_size=10),
        )
    ),
    max_size=4,
).map(tuple)
hops = st.lists(
    st.builds(Hop, st.sampled_from([301, 302, 307, 308]), st.sampled_from(["https://h/feed", "http://n/x"])), max_size=3
)


@st.composite
def answers(draw: st.DrawFn) -> Fetched:
    chain = tuple(draw(hops))
    problem = draw(st.none() | st.sampled_from(["dns", "timeout", "tls", "bomb", "robots", "address"]))
    return Fetched(
        url="http://h/feed",
        final_url=chain[-1].url if chain else "http://h/feed",
        status=None if problem else draw(st.sampled_from([200, 204, 304, 401, 403, 404, 410, 429, 500, 503])),
        headers=draw(headers),
        body=draw(st.sampled_from([b"", b"one", b"two"])),
        hops=chain,
        started_at=START,
        elapsed_s=0.1,
        problem=None if problem is None else Reason(problem, problem),
        conditional=draw(st.booleans()),
    )


@st.composite
def outcomes(draw: st.DrawFn) -> PollOutcome:
    if draw(st.booleans()):
        return PollOutcome(Learnt.NOT_A_FEED, reason=draw(st.none() | st.just(Reason("html", "a page"))))
    items = draw(st.integers(0, 30))
    known = draw(st.integers(0, items))
    relinked = draw(st.integers(0, items - known))
    published = draw(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=5).map(tuple))
    return PollOutcome(
        Learnt.PARSED,
        items=items,
        known=known,
        relinked=relinked,
        new=items - known - relinked,
        hints=draw(hints),
        published=published,
        problems=draw(st.sampled_from([(), (Reason("truncated", "cut"),), (Reason("repaired", "was broken"),)])),
    )


@given(specs, settings, st.lists(st.tuples(answers(), outcomes()), min_size=1, max_size=12))
def test_the_schedule_keeps_its_laws(
    spec: SourceSpec, common: PollSettings, polls: list[tuple[Fetched, PollOutcome]]
) -> None:
    memory, now = PollMemory(), START
    every, floor = max(spec.every_s, common.min_every_s), common.min_every_s
    for fetched, read in polls:
        plan_request(spec, memory, now=now, settings=common)
        outcome = first_look(memory, fetched, settings=common) or read
        decision = decide_poll(spec, memory, fetched, outcome, now=now, settings=common)
        assert decision == decide_poll(spec, memory, fetched, outcome, now=now, settings=common)
        assert (decision.reason is None) == (decision.health in {Health.OK, Health.NEW})
        assert (decision.next_at is None) == (decision.health is Health.GONE)
        assert decision.memory.polls == memory.polls + 1
        if decision.next_at is None:
            return
        wait = (decision.next_at - now).total_seconds()
        assert wait > floor * 0.999
        assert wait <= max(every, 86_400) + 310
        if decision.memory.errors_in_a_row == 0:
            assert wait <= every + jitter_s(spec.id, every) + 1e-3
        until = retry_after(fetched.header("retry-after"), now=now) if fetched.status in {429, 503} else None
        assert until is None or decision.next_at > until
        memory, now = decision.memory, decision.next_at


@given(st.text(min_size=1), st.floats(0.1, 1e7))
def test_jitter_is_positive_small_and_stable(source_id: str, interval_s: float) -> None:
    jitter = jitter_s(source_id, interval_s)
    assert 0 < jitter <= min(interval_s * 0.05, 300) + 0.001
    assert jitter == jitter_s(source_id, interval_s)


@given(st.integers(1, 400))
def test_health_comes_back_with_the_first_good_poll(failures: int) -> None:
    spec, memory, now = SourceSpec("s", "S", SourceKind.FEED, "http://h/feed"), PollMemory(), START
    bad = Fetched(spec.url, spec.url, 500, (), b"", (), START, 0.1)
    for _ in range(failures):
        memory = decide_poll(spec, memory, bad, PollOutcome(Learnt.FAILED), now=now, settings=PollSettings()).memory
        now += timedelta(minutes=1)
    good = replace(bad, status=200, body=b"x")
    decision = decide_poll(
        spec, memory, good, PollOutcome(Learnt.PARSED, items=1, new=1), now=now, settings=PollSettings()
    )
    assert (decision.health, decision.reason) == (Health.OK, None)
