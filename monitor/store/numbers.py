"""Row ids handed out before the rows are written, so that many rows and what refers to them are one statement each."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

_GIVEN = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NEXT = sa.text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")


def next_ids(connection: sa.Connection, table: sa.Table, count: int) -> Sequence[int]:
    """`count` ids in ascending order that no row of `table` has or had; the caller inserts rows with them in this unit.

    `table` numbers its rows by AUTOINCREMENT on SQLite, where nobody else writes during the unit, and by a sequence on
    PostgreSQL.
    """
    if connection.dialect.name == "postgresql":
        found = connection.execute(_NEXT, {"sequence": f"{table.name}_id_seq", "count": count}).scalars()
        return sorted(found)
    given = connection.execute(_GIVEN, {"name": table.name}).scalar() or 0
    return range(given + 1, given + 1 + count)
