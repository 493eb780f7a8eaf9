"""What the database knows of a source's entries, and what stays when they are removed by age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.model.story import KnownEntries, KnownEntry
from monitor.store.tables import article, article_key, entry, revision, tombstone

CHUNK = 500


def known_entries(
    connection: sa.Connection,
    source_id: str,
    *,
    ids: Iterable[str],
    url_keys: Iterable[str],
    content_hashes: Iterable[str],
    tombstones: Iterable[str] = (),
    ids_unstable: bool = False,
) -> KnownEntries:
    """The rows of a source that share an id, an address key or a content hash with a document; see `KnownEntries`."""
    keys = sorted(set(url_keys))
    rows: dict[int, KnownEntry] = {}
    for column, values in (
        (entry.c.entry_key, sorted(set(ids))),
        (entry.c.url_key, keys),
        (entry.c.content_hash, sorted(set(content_hashes))),
    ):
        for some in _chunks(values):
            for row in connection.execute(_ROWS.where(entry.c.source_id == source_id, column.in_(some))):
                rows[row.id] = KnownEntry(*row[:7], text=row.text or "")
    sightings = {
        row.key: row.article_id
        for some in _chunks(keys)
        for row in connection.execute(sa.select(article_key).where(article_key.c.key.in_(some)))
    }
    purged = {
        key
        for some in _chunks(sorted(set(tombstones)))
        for key in connection.execute(
            sa.select(tombstone.c.key).where(tombstone.c.source_id == source_id, tombstone.c.key.in_(some))
        ).scalars()
    }
    ordered = tuple(rows[key] for key in sorted(rows))
    return KnownEntries(ordered, sightings, frozenset(purged), ids_unstable)


_ROWS = (
    sa.select(
        entry.c.id,
        entry.c.entry_key,
        entry.c.url_key,
        entry.c.title,
        entry.c.content_hash,
        entry.c.item_hash,
        entry.c.article_id,
        revision.c.text,
    )
    .join_from(entry, article, article.c.id == entry.c.article_id, isouter=True)
    .join(
        revision,
        (revision.c.article_id == entry.c.article_id) & (revision.c.number == article.c.revision),
        isouter=True,
    )
)


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def bury(connection: sa.Connection, source_id: str, keys: Iterable[str], *, now: datetime) -> None:
    """Remember removed entries by their tombstone keys, so that they never come back as new."""
    rows: list[Mapping[str, Any]] = [
        {"source_id": source_id, "key": key, "purged_at": now} for key in sorted(set(keys))
    ]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(tombstone).on_conflict_do_nothing(), rows)
