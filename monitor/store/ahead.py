"""What a clock that was ahead has put off is due now.

A machine that begins without the right time may write for a while with dates of next year.  Once its clock is set
right, everything it has put off would wait until then, and nothing would tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.alerts import instant_from_json, instant_to_json
from monitor.store.leases import CLAIMABLE, is_held, voided
from monitor.store.memory import not_after
from monitor.store.outbox import WAITING
from monitor.store.turns import forget_ahead

AHEAD = timedelta(hours=1)
"""What is later than that was not written by this clock; summer time and the drift of clocks are less."""
LONGEST_BLOCK = timedelta(hours=25)
"""No host is left alone for longer than a day (`fetch.answers`)."""
REMEMBERED = ("told_at", "pending_due_at")
"""Instants by which a thread's next update is decided."""


def bring_back(connection: sa.Connection, now: datetime) -> int:
    """Make due what was polled, found, told, ordered or done "later" than in an hour; how many rows that were."""
    later = now + AHEAD
    parts = (_sources, _hosts, _articles, _threads, _windows, _absences, _deliveries, _held, _alerts)
    return sum(part(connection, now, later) for part in parts) + forget_ahead(connection, later)


def _sources(connection: sa.Connection, now: datetime, later: datetime) -> int:
    s = t.source.c
    polled = connection.execute(sa.select(s.id, s.memory).where(s.last_polled_at > later)).all()
    # What is put off by the right clock is due before the wrong date, and waits its time.
    due = sa.case((s.due_at > now, sa.literal(now, t.UtcTime)), else_=s.due_at)
    for row in polled:
        values = {"due_at": due, "last_polled_at": now, "memory": not_after(row.memory, later, now)}
        connection.execute(sa.update(t.source).where(s.id == row.id).values(values))
    if polled:  # no index has the times of polls; their history is in order of time, which forgetting goes by
        connection.execute(sa.update(t.poll).where(t.poll.c.started_at > later).values(started_at=now))
    return len(polled)


def _hosts(connection: sa.Connection, now: datetime, later: datetime) -> int:
    h = t.host.c
    asked = sa.update(t.host).where(h.next_at > later).values(next_at=now)
    blocked = sa.update(t.host).where(h.blocked_until > now + LONGEST_BLOCK).values(blocked_until=None)
    return connection.execute(asked).rowcount + connection.execute(blocked).rowcount


def _articles(connection: sa.Connection, now: datetime, later: datetime) -> int:
    a = t.article.c
    found = sa.update(t.article).where(a.first_seen_at > later, a.due_at >= a.first_seen_at)
    return connection.execute(found.values(due_at=now)).rowcount


def _threads(connection: sa.Connection, now: datetime, later: datetime) -> int:
    """Updates, escalations and rules that wait for sources: their threads, and the timers that are about them."""
    a, c = t.alert.c, t.timer.c
    keys = sa.select(a.thread).where(a.created_at > later, a.thread.is_not(None))
    wrong = 0
    for row in connection.execute(sa.select(a.id, a.facts).where(a.key.in_(keys))).all():
        facts = _facts_not_after(row.facts, later, now)
        if facts != row.facts:
            connection.execute(sa.update(t.alert).where(a.id == row.id).values(facts=facts))
            wrong += 1
    waiting = sa.update(t.timer).where(c.due_at > later, c.subject.in_(keys))
    return wrong + connection.execute(waiting.values(due_at=now)).rowcount


def _alerts(connection: sa.Connection, now: datetime, later: datetime) -> int:
    """Last of all, since others go by it: what was told next year counts for no hour's limit until then."""
    a = t.alert.c
    return connection.execute(sa.update(t.alert).where(a.created_at > later).values(created_at=now)).rowcount


def _windows(connection: sa.Connection, now: datetime, later: datetime) -> int:
    """Digests and quiet hours of next year, if all that they gathered is of next year, too."""
    c, d, a = t.timer.c, t.digest_item.c, t.alert.c
    wound = connection.execute(sa.select(c.id, c.facts).where(c.kind == "window", c.due_at > later)).all()
    wrong = []
    for row in wound:
        of_window = (d.channel == row.facts.get("channel"), d.window == row.facts.get("window"), d.told_in.is_(None))
        first = sa.select(sa.func.min(a.created_at, type_=t.UtcTime)).join(t.digest_item, d.alert_id == a.id)
        gathered_at = connection.execute(first.where(*of_window)).scalar()
        if gathered_at is not None and gathered_at > later:
            wrong.append(row.id)
    if wrong:
        connection.execute(sa.update(t.timer).where(c.id.in_(wrong)).values(due_at=now))
    return len(wrong)


def _absences(connection: sa.Connection, now: datetime, later: datetime) -> int:
    r, c = t.rule_state.c, t.timer.c
    rules = connection.execute(sa.select(r.rule_id).where(r.last_match_at > later)).scalars().all()
    if rules:
        connection.execute(sa.update(t.rule_state).where(r.rule_id.in_(rules)).values(last_match_at=now))
        connection.execute(
            sa.update(t.timer)
            .where(c.kind == "absence", c.subject.in_(rules), c.due_at > later)
            .values(due_at=now, facts={})
        )
    return len(rules)


def _deliveries(connection: sa.Connection, now: datetime, later: datetime) -> int:
    d = t.delivery.c
    ordered = sa.update(t.delivery).where(d.state.in_(WAITING), d.created_at > later, d.due_at >= d.created_at)
    return connection.execute(ordered.values(due_at=now, created_at=now)).rowcount


def _held(connection: sa.Connection, _now: datetime, later: datetime) -> int:
    """Leases and requests that would last until next year, and workers that would seem alive until then."""
    freed = 0
    for table in CLAIMABLE:
        held = sa.update(table).where(is_held(table), table.c.lease_until > later)
        freed += connection.execute(held.values(voided(table))).rowcount
    freed += connection.execute(sa.delete(t.asking).where(t.asking.c.until > later)).rowcount
    return freed + connection.execute(sa.delete(t.worker).where(t.worker.c.seen_at > later)).rowcount


def _facts_not_after(facts: Mapping[str, Any], later: datetime, now: datetime) -> dict[str, Any]:
    known = {name: instant_from_json(facts.get(name)) for name in REMEMBERED}
    wrong = {name: instant_to_json(now) for name, instant in known.items() if instant is not None and instant > later}
    return {**facts, **wrong}
