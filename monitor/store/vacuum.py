"""Room that deleted rows have left in an SQLite file: reused, or given back to the disk.

New databases are made with `auto_vacuum = INCREMENTAL`, so that room can be given back in small steps while everything
runs.  An older file becomes such a one when it is written anew (`rewrite`).  PostgreSQL's autovacuum does this for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store.lock import alone
from monitor.store.schema import require_current
from monitor.store.unit import Database

SPARE = 0.1
"""Free pages up to this share of the file stay: tomorrow's articles take the room of those that went today."""
STEP = 1_000_000
"""Bytes given back in one unit: some hundredths of a second."""
INCREMENTAL = 2


@dataclass(frozen=True, slots=True)
class Room:
    """An SQLite file: its size, what of it is free and a page, in bytes.

    `incremental`: free room can be given back while it is worked on.
    """

    size: int
    free: int
    page: int
    incremental: bool

    @property
    def surplus(self) -> int:
        """Free bytes beyond the spare."""
        return max(0, self.free - int(SPARE * self.size))


def room(connection: sa.Connection) -> Room | None:
    """How much room the database takes; None on PostgreSQL."""
    return _measured(connection) if connection.dialect.name == "sqlite" else None


def _measured(connection: sa.Connection) -> Room:
    page, pages, free, mode = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_size", "page_count", "freelist_count", "auto_vacuum")
    )
    return Room(page * pages, page * free, page, mode == INCREMENTAL)


def give_back(database: Database) -> int:
    """One step of giving back what is free beyond the spare; how many bytes, 0 when it is done."""
    if not database.is_sqlite:
        return 0
    found = _room(database)
    pages = min(found.surplus, STEP) // found.page if found.incremental else 0
    if not pages:
        return 0
    with database.unit() as connection:
        for _ in range(pages):  # with a number it frees a page a step, and Python's driver makes only the first one
            connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
        left = _measured(connection)
    return max(0, found.size - left.size)


def rewrite(database: Database) -> tuple[Room, Room]:
    """Write the file anew without its free room; how it was and is.  Needs as much free disk as the file is large.

    Raises `AlreadyRunning` while a monitor works on it, `SchemaMismatch` for a file of another version, `StoreFull`
    without room, `StoreError` on PostgreSQL.
    """
    if not database.is_sqlite:
        raise StoreError("PostgreSQL gives room back by itself", remedy="see autovacuum in its documentation")
    require_current(database)
    database.dispose()
    with alone(database.engine.url):
        before = _room(database)
        with database.outside() as connection:
            connection.exec_driver_sql(f"PRAGMA auto_vacuum = {INCREMENTAL}")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        return before, _room(database)


def _room(database: Database) -> Room:
    with database.reading() as connection:
        return _measured(connection)
