"""Who claims that a row is kept: the sources that showed an article, the rules it met, the alerts that name it.

What sources and rules say of it (`keep_s`: seconds, 0 for ever, null as the configuration says in general) stands in
their rows, so that the last word of a removed one still holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t

LONGEST = timedelta(days=200 * 365)
"""Longer than this is for ever; dates have an end."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What holds where sources and rules say nothing: seconds; 0 is for ever."""

    articles_s: float
    alerts_s: float


def before(now: datetime, keep_s: float) -> datetime:
    """What is older has been kept for `keep_s`."""
    return now - min(timedelta(seconds=keep_s), LONGEST)


def shortest(connection: sa.Connection, column: sa.Column[Any], general_s: float | None) -> float | None:
    """The shortest time that anybody keeps; None where everybody keeps for ever."""
    lengths = [length for value in _values(connection, column) if (length := _length(value, general_s))]
    return min(lengths, default=None)


def article_is_claimed(connection: sa.Connection, keeping: Keeping, now: datetime) -> sa.ColumnElement[bool]:
    """An alert names it, a rule that keeps what it met still does, or a source that showed it."""
    a, s, m = t.article.c, t.sighting.c, t.match.c
    source_keep, rule_keep = t.source.c.keep_s, t.rule_state.c.keep_s
    shown = sa.exists().where(
        s.article_id == a.id,
        t.source.c.id == s.source_id,
        _lasts(source_keep, s.seen_at, _values(connection, source_keep), keeping.articles_s, now),
    )
    met = sa.exists().where(
        m.article_id == a.id,
        t.rule_state.c.rule_id == m.rule_id,
        _lasts(rule_keep, m.created_at, _values(connection, rule_keep), None, now),
    )
    named = sa.exists().where(t.alert_article.c.article_id == a.id)
    return sa.or_(named, met, shown)


def alert_is_claimed(connection: sa.Connection, keeping: Keeping, now: datetime) -> sa.ColumnElement[bool]:
    """Its time is not over, its story goes on, it waits to be told, or it told of others that are kept."""
    a, keep = t.alert.c, t.rule_state.c.keep_s
    values = _values(connection, keep)
    own = sa.select(keep).where(t.rule_state.c.rule_id == a.rule_id).correlate(t.alert).scalar_subquery()
    other = t.alert.alias("other")
    return sa.or_(
        _lasts(own, a.created_at, values, keeping.alerts_s, now),
        sa.exists().where(t.story.c.id == a.story_id, _lasts(own, t.story.c.last_at, values, keeping.alerts_s, now)),
        a.state == "held",
        sa.exists().where(t.delivery.c.alert_id == a.id, t.delivery.c.due_at.is_not(None)),
        sa.exists().where(t.digest_item.c.alert_id == a.id, t.digest_item.c.told_in.is_(None)),
        sa.exists().where(t.digest_item.c.told_in == a.id),
        sa.exists().where(other.c.told_in == a.id),
    )


def _lasts(
    keep: Any, since: sa.Column[Any], values: Iterable[int | None], general_s: float | None, now: datetime
) -> sa.ColumnElement[bool]:
    """Whether what began at `since` is still kept; a case for each length there is, which every backend can compare."""
    cases = []
    for value in values:
        length = _length(value, general_s)
        if length is not None:
            same = keep.is_(None) if value is None else sa.and_(keep.is_not(None), keep == value)
            cases.append(sa.and_(same, since >= before(now, length)) if length else same)
    return sa.or_(sa.false(), *cases)


def _values(connection: sa.Connection, column: sa.Column[Any]) -> list[int | None]:
    """The lengths that occur, and none: an alert has no rule where it is the monitor's own."""
    found = connection.execute(sa.select(column).distinct()).scalars()
    return [None, *(value for value in found if value is not None)]


def _length(value: int | None, general_s: float | None) -> float | None:
    return general_s if value is None else value
