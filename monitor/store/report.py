"""The record of a time: what was polled, where we were blind, what every rule told.  For those who must prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median
from typing import Any

import sqlalchemy as sa

from monitor.model.article import TextState
from monitor.store import tables as t

GAP_INTERVALS = 3.0
LEAST_GAP_S = 1800.0
"""As a gap counts when a source is polled again: three intervals, and half an hour."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source in that time.  `gap_s` is the sum of its gaps; `unread` the share of its articles without full text."""

    id: str
    name: str
    polls: int
    failed: int
    gaps: int
    gap_s: int
    possible_losses: int
    articles: int
    unread: float


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule in that time; `failed` are told alerts with a delivery that died."""

    id: str
    versions: int
    told: int
    held: int
    suppressed: int
    failed: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class Record:
    """Both, and since when there is a history of polls at all (it is kept for a shorter time than alerts)."""

    since: datetime
    until: datetime
    polls_since: datetime | None
    sources: tuple[SourceRecord, ...]
    rules: tuple[RuleRecord, ...]


def record_of(connection: sa.Connection, since: datetime, until: datetime) -> Record:
    """What happened from `since` to `until`."""
    oldest = connection.execute(sa.select(sa.func.min(t.poll.c.started_at, type_=t.UtcTime))).scalar()
    return Record(
        since, until, oldest, tuple(_sources(connection, since, until)), tuple(_rules(connection, since, until))
    )


def gaps(
    good: Iterable[datetime], since: datetime, until: datetime, *, usual_s: float = 0.0
) -> list[tuple[datetime, datetime]]:
    """The stretches in which a source was not seen, from the times of its good polls.

    The time before the first of them and after the last one counts like that between two; without any, all of it.
    `usual_s` is the interval of a source that has been polled too rarely in that time to show it.
    """
    times = sorted(good)
    steps = [(b - a).total_seconds() for a, b in pairwise(times)]
    usual_s = median(steps) if len(steps) > 1 else usual_s or sum(steps)
    limit = max(LEAST_GAP_S, GAP_INTERVALS * usual_s)
    ends = [since, *times, until]
    return [(a, b) for a, b in pairwise(ends) if b - a > timedelta(seconds=limit)]


def _sources(connection: sa.Connection, since: datetime, until: datetime) -> Iterator[SourceRecord]:
    s = t.source.c
    watched = sa.select(s.id, s.name, s.added_at, s.memory).where(s.configured).order_by(s.id)
    rows = connection.execute(watched).all()
    known, texts = {row.id: row for row in rows}, _texts(connection, since, until)
    polled: dict[str, SourceRecord] = {}
    for source_id, polls in groupby(_polls(connection, since, until), key=attrgetter("source_id")):
        if source_id in known:
            polled[source_id] = _source(known[source_id], list(polls), texts, since, until)
    for row in rows:
        yield polled.get(row.id) or _source(row, [], texts, since, until)


def _source(
    row: Any, polls: Sequence[Any], texts: Mapping[str, tuple[int, int]], since: datetime, until: datetime
) -> SourceRecord:
    good = [poll.started_at for poll in polls if poll.status is not None and poll.status < 400]
    begun, usual_s = max(since, min(row.added_at, until)), float(row.memory.get("interval_s") or 0.0)
    blind = gaps(good, begun, until, usual_s=usual_s)
    articles, unread = texts.get(row.id, (0, 0))
    return SourceRecord(
        id=row.id,
        name=row.name,
        polls=len(polls),
        failed=len(polls) - len(good),
        gaps=len(blind),
        gap_s=round(sum((b - a).total_seconds() for a, b in blind)),
        possible_losses=sum(bool(poll.possible_loss) for poll in polls),
        articles=articles,
        unread=round(unread / articles, 3) if articles else 0.0,
    )


def _polls(connection: sa.Connection, since: datetime, until: datetime) -> Iterable[Any]:
    """One source after the other, in one walk: no index has those that brought nothing."""
    p = t.poll.c
    query = sa.select(p.source_id, p.started_at, p.status, p.possible_loss)
    query = query.where(p.started_at >= since, p.started_at < until).order_by(p.source_id)
    return connection.execute(query, execution_options={"yield_per": 1000})


def _texts(connection: sa.Connection, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """Articles and those without full text, by the source that had them first."""
    a = t.article.c
    unread = sa.func.sum(sa.case((a.text_state != TextState.FULL.value, 1), else_=0))
    query = (
        sa.select(a.first_source_id, sa.func.count(), unread)
        .where(a.first_seen_at >= since, a.first_seen_at < until, a.settled)
        .group_by(a.first_source_id)
    )
    return {source: (int(number), int(without)) for source, number, without in connection.execute(query)}


def _rules(connection: sa.Connection, since: datetime, until: datetime) -> Iterator[RuleRecord]:
    a, r = t.alert.c, t.rule_state.c
    within = (a.created_at >= since, a.created_at < until)
    counted: dict[str, dict[str, int]] = {}
    states = sa.select(a.rule_id, a.state, sa.func.count()).where(*within).group_by(a.rule_id, a.state)
    for rule_id, state, number in connection.execute(states):
        counted.setdefault(rule_id, {})[state] = number
    acked = _by_rule(connection, sa.select(a.rule_id, sa.func.count()).where(*within, a.acked_at.is_not(None)))
    d = t.delivery.c
    died = sa.select(a.rule_id, sa.func.count(sa.distinct(a.id))).join(t.delivery, d.alert_id == a.id)
    dead = _by_rule(connection, died.where(*within, d.state == "dead"))
    versions = _by_rule(connection, sa.select(t.rule_version.c.rule_id, sa.func.count()), t.rule_version.c.rule_id)
    for rule_id in connection.execute(sa.select(r.rule_id).order_by(r.rule_id)).scalars():
        found = counted.get(rule_id, {})
        yield RuleRecord(
            id=rule_id,
            versions=versions.get(rule_id, 0),
            told=found.get("told", 0),
            held=found.get("held", 0),
            suppressed=found.get("suppressed", 0),
            failed=dead.get(rule_id, 0),
            acknowledged=acked.get(rule_id, 0),
        )


def _by_rule(
    connection: sa.Connection, query: sa.Select[Any], column: sa.Column[Any] = t.alert.c.rule_id
) -> dict[str, int]:
    return {rule_id: int(number) for rule_id, number in connection.execute(query.group_by(column)) if rule_id}
