"""Entries: what each source has shown, and what is known that a document could touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.model.entry import Entry
from monitor.model.story import KnownEntries, KnownEntry
from monitor.store import tables as t
from monitor.store.tombstones import buried
from monitor.store.upsert import insert_new

COMPARED_CHARACTERS = 4000
"""So much of a known text is loaded to tell an edited entry from a reused id."""


_E, _R, _A = t.entry.c, t.revision.c, t.article.c
_KNOWN = (
    sa.select(
        _E.id,
        _E.entry_key,
        _E.url_key,
        _E.title,
        _E.content_hash,
        _E.item_hash,
        _E.article_id,
        sa.func.coalesce(sa.func.substr(_R.text, 1, COMPARED_CHARACTERS), "").label("text"),
    )
    .select_from(
        t.entry.outerjoin(t.article, _A.id == _E.article_id).outerjoin(
            t.revision, sa.and_(_R.article_id == _A.id, _R.number == _A.revision)
        )
    )
    .where(
        _E.source_id == sa.bindparam("source"),
        sa.or_(
            _E.entry_key.in_(sa.bindparam("ids", expanding=True)),
            _E.url_key.in_(sa.bindparam("urls", expanding=True)),
            _E.content_hash.in_(sa.bindparam("contents", expanding=True)),
        ),
    )
    .order_by(_E.id)
)
_ANY = sa.select(_E.id).where(_E.source_id == sa.bindparam("source")).limit(1)
_BY_KEY = sa.select(t.article_key.c.key, t.article_key.c.article_id).where(
    t.article_key.c.key.in_(sa.bindparam("keys", expanding=True))
)
_CHANGED = ("entry_key", "url", "url_key", "title", "content_hash", "item_hash", "published_at", "last_seen_at")
_CHANGE = (
    sa.update(t.entry)
    .where(_E.id == sa.bindparam("row"))
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


def load_known(
    connection: sa.Connection, source_id: str, wanted: Wanted, *, ids_unstable: bool = False
) -> KnownEntries:
    """What the database knows that these identities could touch.

    Rows and tombstones are the source's own: while it is leased, nobody else changes them.  `sightings` are not, and
    must be asked for again (`articles_by_key`) in the unit that writes.
    """
    known = {
        "source": source_id,
        "ids": wanted.entry_keys,
        "urls": wanted.url_keys,
        "contents": wanted.content_hashes,
    }
    rows = tuple(KnownEntry(**row._mapping) for row in connection.execute(_KNOWN, known))
    return KnownEntries(
        rows=rows,
        sightings=articles_by_key(connection, wanted.url_keys),
        purged=buried(connection, source_id, wanted.tombstones),
        ids_unstable=ids_unstable,
    )


def has_entries(connection: sa.Connection, source_id: str) -> bool:
    """Whether the source has shown anything yet."""
    return connection.execute(_ANY, {"source": source_id}).first() is not None


def articles_by_key(connection: sa.Connection, keys: Iterable[str]) -> dict[str, int]:
    """Which article each address key belongs to."""
    wanted = tuple(keys)
    if not wanted:
        return {}
    return {row.key: row.article_id for row in connection.execute(_BY_KEY, {"keys": wanted})}


def add_entries(connection: sa.Connection, entries: Sequence[NewEntry], now: datetime) -> None:
    """Give entries their rows, and the articles one more sighting."""
    if not entries:
        return
    connection.execute(
        _ADD,
        [
            _said(item.entry, item.url_key)
            | {"source_id": item.source_id, "article_id": item.article_id, "first_seen_at": now, "last_seen_at": now}
            for item in entries
        ],
    )
    seen = {(item.article_id, item.source_id) for item in entries}
    connection.execute(
        insert_new(connection, t.sighting),
        [{"article_id": article, "source_id": source, "seen_at": now} for article, source in sorted(seen)],
    )


def change_entries(connection: sa.Connection, entries: Sequence[ChangedEntry], now: datetime) -> None:
    """Let rows say what their entries say now."""
    if not entries:
        return
    rows = []
    for item in entries:
        said = _said(item.entry, item.url_key) | {"last_seen_at": now}
        rows.append({"row": item.row} | {f"new_{name}": said[name] for name in _CHANGED})
    connection.execute(_CHANGE, rows)


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
