"""Timers of rules that fire on volume: bursts and absences.  They count, decide, and tell a window at most once."""

from __future__ import annotations

from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from monitor.alert.fire import AbsenceFacts, BurstFacts, decide_absence, decide_burst
from monitor.alert.german import reason_in
from monitor.alert.keys import window_key, window_name
from monitor.alert.words import say
from monitor.loops.dispatch import Work, send_alert
from monitor.model.alert import AlertKind, AlertState, Timer
from monitor.model.reasons import Reason
from monitor.model.rule import FireAbsence, FireBurst
from monitor.model.settled import RuleFacts
from monitor.store import alerts as rows
from monitor.store import counts, timers

WEEK = timedelta(days=7)
LOOK_AGAIN = timedelta(minutes=10)
SHOWN = 20


def burst(work: Work, timer: Timer) -> datetime | None:
    """Whether the rule's volume of now is a burst."""
    rule = work.telling.rules.get(timer.subject)
    if rule is None or not isinstance(rule.fire, FireBurst):
        return None
    fire, span = rule.fire, timedelta(seconds=rule.fire.within_s)
    now_counted = counts.volume(work.connection, rule.id, work.now - span, work.now + timedelta(microseconds=1))
    armed = bool(timer.facts.get("armed", True))
    decided = decide_burst(
        fire,
        BurstFacts(now_counted.groups, now_counted.sources, _history(work, rule, fire), rule.accepted_at, armed),
        work.now,
    )
    timers.set_facts(work.connection, timer, {"armed": decided.armed})
    if decided.tell:
        window = window_name("burst", work.now)
        _tell(work, rule, AlertKind.BURST, window, decided.reason, articles=now_counted.articles[-SHOWN:])
    return None if decided.armed else work.now + LOOK_AGAIN


def _history(work: Work, rule: RuleFacts, fire: FireBurst) -> tuple[int, ...]:
    """Counts of the same hours in the weeks before, as far as the rule was watching then."""
    span, found = timedelta(seconds=fire.within_s), []
    for week in range(1, max(1, round(fire.baseline_s / WEEK.total_seconds())) + 1):
        end = work.now - week * WEEK
        if end - span >= rule.accepted_at:
            found.append(counts.volume(work.connection, rule.id, end - span, end).groups)
    return tuple(found)


def absence(work: Work, timer: Timer) -> datetime | None:
    """Whether nothing has matched for too long, or we cannot tell."""
    rule = work.telling.rules.get(timer.subject)
    if rule is None or not isinstance(rule.fire, FireAbsence):
        return None
    last = counts.last_match(work.connection, rule.id)
    since = max(rule.accepted_at, last) if last else rule.accepted_at
    told = rows.instant_from_json(timer.facts.get("told_at"))
    start = max(since, told) if told else since
    blind = counts.blind_spans(work.connection, _in_scope(work, rule), start, work.now)
    decided = decide_absence(rule.fire, AbsenceFacts(start, blind), work.now)
    if decided.tell:
        timers.set_facts(work.connection, timer, {"told_at": rows.instant_to_json(work.now)})
        _tell(work, rule, AlertKind.ABSENCE, window_name("absence", work.now), decided.reason, articles=())
    elif decided.cannot_tell:
        _tell(work, rule, AlertKind.ABSENCE, window_name("cannot-tell", start), decided.reason, articles=())
    return max(decided.again_at, work.now + LOOK_AGAIN)


def _in_scope(work: Work, rule: RuleFacts) -> tuple[str, ...]:
    """The sources that the rule names; of a rule that names none no single one matters."""
    wanted = [glob for glob in rule.where.source if not glob.startswith("!")]
    if not wanted:
        return ()
    return tuple(
        source.id
        for source in counts.source_states(work.connection)
        if any(fnmatchcase(name, glob) for glob in wanted for name in (source.id, source.name, *source.tags))
    )


def _tell(
    work: Work, rule: RuleFacts, kind: AlertKind, window: str, reason: Reason, *, articles: tuple[int, ...]
) -> None:
    key = window_key(rule.id, window)
    if rows.find_alert(work.connection, key) is not None:
        return
    new = rows.NewAlert(
        key=key,
        kind=kind,
        state=AlertState.HELD,
        reason=reason,
        rule_id=rule.id,
        rule_version=rule.version,
        thread=key,
        priority=rule.alert.priority,
        facts={"headline": _headline(work, kind, reason), "why": reason.text},
    )
    alert_id = rows.put_alert(work.connection, new, work.now)
    for article_id in articles:
        rows.put_member(work.connection, alert_id, rows.Member(article_id, None, 0))
    send_alert(work, rows.get_alert(work.connection, alert_id), rule)


def _headline(work: Work, kind: AlertKind, reason: Reason) -> str:
    language = work.telling.settings.language
    return f"{say(language, kind.value)}: {reason_in(language, reason.text)}"
