"""What the monitor says about itself: a daily mail, a weekly review, and at once only what cannot wait."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alert.hours import next_local
from monitor.alert.keys import ops_key
from monitor.loops.dispatch import Telling, Work, queue
from monitor.loops.ops import tell_ops
from monitor.model.alert import AlertKind, AlertState, Timer
from monitor.model.reasons import Reason
from monitor.store import alerts as rows
from monitor.store import counts, timers

EVERY_MINUTE = timedelta(minutes=1)
DAY, WEEK, SILENT = timedelta(days=1), timedelta(days=7), timedelta(days=90)
SICK = frozenset({"failing", "blocked", "gone", "stale", "empty", "degraded"})
DOWN = frozenset({"failing", "blocked"})
OFFLINE_SHARE = 1 / 3
OFFLINE_LEAST = 3
"""Fewer sources than that failing together are failing sources, not an outage of ours."""
SHOWN = 20


def wind_standing(connection: sa.Connection, telling: Telling, now: datetime) -> None:
    """Wind the timers that never end, where they are not wound yet."""
    settings, zone = telling.settings, telling.zone
    standing = {
        "daily": next_local(settings.daily_at, now, zone),
        "weekly": next_local(settings.daily_at, now, zone, settings.weekly_day),
        "watch": now + EVERY_MINUTE,
    }
    if settings.heartbeat_to:
        standing["heartbeat"] = now
    if settings.canary:
        standing["canary"] = now
    for kind, due in standing.items():
        if not timers.has_timer(connection, kind, ""):
            timers.set_timer(connection, kind, "", due)


def daily(work: Work, _timer: Timer) -> datetime | None:
    """The health mail of the day."""
    settings = work.telling.settings
    tell_ops(work, ops_key("health", "daily", f"{work.now:%Y-%m-%d}"), *_health(work))
    return next_local(settings.daily_at, work.now, work.telling.zone)


def _health(work: Work) -> tuple[str, list[str]]:
    day = counts.figures(work.connection, work.now - DAY)
    sources = counts.source_states(work.connection)
    sick = [source for source in sources if source.health in SICK]
    refused = [rule for rule in counts.rule_figures(work.connection, work.now - DAY) if rule.status == "refused"]
    headline = f"{len(sources) - len(sick)} of {len(sources)} sources fine, {day.told} alerts, {day.dead} undeliverable"
    lines = [
        f"articles: {day.articles}; alerts told {day.told}, held {day.held}, not told {day.suppressed}",
        f"outbox: {day.waiting} waiting"
        + (f" since {day.waiting_since:%Y-%m-%d %H:%M} UTC" if day.waiting_since else ""),
    ]
    lines += [f"source {source.name}: {source.health}: {source.reason}" for source in sick[:SHOWN]]
    if len(sick) > SHOWN:
        lines.append(f"and {len(sick) - SHOWN} more sources; see: monitor sources list")
    for rule in refused:
        watching = f"version {rule.version} goes on" if rule.version else "NOT WATCHING"
        lines.append(f"rule {rule.name}: refused, {watching}: {rule.problem}")
    return headline, lines


def weekly(work: Work, _timer: Timer) -> datetime | None:
    """The review of the week: what to tidy up in the watchlist and among the sources."""
    settings = work.telling.settings
    tell_ops(work, ops_key("review", "weekly", f"{work.now:%G-W%V}"), "Review of the week", _review(work))
    return next_local(settings.daily_at, work.now, work.telling.zone, settings.weekly_day)


def _review(work: Work) -> list[str]:
    rules = counts.rule_figures(work.connection, work.now - WEEK)
    quiet = [rule for rule in rules if (rule.last_match_at or rule.accepted_at) < work.now - SILENT]
    stale = [source for source in counts.source_states(work.connection) if source.health in {"stale", "gone", "empty"}]
    this, before = (
        counts.figures(work.connection, work.now - WEEK),
        counts.figures(work.connection, work.now - 2 * WEEK),
    )
    lines = [f"articles: {this.articles}, the week before {before.articles - this.articles}"]
    lines += [f"silent for 90 days: {rule.name}" for rule in quiet[:SHOWN]]
    lines += _top("noisiest", [(rule.told, rule.name) for rule in rules])
    lines += _top("most muted", [(rule.muted, rule.name) for rule in rules])
    lines += _top("held by guards", [(rule.guarded, rule.name) for rule in rules])
    lines += [f"{source.health} source: {source.name}: {source.reason}" for source in stale[:SHOWN]]
    unread = counts.unread_texts(work.connection, work.now - WEEK)
    if unread:
        lines.append(f"articles whose text could not be read: {unread}")
    return lines


def _top(label: str, ranked: list[tuple[int, str]]) -> list[str]:
    return [f"{label}: {name} ({number})" for number, name in sorted(ranked, reverse=True)[:3] if number]


def watch(work: Work, timer: Timer) -> datetime | None:
    """At once: we are offline (and what that cost, when it is over); a critical source that fails."""
    sources = counts.source_states(work.connection)
    down = [source for source in sources if source.health in DOWN]
    since = rows.instant_from_json(timer.facts.get("offline_since"))
    if len(down) >= OFFLINE_LEAST and len(down) >= OFFLINE_SHARE * len(sources):
        if since is None:
            timers.set_facts(work.connection, timer, {"offline_since": rows.instant_to_json(work.now)})
            headline = f"We are offline: {len(down)} of {len(sources)} sources fail together"
            lines = list(dict.fromkeys(source.reason for source in down))[:5]
            tell_ops(work, ops_key("offline", "all", f"{work.now:%Y-%m-%dT%H:%MZ}"), headline, lines)
        return work.now + EVERY_MINUTE
    if since is not None:
        timers.set_facts(work.connection, timer, {"offline_since": None})
        headline = f"Online again; the gap began {since:%Y-%m-%d %H:%M} UTC"
        still = [f"still failing: {source.name}: {source.reason}" for source in down]
        tell_ops(work, ops_key("online", "all", f"{work.now:%Y-%m-%dT%H:%MZ}"), headline, still)
    critical = set(work.telling.settings.critical_sources)
    known = dict(timer.facts.get("critical", {}))
    for source in sources:
        if source.id in critical and source.health in SICK and source.id not in known:
            known[source.id] = f"{work.now:%Y-%m-%dT%H:%MZ}"
            key = ops_key("source", source.id, known[source.id])
            tell_ops(work, key, f"Critical source {source.name}: {source.health}", [source.reason])
        elif source.health not in SICK:
            known.pop(source.id, None)
    timers.set_facts(work.connection, timer, {"critical": known})
    return work.now + EVERY_MINUTE


def heartbeat(work: Work, _timer: Timer) -> datetime | None:
    """A sign of life, for a service that raises the alarm when it stops; withheld while the canary is dead."""
    settings = work.telling.settings
    if not settings.heartbeat_to:
        return None
    again = work.now + timedelta(seconds=settings.heartbeat_every_s)
    if settings.canary and not canary_alive(work):
        return again
    key = ops_key("heartbeat", "monitor", f"{work.now:%Y-%m-%dT%H:%MZ}")
    facts = {"headline": "News-Monitor is alive", "lines": []}
    new = rows.NewAlert(key, AlertKind.OPS, AlertState.TOLD, Reason("heartbeat", "alive"), thread=key, facts=facts)
    alert = rows.get_alert(work.connection, rows.put_alert(work.connection, new, work.now))
    for name in settings.heartbeat_to:
        if name in work.telling.channels:
            queue(work, alert, work.telling.channels[name])
    return again


def canary_alive(work: Work) -> bool:
    """Whether the canary's article of a day ago has come through; `canary_came` says that it did."""
    came = rows.instant_from_json(timers.facts_of(work.connection, "canary", "").get("came_at"))
    sent = rows.instant_from_json(timers.facts_of(work.connection, "canary", "").get("sent_at"))
    return sent is None or (came is not None and came >= sent) or work.now - sent < timedelta(hours=1)
