"""What people and scripts are shown of sources and articles: the fields of the JSON interface, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import articles, search, subscriptions
from monitor.store import tables as t
from monitor.store.memory import memory_from_json
from monitor.store.source_pages import last_polls

Row = dict[str, Any]


def list_sources(connection: sa.Connection) -> list[Row]:
    """Configured sources by name: `id name kind url health reason articles last_polled_at next_poll_at`, and more."""
    statement = _SOURCES.order_by(sa.func.lower(t.source.c.name), t.source.c.id)
    return [_source(row) for row in connection.execute(statement).mappings()]


def source_ids(connection: sa.Connection) -> set[str]:
    """Every source ever polled; those that are no longer configured too."""
    return set(connection.execute(sa.select(t.source.c.id)).scalars())


_BROUGHT = sa.select(sa.func.count()).where(t.sighting.c.source_id == t.source.c.id).scalar_subquery()
_SOURCES = sa.select(t.source, _BROUGHT.label("articles")).where(t.source.c.configured)


def show_source(connection: sa.Connection, source_id: str, *, polls: int = 20) -> Row | None:
    """One source with what was found behind its address, its share of unread texts and its last eventful polls."""
    row = connection.execute(_SOURCES.where(t.source.c.id == source_id)).mappings().first()
    if row is None:
        return None
    states = (
        sa.select(t.article.c.text_state, sa.func.count().label("articles"))
        .select_from(t.article.join(t.sighting, t.sighting.c.article_id == t.article.c.id))
        .where(t.sighting.c.source_id == source_id)
        .group_by(t.article.c.text_state)
    )
    texts = {row.text_state: row.articles for row in connection.execute(states)}
    pushed = subscriptions.subscriptions(connection, [source_id]).get(source_id)
    pace = memory_from_json(row["memory"]).pace
    return _source(row) | {
        "polls": last_polls(connection, source_id, limit=polls),
        "texts": texts,
        "pace": pace and pace.text,
        "push": pushed and pushed.as_json(),
    }


def list_articles(
    connection: sa.Connection,
    *,
    limit: int = 50,
    since: datetime | None = None,
    source_id: str | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[Row]:
    """Articles, newest first; `before` is (first_seen_at, id) of the last one on the page before."""
    statement = _article_columns().order_by(t.article.c.first_seen_at.desc(), t.article.c.id.desc()).limit(limit)
    if since is not None:
        statement = statement.where(t.article.c.first_seen_at >= since)
    if before is not None:
        statement = statement.where(sa.tuple_(t.article.c.first_seen_at, t.article.c.id) < sa.tuple_(*_bound(before)))
    if source_id is not None:
        shown = sa.select(t.sighting.c.article_id).where(t.sighting.c.source_id == source_id)
        statement = statement.where(t.article.c.id.in_(shown))
    return _with_sources(connection, [dict(row) for row in connection.execute(statement).mappings()])


def count_articles(connection: sa.Connection, since: datetime) -> int:
    """How many articles were first seen since then."""
    statement = sa.select(sa.func.count()).select_from(t.article).where(t.article.c.first_seen_at >= since)
    return connection.execute(statement).scalar_one()


def search_articles(
    connection: sa.Connection, query: str, *, limit: int = 50, since: datetime | None = None
) -> list[Row]:
    """Articles whose latest text has all words (`"a phrase"`, `begin*`), the best first."""
    hits = search.hits(query, connection.dialect.name)
    if hits is None:
        return []
    found = hits.subquery("found")
    latest = sa.and_(t.revision.c.article_id == t.article.c.id, t.revision.c.number == t.article.c.revision)
    statement = (
        _article_columns()
        .join(t.revision, latest)
        .join(found, found.c.revision_id == t.revision.c.id)
        .order_by(found.c.rank, t.article.c.id.desc())
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(t.article.c.first_seen_at >= since)
    return _with_sources(connection, [dict(row) for row in connection.execute(statement).mappings()])


def show_article(connection: sa.Connection, article_id: int) -> Row | None:
    """One article with text, authors and all its revisions (newest last)."""
    stored = articles.load_articles(connection, [article_id]).get(article_id)
    if stored is None:
        return None
    rows = connection.execute(_article_columns().where(t.article.c.id == article_id)).mappings()
    row = _with_sources(connection, [dict(row) for row in rows])[0]
    return row | {
        "text": stored.text,
        "lead": stored.lead,
        "authors": list(stored.authors),
        "text_reason": stored.text_reason and stored.text_reason.text,
        "revisions": revisions_of(connection, article_id),
    }


def revisions_of(connection: sa.Connection, article_id: int) -> list[Row]:
    """Every version of an article's text, oldest first."""
    statement = sa.select(t.revision).where(t.revision.c.article_id == article_id).order_by(t.revision.c.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def find_article(connection: sa.Connection, *, url_key: str) -> int | None:
    """The article that an address belongs to (its key from `dedup.urls.url_key`)."""
    return connection.execute(sa.select(t.article_key.c.article_id).where(t.article_key.c.key == url_key)).scalar()


def _source(row: Mapping[Any, Any]) -> Row:
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "url": row["url"],
        "health": row["health"],
        "reason": row["reason"],
        "articles": row["articles"],
        "last_polled_at": row["last_polled_at"],
        "next_poll_at": row["due_at"],
        "paused": row["paused"],
        "tags": row["tags"],
        "choice": row["choice"],
        "keep_s": row["keep_s"],
    }


def _article_columns() -> sa.Select[Any]:
    a = t.article.c
    return sa.select(
        a.id, a.url, a.title, a.published_at, a.first_seen_at, a.language, a.story_id, a.text_state
    ).select_from(t.article)


def _bound(before: tuple[datetime, int]) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    seen_at, article_id = before
    return sa.literal(seen_at, t.UtcTime), sa.literal(article_id)


def _with_sources(connection: sa.Connection, rows: Sequence[Row]) -> list[Row]:
    shown = articles.sources_of(connection, [row["id"] for row in rows])
    return [row | {"sources": [facts.id for facts in shown.get(row["id"], ())]} for row in rows]
