"""Rows of every table as plain JSON values and back, alike for both backends: archives and moves are made of them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import search
from monitor.store import tables as t

Plain = dict[str, Any]
BATCH = 500
LEFT_OUT = frozenset({"asking", "worker"})
"""Which processes are running, and whom they ask just now, belongs to the moment, not to the data."""


def kept_tables() -> tuple[sa.Table, ...]:
    """Every table whose rows are data, by name."""
    return tuple(t.metadata.tables[name] for name in sorted(t.metadata.tables) if name not in LEFT_OUT)


def read_rows(connection: sa.Connection, table: sa.Table) -> Iterator[Plain]:
    """All rows of a table, in the order of its key, a batch in memory at a time."""
    statement = sa.select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=BATCH).execute(statement).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def write_rows(connection: sa.Connection, table: sa.Table, rows: list[Plain]) -> None:
    """Insert a batch of rows as `read_rows` gave them."""
    if rows:
        rich = {column.name: column.type for column in table.columns}
        connection.execute(
            sa.insert(table), [{name: _rich(rich[name], value) for name, value in row.items()} for row in rows]
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return _without_nul(value)


def _without_nul(value: Any) -> Any:
    # A zero character is a text to SQLite and an error to PostgreSQL; nobody misses it.
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def _rich(kind: Any, value: Any) -> Any:
    if isinstance(value, str) and isinstance(kind, t.UtcTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value)
    return value


@dataclass(slots=True)
class Tally:
    """How many rows, and a hash of them all that does not depend on their order."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, row: Plain) -> None:
        """Count a row in."""
        self.rows += 1
        text = json.dumps(row, sort_keys=True, ensure_ascii=True)
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")) % (1 << 256)

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return f"{self._sum:064x}"


def tally(connection: sa.Connection) -> dict[str, Tally]:
    """Every table counted and hashed."""
    found = {}
    for table in kept_tables():
        found[table.name] = Tally()
        for row in read_rows(connection, table):
            found[table.name].add(row)
    return found


def numbered(table: sa.Table) -> bool:
    """Whether the database gives the rows their numbers."""
    key = list(table.primary_key.columns)
    return len(key) == 1 and key[0].name == "id" and isinstance(key[0].type, sa.BigInteger | sa.Integer)


def last_numbers(connection: sa.Connection) -> dict[str, int]:
    """The last number given in each table: never given again, even when that row is gone (alert keys hold some)."""
    return {table.name: _last_number(connection, table) for table in kept_tables() if numbered(table)}


def _last_number(connection: sa.Connection, table: sa.Table) -> int:
    highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
    return max(int(highest), given_number(connection, table))


def given_number(connection: sa.Connection, table: sa.Table) -> int:
    """The number after which the database goes on numbering the table's rows, were there none; 0 at the beginning."""
    if connection.dialect.name == "postgresql":
        sequence = f'SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "{table.name}_id_seq"'
        return int(connection.execute(sa.text(sequence)).scalar_one())
    if table.dialect_options["sqlite"].get("autoincrement"):
        known = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name)
        return int(connection.execute(known).scalar() or 0)
    return 0


def set_last_numbers(connection: sa.Connection, numbers: Mapping[str, int]) -> None:
    """Go on numbering after these."""
    for name, number in numbers.items():
        if name not in t.metadata.tables or number < 1:
            continue
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.setval(f'"{name}_id_seq"', number)))
        elif t.metadata.tables[name].dialect_options["sqlite"].get("autoincrement"):
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name").bindparams(name=name))
            insert = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)")
            connection.execute(insert.bindparams(name=name, number=number))


def index_texts(connection: sa.Connection) -> None:
    """Make the latest revision of every article findable, in a database that was filled row by row."""
    a, r = t.article.c, t.revision.c
    after = 0
    while True:
        statement = (
            sa.select(r.id, r.title, r.text)
            .join(t.article, sa.and_(a.id == r.article_id, a.revision == r.number))
            .where(r.id > after)
            .order_by(r.id)
            .limit(BATCH)
        )
        found = [search.Indexed(*row) for row in connection.execute(statement)]
        if not found:
            return
        search.add(connection, found)
        after = found[-1].id


def is_empty(connection: sa.Connection) -> bool:
    """Whether no table of data has a row."""
    return all(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None
        for table in kept_tables()
    )
