"""Critical sources: their failing is told at once, repeated while it lasts, and so is its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.alert.german import health_in, reason_in
from monitor.alert.keys import ops_key
from monitor.alert.words import duration, say
from monitor.loops.dispatch import Work
from monitor.loops.ops import tell_ops
from monitor.model.alert import Timer
from monitor.store import alerts as rows
from monitor.store import counts, timers

KIND = "reminder"
PAUSES = (timedelta(hours=1), timedelta(hours=6))
"""Before the first and the second reminder."""
DAILY = timedelta(days=1)
"""Between all further ones."""


def watch_critical(work: Work, sources: Sequence[counts.SourceState], sick: frozenset[str]) -> None:
    """Tell which critical sources fail now and did not before, and which are well again."""
    critical = set(work.telling.settings.critical_sources)
    for source in sources:
        wound = timers.facts_of(work.connection, KIND, source.id)
        if source.id in critical and source.health in sick and not wound:
            incident = f"{work.now:%Y-%m-%dT%H:%MZ}"
            facts = {"since": rows.instant_to_json(work.now), "incident": incident, "told": 0}
            timers.set_timer(work.connection, KIND, source.id, work.now + PAUSES[0], facts)
            language = work.telling.settings.language
            headline = say(language, "critical", source.name, health_in(language, source.health))
            tell_ops(work, ops_key("source", source.id, incident), headline, [reason_in(language, source.reason)])
        elif wound and source.health not in sick:
            timers.drop_timer(work.connection, KIND, source.id)
            _tell(work, source, wound, "recovered", "back")


def remind(work: Work, timer: Timer) -> datetime | None:
    """A critical source that still fails is told again; one that is critical no more, or gone, is let go.

    While we are offline ourselves nothing is said about single sources.
    """
    source = next((s for s in counts.source_states(work.connection) if s.id == timer.subject), None)
    if source is None or source.id not in work.telling.settings.critical_sources:
        return None
    if timers.facts_of(work.connection, "watch", "").get("offline_since"):
        return work.now + PAUSES[0]
    told = int(timer.facts.get("told", 0)) + 1
    _tell(work, source, timer.facts, "reminder", f"r{told}")
    timers.set_facts(work.connection, timer, {"told": told})
    return work.now + (PAUSES[told] if told < len(PAUSES) else DAILY)


def _tell(work: Work, source: counts.SourceState, facts: Mapping[str, Any], phrase: str, step: str) -> None:
    """A further message in the thread of the incident."""
    language = work.telling.settings.language
    since = rows.instant_from_json(facts.get("since")) or work.now
    headline = say(language, phrase, source.name, duration(language, (work.now - since).total_seconds()))
    lines = [reason_in(language, source.reason)] if source.reason else []
    first = ops_key("source", source.id, str(facts.get("incident", "")))
    tell_ops(work, f"{first}:{step}", headline, lines, thread=first)
