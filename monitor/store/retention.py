"""Forgetting: alerts and articles that nobody claims any more (see `claims`), stories, polls.

What an entry was known by stays behind as tombstones, so that an item which its source still shows does not return as
news.  Rule versions are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import claims, search
from monitor.store import tables as t
from monitor.store.claims import Keeping
from monitor.store.evidence import forget_bodies
from monitor.store.tombstones import bury

Place = tuple[datetime, int]
"""Where a walk through a table by age has come: time and id of the last row."""


@dataclass(frozen=True, slots=True)
class ExpiredEntry:
    """What tombstones are made of."""

    source_id: str
    entry_key: str | None
    url_key: str | None
    title: str
    content_hash: str
    item_hash: str


_OWNED = (t.entry, t.sighting, t.article_key, t.revision, t.fingerprint, t.sketch, t.match)


def expired_articles(
    connection: sa.Connection, keeping: Keeping, now: datetime, *, after: Place | None, limit: int
) -> list[Place]:
    """Settled articles that nobody claims, oldest first, those behind `after`; what is in hand is left alone."""
    least = claims.shortest(connection, t.source.c.keep_s, keeping.articles_s)
    if least is None:
        return []
    a = t.article.c
    statement = _unclaimed_articles(connection, keeping, now).where(a.first_seen_at < claims.before(now, least))
    return _walk(connection, statement, (a.first_seen_at, a.id), after, limit)


def still_expired(connection: sa.Connection, keeping: Keeping, now: datetime, article_ids: Sequence[int]) -> list[int]:
    """Those of the articles that still nobody claims, asked in the unit that deletes them."""
    statement = _unclaimed_articles(connection, keeping, now).where(t.article.c.id.in_(article_ids))
    return [row.id for row in connection.execute(statement)]


def _unclaimed_articles(connection: sa.Connection, keeping: Keeping, now: datetime) -> sa.Select[Any]:
    a = t.article.c
    return sa.select(a.first_seen_at, a.id).where(
        a.settled, a.lease_owner.is_(None), sa.not_(claims.article_is_claimed(connection, keeping, now))
    )


def expired_alerts(
    connection: sa.Connection, keeping: Keeping, now: datetime, *, after: Place | None, limit: int
) -> list[Place]:
    """Alerts whose time is over, oldest first, those behind `after`; see `claims.alert_is_claimed`."""
    least = claims.shortest(connection, t.rule_state.c.keep_s, keeping.alerts_s)
    if least is None:
        return []
    a = t.alert.c
    statement = sa.select(a.created_at, a.id).where(
        a.created_at < claims.before(now, least), sa.not_(claims.alert_is_claimed(connection, keeping, now))
    )
    return _walk(connection, statement, (a.created_at, a.id), after, limit)


def expired_stories(connection: sa.Connection, before: datetime, *, after: Place | None, limit: int) -> list[Place]:
    """Stories that ended before then, have no article left and are named by no alert, those behind `after`."""
    return _walk(connection, _stories_over(before), (t.story.c.last_at, t.story.c.id), after, limit)


def _stories_over(before: datetime) -> sa.Select[Any]:
    s = t.story.c
    kept = sa.or_(
        sa.exists().where(t.article.c.story_id == s.id),
        sa.exists().where(t.alert.c.story_id == s.id),
    )
    return sa.select(s.last_at, s.id).where(s.last_at < before, sa.not_(kept))


def _walk(
    connection: sa.Connection,
    statement: sa.Select[Any],
    order: tuple[sa.Column[datetime], sa.Column[int]],
    after: Place | None,
    limit: int,
) -> list[Place]:
    if after is not None:
        bound = sa.tuple_(sa.literal(after[0], t.UtcTime), sa.literal(after[1]))
        statement = statement.where(sa.tuple_(*order) > bound)
    return [(row[0], row[1]) for row in connection.execute(statement.order_by(*order).limit(limit))]


def entries_of(connection: sa.Connection, article_ids: Sequence[int]) -> list[ExpiredEntry]:
    """Every entry that led to these articles."""
    e = t.entry.c
    columns = (e.source_id, e.entry_key, e.url_key, e.title, e.content_hash, e.item_hash)
    rows = connection.execute(sa.select(*columns).where(e.article_id.in_(article_ids)))
    return [ExpiredEntry(*row) for row in rows]


def remove_articles(
    connection: sa.Connection, article_ids: Sequence[int], tombstones: Mapping[str, Iterable[str]], now: datetime
) -> None:
    """Delete articles with everything that belongs to them; `tombstones` are the keys to leave, by source."""
    for source_id, keys in tombstones.items():
        bury(connection, source_id, keys, now=now)
    a, r = t.article.c, t.revision.c
    latest = sa.select(r.id, r.title, r.text).where(r.article_id == a.id, r.number == a.revision, a.id.in_(article_ids))
    search.remove(connection, [search.Indexed(*row) for row in connection.execute(latest)])
    for table in _OWNED:
        connection.execute(sa.delete(table).where(table.c.article_id.in_(article_ids)))
    forget_bodies(connection, article_ids)
    connection.execute(sa.delete(t.article).where(a.id.in_(article_ids)))


def remove_alerts(connection: sa.Connection, keeping: Keeping, now: datetime, alert_ids: Sequence[int]) -> int:
    """Delete those of the alerts that are still not claimed, with their deliveries; how many."""
    unclaimed = sa.not_(claims.alert_is_claimed(connection, keeping, now))
    wanted = sa.select(t.alert.c.id).where(t.alert.c.id.in_(alert_ids), unclaimed)
    ids = list(connection.execute(wanted).scalars())
    for table in (t.delivery, t.digest_item, t.alert_article):
        connection.execute(sa.delete(table).where(table.c.alert_id.in_(ids)))
    connection.execute(sa.delete(t.alert).where(t.alert.c.id.in_(ids)))
    return len(ids)


def remove_stories(connection: sa.Connection, before: datetime, story_ids: Sequence[int]) -> int:
    """Delete those of the stories that are still over, with what led to them; how many."""
    ids = [row.id for row in connection.execute(_stories_over(before).where(t.story.c.id.in_(story_ids)))]
    link = t.story_link.c
    connection.execute(sa.delete(t.story_term).where(t.story_term.c.story_id.in_(ids)))
    connection.execute(sa.delete(t.story_link).where(sa.or_(link.a.in_(ids), link.b.in_(ids))))
    connection.execute(sa.delete(t.story).where(t.story.c.id.in_(ids)))
    return len(ids)


def remove_polls(connection: sa.Connection, before: datetime, *, limit: int) -> int:
    """Delete up to `limit` polls of the history before then, the oldest first; how many.

    Ids grow with time (see `ahead` for clocks that were wrong), which spares an index: only what goes is looked at.
    """
    oldest = sa.select(t.poll.c.id, t.poll.c.started_at).order_by(t.poll.c.id).limit(limit).subquery("oldest")
    newest = connection.execute(sa.select(sa.func.max(oldest.c.id)).where(oldest.c.started_at < before)).scalar()
    return 0 if newest is None else connection.execute(sa.delete(t.poll).where(t.poll.c.id <= newest)).rowcount
