"""EVALUATE: claim due timers | decide | tell, gather or wind again.  Each timer is decided in a unit of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alert.fire import enough_sources
from monitor.errors import LeaseLost
from monitor.loops.critical import remind
from monitor.loops.dispatch import Telling, Work, queue, send_alert
from monitor.loops.flush import flush_window, muted_by
from monitor.loops.selfwatch import daily, heartbeat, watch, weekly, wind_standing
from monitor.loops.volume import absence, burst
from monitor.model.alert import AlertState, Timer
from monitor.model.rule import AlertSpec, FireAbsence, FireSources
from monitor.model.settled import RuleFacts
from monitor.ports import Clock
from monitor.store import alerts as rows
from monitor.store import outbox, timers
from monitor.store.unit import Database

BATCH = 100
LOOK_AGAIN = timedelta(minutes=5)
"""How often sources are counted that carry a story, while a rule waits for their number."""
NOBODY_THERE = timedelta(hours=1)

_log = logging.getLogger(__name__)

Decider = Callable[[Work, Timer], datetime | None]
"""Decides about a timer; returns when to look again, or None when it is done with."""


@dataclass(frozen=True, slots=True)
class EvaluateContext:
    """What evaluating works with.  `telling` is asked at every pass.  `hooks` decide timers of other parts (canary)."""

    database: Database
    telling: Callable[[], Telling]
    clock: Clock
    owner: str
    hooks: Mapping[str, Decider] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluateReport:
    """How many timers were decided, and which (kind, subject) failed."""

    decided: int = 0
    failed: tuple[tuple[str, str], ...] = ()


def arm_timers(connection: sa.Connection, telling: Telling, now: datetime) -> None:
    """At start and after every reload: wind what must run by itself, and let go what waited for a channel."""
    wind_standing(connection, telling, now)
    for rule in telling.rules.rules.values():
        if isinstance(rule.fire, FireAbsence) and not timers.has_timer(connection, "absence", rule.id):
            timers.set_timer(connection, "absence", rule.id, now)
    work = Work(connection, telling, now)
    for alert in rows.without_channel(connection):
        send_alert(work, alert, rule_of(telling, alert.rule_id, now))


async def evaluate_once(context: EvaluateContext) -> EvaluateReport:
    """Decide every timer that went off by now."""
    return await asyncio.to_thread(evaluate, context)


def evaluate(context: EvaluateContext) -> EvaluateReport:
    """Like `evaluate_once`, for callers without a loop."""
    started, report = context.clock.now(), EvaluateReport()
    while True:
        with context.database.reading() as connection:
            first = timers.next_timer(connection)
        if first is None or first > started:
            return report
        with context.database.unit() as connection:
            due = timers.claim_timers(connection, owner=context.owner, now=started, limit=BATCH)
        if not due:
            return report
        for timer in due:
            failed = report.failed if _decided(context, timer) else (*report.failed, (timer.kind, timer.subject))
            report = EvaluateReport(report.decided + 1, failed)


def _decided(context: EvaluateContext, timer: Timer) -> bool:
    try:
        with context.database.unit(lock="tell") as connection:
            timers.hold_timer(connection, timer, owner=context.owner)
            work = Work(connection, context.telling(), context.clock.now())
            again = _DECIDERS[timer.kind](work, timer) if timer.kind in _DECIDERS else _hook(context, work, timer)
            if again is None:
                timers.finish_timer(connection, timer, owner=context.owner)
            else:
                timers.rewind_timer(connection, timer, again, owner=context.owner)
    except LeaseLost as error:
        _log.info("%s", error)
    except Exception:  # noqa: BLE001 - the bulkhead: one timer's fault must not stop the others
        _log.exception("timer %s %s failed", timer.kind, timer.subject)
        _postpone(context, timer)
        return False
    return True


def _hook(context: EvaluateContext, work: Work, timer: Timer) -> datetime | None:
    hook = context.hooks.get(timer.kind)
    if hook is None:
        _log.warning("nobody decides timers of kind %s; %s is dropped", timer.kind, timer.subject)
        return None
    return hook(work, timer)


def _postpone(context: EvaluateContext, timer: Timer) -> None:
    """A timer that could not be decided is tried again, later each time."""
    wait_s = min(3600.0, 10.0 * 2 ** min(timer.attempts, 9))
    at = context.clock.now() + timedelta(seconds=wait_s)
    with suppress(LeaseLost), context.database.unit() as connection:
        timers.rewind_timer(connection, timer, at, owner=context.owner, attempts=timer.attempts + 1)


def rule_of(telling: Telling, rule_id: str | None, now: datetime) -> RuleFacts:
    """The rule in force, or a stand-in for one that was removed: what it held is told to the default channels."""
    rule = telling.rules.get(rule_id or "")
    if rule is not None:
        return rule
    return RuleFacts(rule_id or "", rule_id or "", 0, now, alert=AlertSpec(to=telling.settings.default_to))


def _window(work: Work, timer: Timer) -> datetime | None:
    channel, window = str(timer.facts["channel"]), str(timer.facts["window"])
    return None if flush_window(work, channel, window) else work.now + NOBODY_THERE


def _update(work: Work, timer: Timer) -> datetime | None:
    root = rows.find_alert(work.connection, timer.subject, lock=True)
    if root is None:
        return None
    thread = rows.thread_from(root)
    if thread.pending_id is None:
        return None
    if thread.pending_due_at is not None and thread.pending_due_at > work.now:
        return thread.pending_due_at
    update = rows.get_alert(work.connection, thread.pending_id)
    muted = muted_by(work, update)
    if muted is not None:
        rows.set_state(work.connection, update.id, AlertState.SUPPRESSED, muted)
        rows.set_pending(work.connection, root.id, None, None)
        return None
    send_alert(work, update, rule_of(work.telling, update.rule_id, work.now))
    return None


def _sources(work: Work, timer: Timer) -> datetime | None:
    """A story that waits for enough sources to carry it."""
    root = rows.find_alert(work.connection, timer.subject, lock=True)
    rule = work.telling.rules.get(str(timer.facts["rule"]))
    if root is None or rule is None or not isinstance(rule.fire, FireSources):
        return None
    if root.state is not AlertState.HELD or rows.thread_from(root).told_at is not None:
        return None
    since = work.now - timedelta(seconds=rule.fire.within_s)
    count = rows.sources_carrying(work.connection, root.key, since)
    fired = enough_sources(rule.fire, count)
    muted = muted_by(work, root)
    if fired.now and muted is None:
        rows.set_state(work.connection, root.id, AlertState.HELD, fired.reason)
        send_alert(work, rows.get_alert(work.connection, root.id), rule)
        return None
    rows.set_state(work.connection, root.id, AlertState.HELD, muted or fired.reason)
    return work.now + LOOK_AGAIN if count else None


def _escalate(work: Work, timer: Timer) -> datetime | None:
    """A story that grows: others are told as well, singly and at once."""
    root = rows.find_alert(work.connection, timer.subject, lock=True)
    rule = work.telling.rules.get(str(timer.facts["rule"]))
    spec = rule.alert.escalate if rule else None
    if root is None or spec is None or root.state is AlertState.SUPPRESSED or root.facts.get("escalated"):
        return None
    since = work.now - timedelta(seconds=spec.within_s)
    count = rows.sources_carrying(work.connection, root.key, since)
    if count < spec.sources:
        return work.now + LOOK_AGAIN if count else None
    if muted_by(work, root) is not None:
        return work.now + LOOK_AGAIN
    for name in spec.to:
        if name in work.telling.channels:
            outbox.told_early(work.connection, root.id, name, root.id)
            queue(work, root, work.telling.channels[name])
    rows.add_facts(work.connection, root.id, {"escalated": f"{count} sources"})
    rows.set_state(work.connection, root.id, AlertState.TOLD, root.reason)
    return None


_DECIDERS: Mapping[str, Decider] = {
    "window": _window,
    "update": _update,
    "sources": _sources,
    "escalate": _escalate,
    "burst": burst,
    "absence": absence,
    "daily": daily,
    "weekly": weekly,
    "watch": watch,
    "reminder": remind,
    "heartbeat": heartbeat,
}
