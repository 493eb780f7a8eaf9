"""The rules with what they brought lately."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from monitor.store.rules import RuleState, rule_states
from monitor.store.volumes import matches_per
from monitor.web.svg import sparkline
from monitor.web.visit import Visit

DAYS = 14
PAGE = 100


def list_all(visit: Visit) -> Response:
    """The rules that are or were to be watched, with fourteen days of hits; `q` is part of a name."""
    named, page = visit.text("q").strip().casefold(), max(1, visit.number("page") or 1)
    with visit.context.database.reading() as connection:
        states = [state for state in rule_states(connection) if state.status != "removed" and _fits(state, named)]
        volume = matches_per(connection, last_days(visit, DAYS))
    rows = []
    shown = states[(page - 1) * PAGE : page * PAGE]
    for state in shown:
        counts = [volume.get(state.rule_id, {}).get(day, 0) for day in range(DAYS)]
        words = visit.reader.say("Hits in {days} days: {total}", total=sum(counts), days=DAYS)
        rows.append({"state": state, "total": sum(counts), "today": counts[-1], "spark": sparkline(counts, words)})
    further = page + 1 if len(states) > page * PAGE else None
    return visit.page("rules.html", rows=rows, days=DAYS, q=visit.text("q").strip(), page=page, further=further)


def _fits(state: RuleState, named: str) -> bool:
    return named in state.name.casefold() or named in state.rule_id


def last_days(visit: Visit, number: int) -> list[datetime]:
    """When so many days began for the reader, today last; twice a year one is an hour longer or shorter."""
    midnight = visit.context.now.astimezone(visit.reader.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [midnight - timedelta(days=ago) for ago in range(number - 1, -1, -1)]
