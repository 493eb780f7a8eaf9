"""How a source is doing, from its memory and the last poll.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.fetch.answers import BLOCKING, NETWORK
from monitor.fetch.rhythm import silence
from monitor.model.poll import PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

FAILING_FROM = 2.0
"""Error weight from which a source is failing: two hard errors, four soft ones, eight hiccups (see `answers`)."""

CERTAIN = {"address", "url", "needs-browser"}
"""Failures that no later poll can cure: failing at once."""

OFFLINE_HOSTS = 3
NOTHING_ASKED = frozenset({"postponed", "robots", "url", "needs-browser", "internal"})
"""Problems for which nobody was asked: they show nothing about the network."""
_UNREACHED = NETWORK | {"offline"}
"""What a poll's problem is called once it was known that this machine is cut off."""

_PAGES = {SourceKind.PAGE, SourceKind.WATCH}


def document_problem(spec: SourceSpec, outcome: PollOutcome) -> Reason | None:
    """What is wrong with a document that was read: its first problem, or too few items on a page."""
    problem = next(iter(outcome.problems), None)
    if spec.kind in _PAGES or spec.min_links is not None:
        least = 1 if spec.min_links is None else spec.min_links
        if outcome.items < least:
            text = f"{outcome.items} items found, at least {least} expected; has the page been rebuilt?"
            return Reason("empty", text if problem is None else f"{problem.text} ({text})")
    return problem


def health_after_failure(memory: PollMemory, failure: Reason) -> Health:
    """The state after a failed poll, whose weight is in the memory already."""
    if failure.code in BLOCKING:
        return Health.BLOCKED
    failing = memory.error_weight >= FAILING_FROM or failure.code in CERTAIN
    return Health.FAILING if failing else Health.DEGRADED


def health_after_success(memory: PollMemory, too_slow: Reason | None, now: datetime) -> tuple[Health, Reason | None]:
    """The state after a good poll; the reason is None only for `ok`."""
    if memory.document_problem is not None:
        empty = memory.document_problem.code == "empty"
        return (Health.EMPTY if empty else Health.DEGRADED), memory.document_problem
    if too_slow is not None:
        return Health.DEGRADED, too_slow
    stale = silence(memory, now)
    return (Health.OK, None) if stale is None else (Health.STALE, stale)


def told(before: PollMemory, after: PollMemory) -> tuple[Reason, ...]:
    """The change of state that people may have to hear of, if there is one."""
    if after.health is before.health or (before.health is Health.NEW and after.health is Health.OK):
        return ()
    if after.health is Health.OK:
        why = f" (it was {before.health}: {before.reason})" if before.reason is not None else ""
        return (Reason("recovered", f"the source works again{why}"),)
    return (Reason(after.health.value, after.reason.text if after.reason is not None else after.health.value),)


def decide_offline(recent: Iterable[tuple[str, str | None]]) -> Reason | None:
    """Whether this machine, rather than its sources, is in trouble, from (host, problem code or None) of recent polls.

    It takes failures of the network alone, at `OFFLINE_HOSTS` hosts or more, and not one answer of any kind.
    """
    polls = [(host, code) for host, code in recent if code not in NOTHING_ASKED]
    hosts = {host for host, code in polls if code in _UNREACHED}
    if len(hosts) < OFFLINE_HOSTS or any(code not in _UNREACHED for _, code in polls):
        return None
    return Reason("offline", f"none of {len(hosts)} hosts could be reached; is this machine connected to the network?")
