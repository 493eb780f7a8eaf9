"""Forgetting: articles that were kept long enough, polls, old tombstones.

What an entry was known by stays behind as tombstones, so that an item which its source still shows does not return as
news.  Rule versions, alerts and deliveries are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store import search
from monitor.store import tables as t
from monitor.store.tombstones import bury


@dataclass(frozen=True, slots=True)
class ExpiredEntry:
    """What tombstones are made of."""

    source_id: str
    entry_key: str | None
    url_key: str | None
    title: str
    content_hash: str


_OWNED = (t.entry, t.sighting, t.article_key, t.revision, t.fingerprint, t.sketch, t.match, t.body)


def expired_articles(connection: sa.Connection, *, before: datetime, matched_before: datetime, limit: int) -> list[int]:
    """Articles first seen before `before`, oldest first; those that an alert names only before `matched_before`."""
    named = sa.exists().where(t.alert_article.c.article_id == t.article.c.id)
    seen = t.article.c.first_seen_at
    statement = (
        sa.select(t.article.c.id)
        .where(seen < before, sa.or_(sa.not_(named), seen < matched_before), t.article.c.lease_owner.is_(None))
        .order_by(seen, t.article.c.id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def entries_of(connection: sa.Connection, article_ids: Sequence[int]) -> list[ExpiredEntry]:
    """Every entry that led to these articles."""
    e = t.entry.c
    columns = (e.source_id, e.entry_key, e.url_key, e.title, e.content_hash)
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
    connection.execute(sa.delete(t.article).where(a.id.in_(article_ids)))


def remove_stories(connection: sa.Connection, before: datetime) -> int:
    """Delete stories that ended before then, have no article left and are named by no alert; how many."""
    s = t.story.c
    kept = sa.or_(
        sa.exists().where(t.article.c.story_id == s.id),
        sa.exists().where(t.alert.c.story_id == s.id),
    )
    ended = connection.execute(sa.select(s.id).where(s.last_at < before, sa.not_(kept))).scalars().all()
    if ended:
        connection.execute(sa.delete(t.story_term).where(t.story_term.c.story_id.in_(ended)))
        connection.execute(
            sa.delete(t.story_link).where(sa.or_(t.story_link.c.a.in_(ended), t.story_link.c.b.in_(ended)))
        )
        connection.execute(sa.delete(t.story).where(s.id.in_(ended)))
    return len(ended)


def remove_polls(connection: sa.Connection, before: datetime) -> int:
    """Delete the history of polls before then; how many.  Ids grow with time, which spares an index."""
    newest = connection.execute(
        sa.select(t.poll.c.id).where(t.poll.c.started_at < before).order_by(t.poll.c.id.desc()).limit(1)
    ).scalar()
    return 0 if newest is None else connection.execute(sa.delete(t.poll).where(t.poll.c.id <= newest)).rowcount
