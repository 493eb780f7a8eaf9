"""What stays of removed entries, so that an item which its source still shows does not come back as news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.upsert import insert_new

_BURIED = sa.select(t.tombstone.c.key).where(
    t.tombstone.c.source_id == sa.bindparam("source"), t.tombstone.c.key.in_(sa.bindparam("keys", expanding=True))
)


def bury(connection: sa.Connection, source_id: str, keys: Iterable[str], *, now: datetime) -> None:
    """Remember entries that are about to be removed, by their tombstone keys (`dedup.identity.tombstone_keys`)."""
    rows = [{"source_id": source_id, "key": key, "purged_at": now} for key in sorted(set(keys))]
    if rows:
        connection.execute(insert_new(connection, t.tombstone), rows)


def buried(connection: sa.Connection, source_id: str, keys: Iterable[str]) -> frozenset[str]:
    """Which of these tombstone keys a source has."""
    return frozenset(connection.execute(_BURIED, {"source": source_id, "keys": tuple(keys)}).scalars())


def unbury(connection: sa.Connection, before: datetime) -> int:
    """Delete tombstones set before then: no source shows an item that long.  How many."""
    return connection.execute(sa.delete(t.tombstone).where(t.tombstone.c.purged_at < before)).rowcount
