"""Writing that can be repeated and counted, for scenarios in which the database goes away."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write_number(database: Database, number: int) -> None:
    """Write a number once, however often it is asked for."""
    with database.unit(lock="numbers") as connection:
        known = sa.select(t.silence.c.id).where(t.silence.c.subject == str(number))
        if connection.execute(known).first() is None:
            row = {"kind": "rule", "subject": str(number), "until": NOW, "created_at": NOW, "note": ""}
            connection.execute(sa.insert(t.silence).values(row))
