"""What stays when old articles are removed: tombstones, so that they never come back as new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store.tables import tombstone


def bury(connection: sa.Connection, source_id: str, keys: Iterable[str], *, now: datetime) -> None:
    """Remember entries that are about to be removed, by their tombstone keys (`dedup.identity.tombstone_keys`)."""
    rows = [{"source_id": source_id, "key": key, "purged_at": now} for key in sorted(set(keys))]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(tombstone).on_conflict_do_nothing(), rows)


def buried(connection: sa.Connection, source_id: str, keys: Iterable[str]) -> frozenset[str]:
    """Which of these tombstone keys a source has."""
    query = sa.select(tombstone.c.key).where(tombstone.c.source_id == source_id, tombstone.c.key.in_(sorted(set(keys))))
    return frozenset(connection.execute(query).scalars())
