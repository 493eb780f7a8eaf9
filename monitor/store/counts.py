"""Counts over matches, polls and alerts, for bursts, absences and what the monitor says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.model.alert import AlertState, DeliveryState
from monitor.store import tables as t

MARGIN = timedelta(hours=2)
"""Two polls of a source that lie further apart than this leave a hole in what we could see."""

RECENT_POLLS = 2000
"""More of them say nothing more about whether we are online."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Groups of copies on which a rule fired in a window, from how many sources, with one article of each."""

    groups: int
    sources: int
    articles: tuple[int, ...]


def volume(connection: sa.Connection, rule_id: str, start: datetime, end: datetime) -> Volume:
    """What a rule fired on from `start` until before `end`; copies of one text count once."""
    head = sa.func.coalesce(t.article.c.copy_of, t.article.c.id)
    hits = (
        sa.select(t.match.c.article_id)
        .where(t.match.c.rule_id == rule_id, t.match.c.fired.is_(True))
        .where(t.match.c.created_at >= start, t.match.c.created_at < end)
    )
    groups = connection.execute(
        sa.select(sa.func.min(t.article.c.id)).where(t.article.c.id.in_(hits)).group_by(head).order_by(sa.text("1"))
    ).scalars()
    sources = sa.select(sa.func.count(sa.distinct(t.sighting.c.source_id))).where(t.sighting.c.article_id.in_(hits))
    articles = tuple(groups)
    return Volume(len(articles), int(connection.execute(sources).scalar_one()), articles)


def last_match(connection: sa.Connection, rule_id: str) -> datetime | None:
    """When the rule last fired."""
    query = sa.select(sa.func.max(t.match.c.created_at, type_=t.UtcTime)).where(
        t.match.c.rule_id == rule_id, t.match.c.fired.is_(True)
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


@dataclass(frozen=True, slots=True)
class SourceState:
    """A configured source as the monitor's own messages speak of it."""

    id: str
    name: str
    tags: tuple[str, ...]
    health: str
    reason: str
    last_polled_at: datetime | None


def source_states(connection: sa.Connection) -> list[SourceState]:
    """The configured sources that are not paused, by name."""
    c = t.source.c
    query = sa.select(c.id, c.name, c.tags, c.health, c.reason, c.last_polled_at).where(
        c.configured.is_(True), c.paused.is_(False)
    )
    rows = connection.execute(query.order_by(c.name)).all()
    return [
        SourceState(row.id, row.name, tuple(row.tags or ()), row.health, row.reason or "", row.last_polled_at)
        for row in rows
    ]


def recent_polls(connection: sa.Connection, since: datetime) -> list[tuple[str, str | None]]:
    """Host and problem of the polls since then, newest first; no problem where the host gave any answer."""
    s, p = t.source.c, t.poll.c
    newest = sa.select(sa.func.max(p.id)).scalar_subquery()
    query = (
        sa.select(s.host, p.outcome, p.status)
        .join(t.source, s.id == p.source_id)
        .where(p.id > newest - RECENT_POLLS, p.started_at >= since)
        .order_by(p.id.desc())
    )
    return [(row.host, row.outcome if row.status is None else None) for row in connection.execute(query)]


def blind_spans(
    connection: sa.Connection, source_ids: Sequence[str], start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches from `start` to `end` in which one of the sources could not be seen.

    A source is seen from one good poll to the next when no failed one lies between them and they are not far apart.
    """
    c = t.poll.c
    polls: dict[str, list[tuple[datetime, int | None]]] = {source_id: [] for source_id in source_ids}
    query = (  # for all at once: no index has the polls that brought nothing
        sa.select(c.source_id, c.started_at, c.status)
        .where(c.source_id.in_(source_ids), c.started_at >= start - MARGIN, c.started_at <= end)
        .order_by(c.started_at)
    )
    for source_id, at, status in connection.execute(query):
        polls[source_id].append((at, status))
    spans = [span for of_one in polls.values() for span in _unseen(of_one, start, end)]
    return tuple((max(a, start), b) for a, b in spans if b > start)


def _unseen(
    polls: Iterable[tuple[datetime, int | None]], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    seen_until, failed = start, False
    for at, status in polls:
        good = status is not None and status < 400
        if good and (failed or at - seen_until > MARGIN):
            yield seen_until, at
        failed = not good
        seen_until = at if good else seen_until
    if failed or end - seen_until > MARGIN:
        yield seen_until, end


@dataclass(frozen=True, slots=True)
class Day:
    """The monitor's own figures since a time."""

    articles: int
    told: int
    held: int
    suppressed: int
    dead: int
    waiting: int
    waiting_since: datetime | None


def figures(connection: sa.Connection, since: datetime) -> Day:
    """What happened since then, and what waits in the outbox now."""

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    def alerts(state: AlertState) -> int:
        return count(t.alert, t.alert.c.created_at >= since, t.alert.c.state == state.value, t.alert.c.kind != "ops")

    d = t.delivery.c
    open_states = d.state.in_((DeliveryState.PENDING.value, DeliveryState.RETRY.value, DeliveryState.SENDING.value))
    return Day(
        articles=count(t.article, t.article.c.first_seen_at >= since),
        told=alerts(AlertState.TOLD),
        held=alerts(AlertState.HELD),
        suppressed=alerts(AlertState.SUPPRESSED),
        dead=count(t.delivery, d.state == DeliveryState.DEAD.value, d.created_at >= since),
        waiting=count(t.delivery, open_states),
        waiting_since=connection.execute(
            sa.select(sa.func.min(d.created_at, type_=t.UtcTime)).where(open_states)
        ).scalar(),
    )


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """A rule's share: alerts told, held by guards, muted, since a time; `status` and `problem` as of now."""

    id: str
    name: str
    status: str
    problem: str
    version: int | None
    accepted_at: datetime
    last_match_at: datetime | None
    told: int = 0
    guarded: int = 0
    muted: int = 0


def rule_figures(connection: sa.Connection, since: datetime) -> list[RuleFigures]:
    """Every rule in force or refused, with what it did since then."""
    a = t.alert.c
    query = (
        sa.select(a.rule_id, a.state, a.reason_code, sa.func.count())
        .where(a.created_at >= since, a.rule_id.is_not(None))
        .group_by(a.rule_id, a.state, a.reason_code)
    )
    counted: dict[str, dict[str, int]] = {}
    for rule_id, state, code, number in connection.execute(query):
        entry = counted.setdefault(rule_id, {"told": 0, "guarded": 0, "muted": 0})
        kind = "guarded" if code == "guard" else "muted" if code == "silence" else state
        if kind in entry:
            entry[kind] += number
    r = t.rule_state.c
    states = connection.execute(sa.select(t.rule_state).where(r.status != "removed").order_by(r.name)).mappings()
    return [
        RuleFigures(
            id=row["rule_id"],
            name=row["name"],
            status=row["status"],
            problem=row["problem"] or "",
            version=row["version"],
            accepted_at=row["accepted_at"],
            last_match_at=row["last_match_at"],
            **counted.get(row["rule_id"], {}),
        )
        for row in states
    ]


def unread_texts(connection: sa.Connection, since: datetime) -> int:
    """Articles first seen since then whose text could not be read."""
    c = t.article.c
    query = sa.select(sa.func.count()).where(c.first_seen_at >= since, c.text_state != "full", c.settled.is_(True))
    return int(connection.execute(query).scalar_one())
