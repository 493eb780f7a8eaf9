"""Many rows of numbers in one statement: as a table that a query joins, and as rows to insert.

A statement for each row would cost more than all the rest; both backends take one parameter (SQLite: JSON) or one array
for each column (PostgreSQL) instead.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Columns = tuple[tuple[str, str], ...]
"""Names with PostgreSQL's types."""
Rows = Sequence[tuple[Any, ...]]


@lru_cache(maxsize=32)
def _joining(dialect: str, columns: Columns, query: str) -> sa.TextClause:
    names = ", ".join(name for name, _ in columns)
    if dialect == "postgresql":
        arrays = ", ".join(f"CAST(:listed_{name} AS {kind}[])" for name, kind in columns)
        table = f"SELECT * FROM unnest({arrays})"
    else:
        table = "SELECT " + ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(columns)))
        table += " FROM json_each(:listed)"
    return sa.text(f"WITH listed({names}) AS ({table}), {query}")


def select_listed(
    connection: sa.Connection, columns: Columns, rows: Rows, query: str, **values: Any
) -> list[tuple[Any, ...]]:
    """The rows of a `query` that joins the table `listed`; it begins behind `WITH listed(…) AS (…),`."""
    if not rows:
        return []
    dialect = connection.dialect.name
    if dialect == "postgresql":
        names = [f"listed_{name}" for name, _ in columns]
        values |= {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    else:
        values["listed"] = json.dumps(rows)
    return [tuple(row) for row in connection.execute(_joining(dialect, columns, query), values)]


def insert_listed(connection: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Rows) -> None:
    """Insert rows; those that are there already, by whatever unique key, stay as they are."""
    if not rows:
        return
    statement = _inserting(connection.dialect, table, names)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
    else:
        connection.exec_driver_sql(statement, list(rows))


def _inserting(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> str:
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in names)
        return f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    return f"{into} VALUES ({', '.join('?' for _ in names)}) ON CONFLICT DO NOTHING"
