"""What the monitor says about itself: a daily mail, a weekly review, and at once only what cannot wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alert.german import health_in, reason_in
from monitor.alert.hours import next_digest, next_local
from monitor.alert.keys import ops_key
from monitor.alert.words import say
from monitor.fetch.health import decide_offline
from monitor.loops.canary import canary_lives
from monitor.loops.critical import watch_critical
from monitor.loops.dispatch import Telling, Work
from monitor.loops.ops import tell_ops
from monitor.model.alert import Timer
from monitor.store import alerts as rows
from monitor.store import counts, timers

EVERY_MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY, WEEK, SILENT = timedelta(days=1), timedelta(days=7), timedelta(days=90)
SICK = frozenset({"failing", "blocked", "gone", "stale", "empty", "degraded"})
DOWN = frozenset({"failing", "blocked"})
RECENT = timedelta(minutes=5)
"""Polls of that time tell whether anything can be reached at all."""
OFFLINE_SHARE = 1 / 3
OFFLINE_LEAST = 3
"""Fewer sources than that failing together are failing sources, not an outage of ours."""
SHOWN = 20


def wind_standing(connection: sa.Connection, telling: Telling, now: datetime) -> None:
    """Wind the timers that never end; one that is wound goes off no later than if it had been decided now."""
    settings = telling.settings
    standing = {
        "daily": _next_health(telling, now),
        "weekly": _next_review(telling, now),
        "watch": now + EVERY_MINUTE,
    }
    for kind, due in standing.items():
        timers.set_timer(connection, kind, "", due)
    for kind, wanted, every_s in (
        ("heartbeat", settings.heartbeat_to, settings.heartbeat_every_s),
        ("canary", settings.canary, settings.canary_every_s),
    ):
        if wanted:
            wait = timedelta(seconds=every_s if timers.has_timer(connection, kind, "") else 0.0)
            timers.set_timer(connection, kind, "", now + wait)


def daily(work: Work, timer: Timer) -> datetime | None:
    """The health mail: of the day, or as often as `alerts.health_at` says."""
    next_at = _next_health(work.telling, work.now)
    if not _comes_anyway(timer, work.now, next_at):
        tell_ops(work, ops_key("health", "daily", f"{work.now:%Y-%m-%dT%H:%MZ}"), *_health(work))
    return next_at


def _comes_anyway(timer: Timer, now: datetime, next_at: datetime) -> bool:
    """Whether a mail that is late, since nothing ran when it was due, is spared by the next one."""
    return now - timer.due_at > HOUR and next_at - now <= HOUR


def _next_health(telling: Telling, now: datetime) -> datetime:
    settings = telling.settings
    return next_digest(settings.health_at or "daily", now, telling.zone, settings.daily_at)


def _next_review(telling: Telling, now: datetime) -> datetime:
    settings = telling.settings
    if settings.review_at is not None:
        return next_digest(settings.review_at, now, telling.zone, settings.daily_at)
    return next_local(settings.daily_at, now, telling.zone, settings.weekly_day)


def _say(work: Work, key: str, *values: object) -> str:
    return say(work.telling.settings.language, key, *values)


def _time(work: Work, instant: datetime) -> str:
    return f"{instant.astimezone(work.telling.zone):%Y-%m-%d %H:%M %Z}"


def _source(work: Work, source: counts.SourceState) -> str:
    language = work.telling.settings.language
    return _say(work, "source", source.name, health_in(language, source.health), reason_in(language, source.reason))


def _reasons(work: Work, reasons: Iterable[str]) -> list[str]:
    return [reason_in(work.telling.settings.language, reason) for reason in dict.fromkeys(reasons)]


def _health(work: Work) -> tuple[str, list[str]]:
    day = counts.figures(work.connection, work.now - DAY)
    sources = counts.source_states(work.connection)
    sick = [source for source in sources if source.health in SICK]
    headline = _say(work, "health", len(sources) - len(sick), len(sources), day.told, day.dead)
    outbox = _say(work, "health_outbox", day.waiting)
    if day.waiting_since:
        outbox += " " + _say(work, "health_since", _time(work, day.waiting_since))
    lines = [_say(work, "health_articles", day.articles, day.told, day.held, day.suppressed), outbox]
    lines += [_source(work, source) for source in sick[:SHOWN]]
    if len(sick) > SHOWN:
        lines.append(_say(work, "more_sources", len(sick) - SHOWN))
    for rule in counts.rule_figures(work.connection, work.now - DAY):
        if rule.status == "refused" and rule.version:
            lines.append(_say(work, "rule_refused", rule.name, rule.version, rule.problem))
        elif rule.status == "refused":
            lines.append(_say(work, "not_watching", rule.name, rule.problem))
    return headline, lines


def weekly(work: Work, timer: Timer) -> datetime | None:
    """The review of the week: what to tidy up in the watchlist and among the sources."""
    next_at = _next_review(work.telling, work.now)
    if not _comes_anyway(timer, work.now, next_at):
        tell_ops(work, ops_key("review", "weekly", f"{work.now:%Y-%m-%dT%H:%MZ}"), _say(work, "review"), _review(work))
    return next_at


def _review(work: Work) -> list[str]:
    rules = counts.rule_figures(work.connection, work.now - WEEK)
    quiet = [rule for rule in rules if (rule.last_match_at or rule.accepted_at) < work.now - SILENT]
    stale = [source for source in counts.source_states(work.connection) if source.health in {"stale", "gone", "empty"}]
    this = counts.figures(work.connection, work.now - WEEK).articles
    both = counts.figures(work.connection, work.now - 2 * WEEK).articles
    lines = [_say(work, "review_articles", this, both - this)]
    lines += [_say(work, "review_silent", rule.name) for rule in quiet[:SHOWN]]
    lines += _top(work, "review_noisiest", [(rule.told, rule.name) for rule in rules])
    lines += _top(work, "review_muted", [(rule.muted, rule.name) for rule in rules])
    lines += _top(work, "review_guarded", [(rule.guarded, rule.name) for rule in rules])
    lines += [_source(work, source) for source in stale[:SHOWN]]
    if unread := counts.unread_texts(work.connection, work.now - WEEK):
        lines.append(_say(work, "review_unread", unread))
    return lines


def _top(work: Work, key: str, ranked: list[tuple[int, str]]) -> list[str]:
    return [_say(work, key, name, number) for number, name in sorted(ranked, reverse=True)[:3] if number]


def watch(work: Work, timer: Timer) -> datetime | None:
    """At once: we are offline (and what that cost, when it is over); a critical source that fails."""
    sources = counts.source_states(work.connection)
    down = [source for source in sources if source.health in DOWN]
    since = rows.instant_from_json(timer.facts.get("offline_since"))
    minute = f"{work.now:%Y-%m-%dT%H:%MZ}"
    looked_back = min(since or work.now, work.now - RECENT)
    unreachable = decide_offline(counts.recent_polls(work.connection, looked_back))
    if unreachable or (len(down) >= OFFLINE_LEAST and len(down) >= OFFLINE_SHARE * len(sources)):
        if since is None:
            timers.set_facts(work.connection, timer, {"offline_since": rows.instant_to_json(work.now)})
            headline = _say(work, "cut_off") if unreachable else _say(work, "offline", len(down), len(sources))
            reasons = _reasons(work, [unreachable.text] if unreachable else [])
            reasons += _reasons(work, (source.reason for source in down))[:5]
            tell_ops(work, ops_key("offline", "all", minute), headline, reasons)
        return work.now + EVERY_MINUTE
    if since is not None:
        timers.set_facts(work.connection, timer, {"offline_since": None})
        still = [_say(work, "still_failing", source.name, *_reasons(work, [source.reason])) for source in down]
        tell_ops(work, ops_key("online", "all", minute), _say(work, "online", _time(work, since)), still)
    watch_critical(work, sources, SICK)
    return work.now + EVERY_MINUTE


def heartbeat(work: Work, _timer: Timer) -> datetime | None:
    """A sign of life, for a service that raises the alarm when it stops; withheld while the canary is dead."""
    settings = work.telling.settings
    if not settings.heartbeat_to:
        return None
    again = work.now + timedelta(seconds=settings.heartbeat_every_s)
    if settings.canary and not canary_lives(work):
        return again
    key = ops_key("heartbeat", "monitor", f"{work.now:%Y-%m-%dT%H:%MZ}")
    tell_ops(work, key, _say(work, "alive"), (), to=settings.heartbeat_to)
    return again
