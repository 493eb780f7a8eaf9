"""Letting an alert go its ways: at once on some channels, gathered with others on the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.alert.group import facts_in, next_level
from monitor.alert.route import Gather, SendFacts, SendNow, channels_for, decide_send, usable
from monitor.alert.settings import AlertSettings
from monitor.loops.subscribers import audience
from monitor.model.alert import AlertState, Channel
from monitor.model.reasons import Reason
from monitor.model.rule import Priority
from monitor.model.settled import Gap, RuleBook, RuleFacts
from monitor.model.subscription import audience_name, audience_rule, is_own_rule
from monitor.store import alerts as rows
from monitor.store import outbox, timers

HIGH = 1
"""The rank of a high-priority delivery in the outbox; all others have 0."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told and how: the rules in force, the configured channels, the settings."""

    rules: RuleBook
    channels: Mapping[str, Channel]
    settings: AlertSettings

    @property
    def zone(self) -> ZoneInfo:
        """The user's time zone."""
        return ZoneInfo(self.settings.timezone)


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work and what stands while it runs."""

    connection: sa.Connection
    telling: Telling
    now: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the article of the moment adds: `addition` names whose first matches it is one of; `age_s` its age."""

    addition: str | None = None
    gap: Gap | None = None
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """One channel of one rule, in the circumstances; `name` is the channel's, or that of the rule's subscribers."""

    rule: RuleFacts
    name: str
    channel: Channel
    at: Circumstances


def send_alert(work: Work, alert: rows.AlertRow, rule: RuleFacts, at: Circumstances | None = None) -> bool:
    """Route an alert and write down that its thread was told; whether it left at once on some channel."""
    channels = _channels(work, alert, rule)
    at = at or Circumstances()
    if not channels:
        rows.set_state(work.connection, alert.id, *_unheard(rule))
        return False
    root = root_of(work.connection, alert)
    routes = {name: _route(work, alert, root, Way(rule, name, channel, at)) for name, channel in channels.items()}
    for name, route in routes.items():
        if isinstance(route, Gather):
            gather_on(work, alert.id, name, route)
        else:
            queue(work, alert, channels[name])
    singly = any(isinstance(route, SendNow) for route in routes.values())
    state, reason = (AlertState.TOLD, alert.reason) if singly else (AlertState.HELD, next(iter(routes.values())).reason)
    rows.set_state(work.connection, alert.id, state, reason)
    _thread_moved(work, alert, root)
    return singly


def _channels(work: Work, alert: rows.AlertRow, rule: RuleFacts) -> dict[str, Channel]:
    """Who hears of an alert of the rule: its channels, and whoever subscribed to it."""
    names: tuple[str, ...] = ()
    if not is_own_rule(rule.id):
        tags = frozenset(rule.tags) | frozenset(alert.facts.get("tags", ()))
        chosen = channels_for(rule.alert, tags, work.now, work.telling.zone)
        names = usable(chosen, work.telling.channels, work.telling.settings)
    return channels_named(work, (*names, audience_name(rule.id)))


def channels_named(work: Work, names: Iterable[str]) -> dict[str, Channel]:
    """Those of the names that somebody hears: configured channels, and subscribers of a rule."""
    found = {}
    for name in names:
        rule_id = audience_rule(name)
        channels = work.telling.channels
        channel = channels.get(name) if rule_id is None else audience(work.connection, channels, rule_id)
        if channel is not None:
            found[name] = channel
    return found


def _unheard(rule: RuleFacts) -> tuple[AlertState, Reason]:
    if is_own_rule(rule.id):
        return AlertState.SUPPRESSED, Reason("unsubscribed", "its subscriber has left")
    return AlertState.HELD, Reason("no-channel", "no channel is configured for it")


def root_of(connection: sa.Connection, alert: rows.AlertRow) -> rows.AlertRow:
    """The first alert of the alert's thread."""
    if alert.thread is None or alert.thread == alert.key:
        return alert
    return rows.find_alert(connection, alert.thread) or alert


def _route(work: Work, alert: rows.AlertRow, root: rows.AlertRow, way: Way) -> SendNow | Gather:
    hour = work.now.replace(minute=0, second=0, microsecond=0)
    rule, channel = way.rule, way.channel
    capped = rule.alert.max_per_hour > 0
    facts = SendFacts(
        rule=rule,
        channel=channel,
        settings=work.telling.settings,
        told_this_hour=outbox.told_since(work.connection, rule.id, channel.id, hour) if capped else 0,
        waiting=outbox.waiting_window(work.connection, root.id, way.name) if root.id != alert.id else None,
        addition=way.at.addition,
        gap=way.at.gap,
        age_s=way.at.age_s,
    )
    return decide_send(facts, work.now)


def queue(work: Work, alert: rows.AlertRow, channel: Channel) -> None:
    """Queue an alert for every recipient of the channel."""
    rank = HIGH if alert.priority is Priority.HIGH else 0
    outbox.add_deliveries(work.connection, alert.id, alert.key, channel, priority=rank, now=work.now)


def gather_on(work: Work, alert_id: int, channel: str, route: Gather) -> None:
    """Keep an alert for a channel until its window closes, and see to it that it does."""
    outbox.gather(work.connection, alert_id, channel, window=route.window, due_at=route.due_at, reason=route.reason)
    facts = {"channel": channel, "window": route.window}
    timers.set_timer(work.connection, "window", f"{channel}|{route.window}", route.due_at, facts)


def _thread_moved(work: Work, alert: rows.AlertRow, root: rows.AlertRow) -> None:
    """Note in the thread's first alert that something left: when, how far the cooldown has grown, what is known."""
    passages = rows.passages_in(work.connection, alert.id)
    found = frozenset(name for language, cut in passages for name in facts_in(cut, language))
    thread = rows.thread_from(root)
    level = thread.level if alert.id == root.id else next_level(thread.level, bool(found - thread.known))
    rows.thread_told(work.connection, root.id, work.now, level, found)
    if thread.pending_id == alert.id:
        rows.set_pending(work.connection, root.id, None, None)
