"""What to ask a source for, and what follows from the answer.  Pure: time is an argument.

`plan_request -> (fetch) -> first_look -> (parse, identify) -> decide_poll`
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from monitor.fetch.answers import NETWORK, fresh_for_s, host_block, name_failure, name_page, weight_of
from monitor.fetch.guard import may_carry_credentials
from monitor.fetch.health import document_problem, health_after_failure, health_after_success, told
from monitor.fetch.moves import address_of, consider_move, drop_failed_address
from monitor.fetch.rhythm import (
    after_skips,
    hinted_s,
    jitter_s,
    learn_rhythm,
    lost_contact,
    next_interval_s,
    stable_share,
)
from monitor.fetch.websub import net_interval_s
from monitor.model.content import digest_of
from monitor.model.fetched import Fetched, Request
from monitor.model.poll import Learnt, PollDecision, PollOutcome, PollSettings
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec

MAX_BACKOFF_S = 86_400.0
ERROR_UNIT_S = 600.0
"""First pause after an error, before it doubles per unit of weight; a faster `every` is taken instead."""

GONE_AFTER = timedelta(days=1)
FIRST_UNCONDITIONAL = 3
UNCONDITIONAL_IN = 50

_PAGES = {SourceKind.PAGE, SourceKind.WATCH, SourceKind.SITE}


def plan_request(spec: SourceSpec, memory: PollMemory, *, now: datetime, settings: PollSettings) -> Request:
    """The request of the next poll.  Validators go only with a document that was read by this parser version."""
    url = address_of(spec, memory)
    conditional = _may_be_conditional(spec, memory, now, settings)
    known_there = url == spec.url or _same_owner(spec.url, url)
    return Request(
        url,
        etag=memory.etag if conditional else None,
        last_modified=memory.last_modified if conditional else None,
        validators_url=memory.validators_url if conditional else None,
        headers=spec.headers if known_there else (),
        auth=spec.auth if known_there else None,
        proxy=spec.proxy,
        verify_tls=spec.verify_tls,
        check_robots=spec.kind in _PAGES,
        render=spec.render and spec.kind in _PAGES,
        spool=spec.kind not in _PAGES,
    )


def _same_owner(configured: str, adopted: str) -> bool:
    return may_carry_credentials(URL(configured), URL(adopted))


def _may_be_conditional(spec: SourceSpec, memory: PollMemory, now: datetime, settings: PollSettings) -> bool:
    if memory.body_hash is None or memory.validators_url is None:
        return False
    if memory.distrust_validators or memory.breaks_on_304:
        return False
    if memory.parser_version != settings.parser_version or memory.polls + 1 == FIRST_UNCONDITIONAL:
        return False
    share = stable_share(spec.id, "unconditional")
    if memory.conditional_since >= UNCONDITIONAL_IN * (1 + share) / 2:
        return False
    return not _daily_moment_passed(share, memory.last_polled_at, now, window_s=2 * spec.every_s)


def _daily_moment_passed(share: float, last: datetime | None, now: datetime, *, window_s: float) -> bool:
    """Whether the source's own moment of the day lies since its last poll, yet not before `window_s` ago.

    Each source is asked unconditionally once a day that way, and a restart after a long pause brings no burst.
    """
    since = max(last or now, now - timedelta(seconds=window_s))
    moment = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=share * 86_400)
    if moment > now:  # today's is still to come
        moment -= timedelta(days=1)
    return since < moment


def first_look(memory: PollMemory, fetched: Fetched, *, settings: PollSettings) -> PollOutcome | None:
    """What the answer says without being parsed, or None when its body must be read."""
    if fetched.status == 304 and fetched.problem is None and fetched.conditional:
        return PollOutcome(Learnt.UNCHANGED, body_hash=memory.body_hash)
    failure = name_failure(fetched)
    if failure is not None:
        return PollOutcome(Learnt.FAILED, reason=failure)
    body_hash = digest_of(fetched.content)
    if body_hash == memory.body_hash and memory.parser_version == settings.parser_version:
        return PollOutcome(Learnt.UNCHANGED, body_hash=body_hash)
    return None


def decide_poll(
    spec: SourceSpec,
    memory: PollMemory,
    fetched: Fetched,
    outcome: PollOutcome,
    *,
    now: datetime,
    settings: PollSettings,
    offline: bool = False,
    pace: Reason | None = None,
) -> PollDecision:
    """What follows from a poll; `now` is the end of the request.

    While this machine itself is `offline` (see `health.decide_offline`) a missing answer is not the source's fault.
    `pace` is why a source that answers well is polled only as the safety net (see `websub.decide_pace`).
    """
    poll = _Poll(spec, memory, fetched, outcome, now, settings, pace)
    if fetched.problem is not None and fetched.problem.code == "postponed":
        return _nothing_learnt(poll, fetched.problem, fetched.blocked_until)
    if offline and fetched.problem is not None and fetched.problem.code in NETWORK:
        return _nothing_learnt(poll, Reason("offline", "this machine has no network"), None)
    failure = _failure(fetched, outcome)
    return _after_success(poll) if failure is None else _after_failure(poll, failure)


@dataclass(frozen=True, slots=True)
class _Poll:
    """The arguments of `decide_poll`, for the functions behind it; `memory` is the one from before the poll."""

    spec: SourceSpec
    memory: PollMemory
    fetched: Fetched
    outcome: PollOutcome
    now: datetime
    settings: PollSettings
    pace: Reason | None


def _failure(fetched: Fetched, outcome: PollOutcome) -> Reason | None:
    unreadable = Reason("not-a-feed", "the answer could not be read as a feed")
    match outcome.learnt:
        case Learnt.FAILED:
            return outcome.reason or name_failure(fetched) or unreadable
        case Learnt.NOT_A_FEED:
            return name_page(fetched, outcome.reason or unreadable)
        case _:
            return None


def _counted(poll: _Poll) -> dict[str, Any]:
    """What of the memory changes with every poll.  Such parts are put together first: a memory has many fields."""
    memory, answered_in_full = poll.memory, poll.fetched.status is not None and not poll.fetched.conditional
    return {
        "polls": memory.polls + 1,
        "last_polled_at": poll.now,
        "conditional_since": 0 if answered_in_full else memory.conditional_since + poll.fetched.conditional,
        "last_unconditional_at": poll.now if answered_in_full else memory.last_unconditional_at,
    }


def _nothing_learnt(poll: _Poll, why: Reason, blocked_until: datetime | None) -> PollDecision:
    """Nothing was asked, or nobody can be: the memory stays, and the source is tried again soon."""
    wait_s = poll.settings.min_every_s if blocked_until is None else 0.0
    at = max(poll.now + timedelta(seconds=wait_s), blocked_until or poll.now)
    return PollDecision(
        next_at=at + timedelta(seconds=jitter_s(poll.spec.id, poll.spec.every_s)),
        memory=poll.memory,
        health=poll.memory.health,
        reason=poll.memory.reason,
        outcome_code=why.code,
        host_blocked_until=blocked_until,
    )


def _after_failure(poll: _Poll, failure: Reason) -> PollDecision:
    fetched, now = poll.fetched, poll.now
    memory = poll.memory
    memory = replace(
        memory,
        **_counted(poll),
        error_weight=memory.error_weight + weight_of(failure.code),
        errors_in_a_row=memory.errors_in_a_row + 1,
        failing_since=memory.failing_since or now,
        gone_since=_gone_since(memory, fetched, now),
        pace=None,
        breaks_on_304=memory.breaks_on_304 or (failure.code == "protocol" and fetched.conditional),
    )
    memory, dropped = drop_failed_address(memory)
    gone = fetched.status == 410 and memory.gone_since is not None and now - memory.gone_since >= GONE_AFTER
    if gone:
        failure = Reason(
            "gone", "the server has said for a day that this address is gone for good; polling has stopped"
        )
    memory = replace(memory, health=Health.GONE if gone else health_after_failure(memory, failure), reason=failure)
    return PollDecision(
        next_at=None if gone else _next_after_failure(poll, memory),
        memory=memory,
        health=memory.health,
        reason=failure,
        outcome_code=failure.code,
        events=(*dropped, *told(poll.memory, memory)),
        host_blocked_until=host_block(fetched.status, fetched.headers, now=now),
    )


def _gone_since(memory: PollMemory, fetched: Fetched, now: datetime) -> datetime | None:
    """When 410 was first heard.  No answer at all neither confirms nor contradicts it."""
    if fetched.status == 410:
        return memory.gone_since or now
    return memory.gone_since if fetched.status is None else None


def backoff_s(weight: float, *, every_s: float, min_every_s: float) -> float:
    """Seconds until the next try after errors of that weight in a row: doubles with each unit, at most a day."""
    unit = max(min_every_s, min(every_s, ERROR_UNIT_S))
    return min(MAX_BACKOFF_S, unit * math.exp2(min(weight, 20.0)))


def _next_after_failure(poll: _Poll, memory: PollMemory) -> datetime:
    wait = backoff_s(memory.error_weight, every_s=poll.spec.every_s, min_every_s=poll.settings.min_every_s)
    at = poll.now + timedelta(seconds=wait)
    blocked = host_block(poll.fetched.status, poll.fetched.headers, now=poll.now)
    if blocked is not None:
        at = max(at, blocked)
    if poll.fetched.status == 410:
        at = max(at, (memory.gone_since or poll.now) + GONE_AFTER)
    return at + timedelta(seconds=jitter_s(poll.spec.id, wait))


def _after_success(poll: _Poll) -> PollDecision:
    before, outcome, now = poll.memory, poll.outcome, poll.now
    lost = _loss(poll) if lost_contact(before, outcome) else None
    memory = replace(
        before,
        **_counted(poll),
        **_of_document(poll),
        last_ok_at=now,
        error_weight=0.0,
        errors_in_a_row=0,
        failing_since=None,
        gone_since=None,
        pace=poll.pace,
        interval_s=_interval(poll),
        overlap=_overlap(before, outcome),
    )
    memory = learn_rhythm(memory, outcome, now)
    memory, moved = consider_move(poll.spec, memory, poll.fetched, now)
    health, reason = health_after_success(memory, lost if _at_floor(poll) else None, now)
    if (health, reason) != (memory.health, memory.reason):
        memory = replace(memory, health=health, reason=reason)
    return PollDecision(
        next_at=_next_after_success(poll, memory),
        memory=memory,
        health=health,
        reason=reason,
        outcome_code=_outcome_code(before, outcome),
        possible_loss=lost is not None,
        events=(*moved, *_news(outcome, lost), *told(before, memory)),
    )


def _interval(poll: _Poll) -> float:
    floor, every = poll.settings.min_every_s, poll.spec.every_s
    return next_interval_s(poll.memory, poll.outcome, min_every_s=floor, every_s=every)


def _at_floor(poll: _Poll) -> bool:
    """Whether the source cannot be polled any faster."""
    return (poll.memory.interval_s or poll.spec.every_s) <= poll.settings.min_every_s


def _overlap(memory: PollMemory, outcome: PollOutcome) -> float | None:
    """The running share of known items; half of it is forgotten in two polls."""
    if outcome.learnt is Learnt.PARSED and (not outcome.items or memory.baseline_at is None):
        return memory.overlap
    known = outcome.known + outcome.relinked
    share = 1.0 if outcome.learnt is Learnt.UNCHANGED else known / outcome.items
    return share if memory.overlap is None else 0.7 * memory.overlap + 0.3 * share


def _of_document(poll: _Poll) -> dict[str, Any]:
    """Validators, hash and hints of the document that was read; a cut document is to be read again in full."""
    memory, fetched, outcome = poll.memory, poll.fetched, poll.outcome
    found: dict[str, Any] = {}
    if outcome.learnt is Learnt.PARSED:
        found = {
            "body_hash": outcome.body_hash or digest_of(fetched.content),
            "parser_version": poll.settings.parser_version,
            "item_hashes": outcome.item_hashes,
            "hints": outcome.hints,
            "document_problem": document_problem(poll.spec, outcome),
            "distrust_validators": _validators_stuck(memory, fetched, outcome),
        }
    if any(problem.code.startswith("truncated") for problem in outcome.problems):
        return found | {"body_hash": None, "etag": None, "last_modified": None, "validators_url": None}
    etag, modified = fetched.header("etag"), fetched.header("last-modified")
    if fetched.status == 304:
        etag, modified = etag or memory.etag, modified or memory.last_modified
    return found | {"etag": etag, "last_modified": modified, "validators_url": fetched.final_url}


def _validators_stuck(memory: PollMemory, fetched: Fetched, outcome: PollOutcome) -> bool:
    """Whether the server gave the validators of the last document to one with new items: they mean nothing."""
    if memory.etag is None and memory.last_modified is None:
        return False
    same = (fetched.header("etag"), fetched.header("last-modified")) == (memory.etag, memory.last_modified)
    return same and outcome.new > 0


def _loss(poll: _Poll) -> Reason:
    last = poll.memory.last_ok_at
    since = f" since {last:%Y-%m-%d %H:%M} UTC" if last is not None else ""
    remedy = "lower `fetch.min_every` to poll it faster" if _at_floor(poll) else "it is polled faster now"
    return Reason(
        "possible-loss", f"all {poll.outcome.items} items were new: some{since} may have been missed; {remedy}"
    )


def _news(outcome: PollOutcome, lost: Reason | None) -> tuple[Reason, ...]:
    news = [] if lost is None else [lost]
    if outcome.relinked > 1:
        text = f"{outcome.relinked} items came back under other ids; they were recognised and are no news"
        news.append(Reason("relinked", text))
    return tuple(news)


def _outcome_code(memory: PollMemory, outcome: PollOutcome) -> str:
    if outcome.learnt is Learnt.UNCHANGED:
        return "unchanged"
    if memory.baseline_at is None:
        return "baseline"
    return "new" if outcome.new else "unchanged"


def _next_after_success(poll: _Poll, memory: PollMemory) -> datetime:
    """`every` is the longest gap while all is well: hints of server and feed count up to it.

    While a hub pushes, the net's interval stands in for all of that.
    """
    floor = poll.settings.min_every_s
    every = max(poll.spec.every_s, floor)
    if poll.pace is not None:
        wait = net_interval_s(every)
        return poll.now + timedelta(seconds=wait + jitter_s(poll.spec.id, wait))
    wanted = max(memory.interval_s or every, fresh_for_s(poll.fetched), hinted_s(memory.hints))
    wait = min(max(wanted, floor), every)
    latest = poll.now + timedelta(seconds=every)
    at = after_skips(poll.now + timedelta(seconds=wait), memory.hints, latest=latest)
    return at + timedelta(seconds=jitter_s(poll.spec.id, wait))
