"""Where one state of health ends and the next begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.health import (
    decide_offline,
    document_problem,
    health_after_failure,
    health_after_success,
    told,
)
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = SourceSpec("s", "S", SourceKind.FEED, "http://h/feed", every_s=600)
TRUNCATED = Reason("truncated", "the document breaks off")


def found(items: int, *problems: Reason) -> PollOutcome:
    return PollOutcome(Learnt.PARSED, items=items, problems=problems)


@pytest.mark.parametrize("kind", [SourceKind.PAGE, SourceKind.WATCH])
def test_a_page_needs_one_item(kind: SourceKind) -> None:
    page = replace(FEED, kind=kind)
    assert document_problem(page, found(1)) is None
    empty = Reason("empty", "0 items found, at least 1 expected; has the page been rebuilt?")
    assert document_problem(page, found(0)) == empty


def test_a_feed_may_be_empty_unless_it_was_told_how_many_to_expect() -> None:
    assert document_problem(FEED, found(0)) is None
    counted = replace(FEED, min_links=3)
    assert document_problem(counted, found(3)) is None
    few = Reason("empty", "2 items found, at least 3 expected; has the page been rebuilt?")
    assert document_problem(counted, found(2)) == few
    assert document_problem(replace(FEED, kind=SourceKind.PAGE, min_links=0), found(0)) is None


def test_the_first_problem_of_a_document_counts_and_explains_an_empty_one() -> None:
    other = Reason("charset", "wrong letters")
    assert document_problem(FEED, found(0, TRUNCATED, other)) == TRUNCATED
    page = replace(FEED, kind=SourceKind.PAGE)
    assert document_problem(page, found(1, TRUNCATED)) == TRUNCATED
    both = document_problem(page, found(0, TRUNCATED))
    assert both == Reason(
        "empty",
        "the document breaks off (0 items found, at least 1 expected; has the page been rebuilt?)",
    )


@pytest.mark.parametrize(
    ("code", "weight", "health"),
    [
        ("timeout", 1.99, Health.DEGRADED),
        ("timeout", 2.0, Health.FAILING),
        ("address", 1.0, Health.FAILING),
        ("needs-browser", 0.5, Health.FAILING),
        ("robots", 9.0, Health.BLOCKED),
    ],
)
def test_weight_and_kind_of_a_failure_make_the_state(code: str, weight: float, health: Health) -> None:
    assert health_after_failure(PollMemory(error_weight=weight), Reason(code, "x")) is health


def test_what_is_wrong_with_a_good_poll_in_order_of_weight() -> None:
    slow, stale = Reason("possible-loss", "too slow"), NOW - timedelta(days=31)
    silent = PollMemory(last_new_at=stale)
    empty = Reason("empty", "nothing there")
    assert health_after_success(replace(silent, document_problem=empty), slow, NOW) == (Health.EMPTY, empty)
    assert health_after_success(replace(silent, document_problem=TRUNCATED), slow, NOW) == (Health.DEGRADED, TRUNCATED)
    assert health_after_success(silent, slow, NOW) == (Health.DEGRADED, slow)
    state, reason = health_after_success(silent, None, NOW)
    assert (state, reason and reason.code) == (Health.STALE, "stale")
    assert health_after_success(PollMemory(last_new_at=NOW), None, NOW) == (Health.OK, None)


def test_what_is_told_of_a_change() -> None:
    new, ok = PollMemory(), PollMemory(health=Health.OK)
    bad = PollMemory(health=Health.BLOCKED, reason=Reason("forbidden", "the server refuses us"))
    assert told(bad, ok) == (Reason("recovered", "the source works again (it was blocked: the server refuses us)"),)
    assert told(replace(bad, reason=None), ok) == (Reason("recovered", "the source works again"),)
    assert told(new, bad) == (Reason("blocked", "the server refuses us"),)
    assert told(ok, replace(bad, reason=None)) == (Reason("blocked", "blocked"),)
    assert told(bad, replace(bad, health=Health.FAILING)) == (Reason("failing", "the server refuses us"),)


@pytest.mark.parametrize("health", [health for health in Health if health not in {Health.NEW, Health.OK}])
def test_every_bad_state_ends_with_a_recovery(health: Health) -> None:
    (said,) = told(PollMemory(health=health), PollMemory(health=Health.OK))
    assert said.code == "recovered"


def test_one_answer_of_any_kind_proves_the_network() -> None:
    down = [("a", "dns"), ("b", "timeout"), ("c", "reset")]
    assert decide_offline(down) == Reason(
        "offline", "none of 3 hosts could be reached; is this machine connected to the network?"
    )
    assert decide_offline([*down, ("c", "not-found")]) is None
    assert decide_offline([("a", "dns"), ("b", "timeout"), ("a", "timeout")]) is None
