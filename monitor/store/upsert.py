"""Inserts that leave existing rows as they are, in each backend's dialect."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite


def insert_new(connection: sa.Connection, table: sa.Table) -> sa.Insert:
    """An insert that skips rows which are there already, by whatever unique key."""
    return _inserting(connection.dialect.name, table)


@lru_cache(maxsize=64)
def _inserting(dialect: str, table: sa.Table) -> sa.Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - takes 3 MB, which SQLite's users need not have

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
