"""Entries: what each source has shown, and what is known that a document could touch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.model.entry import Entry
from monitor.model.story import KnownEntries, KnownEntry
from monitor.store import tables as t
from monitor.store.listed import select_named
from monitor.store.many import run_many
from monitor.store.tombstones import buried
from monitor.store.upsert import insert_new

COMPARED_CHARACTERS = 4000
"""So much of a known text is loaded to tell an edited entry from a reused id."""


_KNOWN = f""", found(id) AS (
    SELECT entry.id FROM named CROSS JOIN entry
    WHERE named.kind = 'id' AND entry.source_id = named.asker AND entry.entry_key = named.name
    UNION
    SELECT entry.id FROM named CROSS JOIN entry
    WHERE named.kind = 'url' AND entry.source_id = named.asker AND entry.url_key = named.name
    UNION
    SELECT entry.id FROM named CROSS JOIN entry
    WHERE named.kind = 'content' AND entry.source_id = named.asker AND entry.content_hash = named.name
)
SELECT
    entry.source_id, entry.id, entry.entry_key, entry.url_key, entry.title, entry.content_hash, entry.item_hash,
    entry.article_id, coalesce(substr(revision.text, 1, {COMPARED_CHARACTERS}), '') AS text
FROM found CROSS JOIN entry
LEFT JOIN article ON article.id = entry.article_id
LEFT JOIN revision ON revision.article_id = article.id AND revision.number = article.revision
WHERE entry.id = found.id
ORDER BY entry.id
"""
_WITH_ENTRIES = """
SELECT asker FROM named WHERE EXISTS (SELECT 1 FROM entry WHERE entry.source_id = named.asker)
"""
_BY_KEY = """
SELECT article_key.key, article_key.article_id FROM named CROSS JOIN article_key WHERE article_key.key = named.name
"""
_CHANGED = ("entry_key", "url", "url_key", "title", "content_hash", "item_hash", "published_at", "last_seen_at")
_CHANGE = (
    sa.update(t.entry)
    .where(t.entry.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(f"new_{name}") for name in _CHANGED})
)
_ADD = sa.insert(t.entry)


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

    source_id: str
    entry: Entry
    url_key: str | None
    article_id: int


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """A row whose entry says something else now, or is known under another id or address."""

    row: int
    entry: Entry
    url_key: str | None


def load_known(connection: sa.Connection, wanted: Mapping[str, Wanted]) -> dict[str, KnownEntries]:
    """What the database knows that these identities could touch, for each source whose document has them.

    Rows and tombstones are the source's own: while it is leased, nobody else changes them.  `sightings` are not, and
    must be asked for again (`articles_by_key`) in the unit that writes.
    """
    rows: dict[str, list[KnownEntry]] = {source_id: [] for source_id in wanted}
    named = {
        source_id: {"id": each.entry_keys, "url": each.url_keys, "content": each.content_hashes}
        for source_id, each in wanted.items()
    }
    for row in select_named(connection, named, _KNOWN):
        known: Sequence[Any] = row[1:]
        rows[row.source_id].append(KnownEntry(*known))
    led = articles_by_key(connection, {key for each in wanted.values() for key in each.url_keys})
    purged = buried(connection, {source_id: each.tombstones for source_id, each in wanted.items()})
    return {
        source_id: KnownEntries(
            rows=tuple(rows[source_id]),
            sightings={key: led[key] for key in each.url_keys if key in led},
            purged=purged[source_id],
        )
        for source_id, each in wanted.items()
    }


def with_entries(connection: sa.Connection, source_ids: Iterable[str]) -> set[str]:
    """Those of the sources that have shown anything yet."""
    return {row.asker for row in select_named(connection, {id_: {"": ("",)} for id_ in source_ids}, _WITH_ENTRIES)}


def articles_by_key(connection: sa.Connection, keys: Collection[str]) -> dict[str, int]:
    """Which article each address key belongs to."""
    return {row.key: row.article_id for row in select_named(connection, {"": {"url": keys}}, _BY_KEY)}


def add_entries(connection: sa.Connection, entries: Sequence[NewEntry], now: datetime) -> None:
    """Give entries their rows, and the articles one more sighting."""
    if not entries:
        return
    run_many(
        connection,
        _ADD,
        [
            _said(item.entry, item.url_key)
            | {"source_id": item.source_id, "article_id": item.article_id, "first_seen_at": now, "last_seen_at": now}
            for item in entries
        ],
    )
    seen = {(item.article_id, item.source_id) for item in entries}
    run_many(
        connection,
        insert_new(connection, t.sighting),
        [{"article_id": article, "source_id": source, "seen_at": now} for article, source in sorted(seen)],
    )


def change_entries(connection: sa.Connection, entries: Sequence[ChangedEntry], now: datetime) -> None:
    """Let rows say what their entries say now."""
    rows = []
    for item in entries:
        said = _said(item.entry, item.url_key) | {"last_seen_at": now}
        rows.append({"row": item.row} | {f"new_{name}": said[name] for name in _CHANGED})
    run_many(connection, _CHANGE, rows)


def add_keys(
    connection: sa.Connection, keys: Sequence[tuple[str, int]], kind: str, now: datetime, *, exclusive: bool = False
) -> None:
    """Remember address keys (`url`, `redirect`, `canonical`) of articles; a key that is taken stays where it is.

    `exclusive`: the caller has just seen that they are free; if another worker took one meanwhile, `StoreBusy` rolls
    back, and trying again finds its article.
    """
    if not keys:
        return
    owned = dict(keys)
    rows = [{"key": key, "article_id": article, "kind": kind, "seen_at": now} for key, article in owned.items()]
    run_many(connection, insert_new(connection, t.article_key), rows)
    if exclusive and connection.dialect.name == "postgresql" and articles_by_key(connection, owned) != owned:
        raise StoreBusy("another worker brought the same article at the same moment")


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
