"""Engines and units of work: the only places where a transaction begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from monitor.errors import StoreBusy, StoreError, StoreFull

BUSY_TIMEOUT_MS = 10_000


def open_engine(url: str) -> sa.Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…), set up for this program; no connection is made yet.

    SQLite: WAL, `synchronous=NORMAL` (a power cut may undo the last commits but never corrupts; kill -9 loses
    nothing), foreign keys off (we keep tombstones), transactions begun by us as IMMEDIATE where they write.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, pool_pre_ping=False, poolclass=_pool(url))
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _pool(url: str) -> type[sa.Pool] | None:
    # A connection for each unit keeps file handles few; SQLite opens in 0.1 ms.  Memory databases keep their one.
    return None if ":memory:" in url else NullPool


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@dataclass(frozen=True, slots=True)
class Database:
    """A database and its transactions.  Repositories are functions that take the connection of a unit."""

    engine: sa.Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded backend."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit(self, *, lock: str | None = None) -> Iterator[sa.Connection]:
        """A writing unit of work: commits at the end, rolls back on any exception.

        SQLite: BEGIN IMMEDIATE, so that reads before the write cannot go stale.  PostgreSQL: `lock` names what two
        workers must not do at the same time (an advisory lock until commit).  Raises `StoreBusy`, `StoreFull`,
        `StoreError`.
        """
        with self._mapped(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif lock is not None:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": lock})
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent read-only view; never blocks a writer."""
        with self._mapped(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise map_error(error) from error


def map_error(error: sa.exc.DBAPIError) -> StoreError:
    """The driver's complaint in this program's words."""
    text = str(error.orig)
    lowered = text.lower()
    if "locked" in lowered or "busy" in lowered or error.connection_invalidated:
        return StoreBusy(f"database busy: {text}", remedy="another program holds it; the monitor tries again by itself")
    if "full" in lowered or "no space" in lowered:
        return StoreFull(f"no space for the database: {text}", remedy="free space on the disk; nothing was lost")
    if isinstance(error, sa.exc.OperationalError) and "connect" in lowered:
        return StoreBusy(f"database away: {text}", remedy="the monitor tries again by itself")
    return StoreError(text)
