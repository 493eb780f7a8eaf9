"""Entries: what each source has shown, and what is known that a document could touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.errors import StoreBusy
from monitor.model.entry import Entry
from monitor.model.story import KnownEntries, KnownEntry
from monitor.store import tables as t

COMPARED_CHARACTERS = 4000
"""So much of a known text is loaded to tell an edited entry from a reused id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The identities that occur in a document: what to look for."""

    entry_keys: tuple[str, ...] = ()
    url_keys: tuple[str, ...] = ()
    content_hashes: tuple[str, ...] = ()
    tombstones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that gets a row: of a new article, or of one that another source brought."""

    entry: Entry
    url_key: str | None
    article_id: int


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """A row whose entry says something else now, or is known under another id or address."""

    row: int
    entry: Entry
    url_key: str | None


def load_known(
    connection: sa.Connection, source_id: str, wanted: Wanted, *, first_poll: bool, ids_unstable: bool
) -> KnownEntries:
    """What the database knows that these identities could touch; a source's first poll knows no rows of its own."""
    rows = () if first_poll else _rows(connection, source_id, wanted)
    return KnownEntries(
        rows=rows,
        sightings=articles_by_key(connection, wanted.url_keys),
        purged=_purged(connection, source_id, wanted.tombstones),
        ids_unstable=ids_unstable,
    )


def articles_by_key(connection: sa.Connection, keys: Iterable[str]) -> dict[str, int]:
    """Which article each address key belongs to."""
    statement = sa.select(t.article_key.c.key, t.article_key.c.article_id).where(t.article_key.c.key.in_(tuple(keys)))
    return {row.key: row.article_id for row in connection.execute(statement)}


def add_entries(connection: sa.Connection, source_id: str, entries: Sequence[NewEntry], now: datetime) -> None:
    """Give entries their rows, and the articles one more sighting."""
    if not entries:
        return
    connection.execute(
        sa.insert(t.entry),
        [
            _said(item.entry, item.url_key)
            | {"source_id": source_id, "article_id": item.article_id, "first_seen_at": now, "last_seen_at": now}
            for item in entries
        ],
    )
    articles = {item.article_id for item in entries}
    connection.execute(
        insert_new(connection, t.sighting),
        [{"article_id": article, "source_id": source_id, "seen_at": now} for article in sorted(articles)],
    )


def change_entries(connection: sa.Connection, entries: Sequence[ChangedEntry], now: datetime) -> None:
    """Let rows say what their entries say now."""
    if not entries:
        return
    names = ("entry_key", "url", "url_key", "title", "content_hash", "item_hash", "published_at", "last_seen_at")
    statement = (
        sa.update(t.entry)
        .where(t.entry.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(f"new_{name}") for name in names})
    )
    rows = []
    for item in entries:
        said = _said(item.entry, item.url_key) | {"last_seen_at": now}
        rows.append({"row": item.row} | {f"new_{name}": said[name] for name in names})
    connection.execute(statement, rows)


def add_keys(
    connection: sa.Connection, keys: Sequence[tuple[str, int]], kind: str, now: datetime, *, exclusive: bool = False
) -> None:
    """Remember address keys (`url`, `redirect`, `canonical`) of articles; a key that is taken stays where it is.

    `exclusive`: the caller has just seen that they are free; if another worker took one meanwhile, `StoreBusy` rolls
    back, and trying again finds its article.
    """
    if not keys:
        return
    statement = insert_new(connection, t.article_key)
    owned = dict(keys)
    rows = [{"key": key, "article_id": article, "kind": kind, "seen_at": now} for key, article in owned.items()]
    connection.execute(statement, rows)
    if exclusive and connection.dialect.name == "postgresql" and articles_by_key(connection, owned) != owned:
        raise StoreBusy("another worker brought the same article at the same moment")


def insert_new(connection: sa.Connection, table: sa.Table) -> sa.Insert:
    """An insert that leaves existing rows as they are."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _rows(connection: sa.Connection, source_id: str, wanted: Wanted) -> tuple[KnownEntry, ...]:
    e = t.entry.c
    found: dict[int, KnownEntry] = {}
    for column, values in (
        (e.entry_key, wanted.entry_keys),
        (e.url_key, wanted.url_keys),
        (e.content_hash, wanted.content_hashes),
    ):
        if values:
            for row in connection.execute(_known_rows(source_id).where(column.in_(values))):
                found[row.id] = KnownEntry(**row._mapping)
    return tuple(found[row] for row in sorted(found))


def _known_rows(source_id: str) -> sa.Select[tuple[object, ...]]:
    e, r = t.entry.c, t.revision.c
    latest = sa.and_(r.article_id == t.article.c.id, r.number == t.article.c.revision)
    joined = t.entry.outerjoin(t.article, t.article.c.id == e.article_id).outerjoin(t.revision, latest)
    text = sa.func.coalesce(sa.func.substr(r.text, 1, COMPARED_CHARACTERS), "").label("text")
    columns = (e.id, e.entry_key, e.url_key, e.title, e.content_hash, e.item_hash, e.article_id, text)
    return sa.select(*columns).select_from(joined).where(e.source_id == source_id)


def _purged(connection: sa.Connection, source_id: str, keys: tuple[str, ...]) -> frozenset[str]:
    tomb = t.tombstone.c
    rows = connection.execute(sa.select(tomb.key).where(tomb.source_id == source_id, tomb.key.in_(keys)))
    return frozenset(row.key for row in rows)


def _said(entry: Entry, url_key: str | None) -> dict[str, object]:
    return {
        "entry_key": entry.id,
        "url": entry.url,
        "url_key": url_key,
        "title": entry.title,
        "content_hash": entry.content_hash,
        "item_hash": entry.item_hash,
        "published_at": entry.published_at,
    }
