"""Inserts that leave existing rows as they are, in each backend's dialect."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite


def insert_new(connection: sa.Connection, table: sa.Table) -> sa.Insert:
    """An insert that skips rows which are there already, by whatever unique key."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - takes 3 MB, which SQLite's users need not have

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
