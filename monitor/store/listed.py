"""Many numbers or names in one statement: as a table that a query joins, and numbers as rows to insert.

A statement for each row would cost more than all the rest, and a parameter for each still much of it; both backends
take one parameter (SQLite: JSON, nested, so that what many rows have in common is read once) or one array for each
column (PostgreSQL) instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Listing = Mapping[int, Mapping[int, Mapping[int, float]]]
"""What to look for: days since 1970, of each those who ask (numbers), of each numbers with weights."""
Named = Mapping[str, Mapping[str, Collection[str]]]
"""Names to look for: who asks (a source, or nobody in particular), of what kind they are, which."""
Rows = Sequence[tuple[Any, ...]]


@lru_cache(maxsize=16)
def _joining(dialect: str, query: str) -> sa.TextClause:
    if dialect == "postgresql":
        table = (
            "SELECT * FROM unnest(CAST(:listed_since AS bigint[]), CAST(:listed_of AS bigint[]), "
            "CAST(:listed_number AS bigint[]), CAST(:listed_weight AS double precision[]))"
        )
    else:
        table = (
            "SELECT CAST(day.key AS INTEGER), CAST(asker.key AS INTEGER), CAST(found.key AS INTEGER), found.value "
            "FROM json_each(:listed) AS day, json_each(day.value) AS asker, json_each(asker.value) AS found"
        )
    return sa.text(f"WITH RECURSIVE listed(since, asker, number, weight) AS ({table}), {query}")


def select_listed(connection: sa.Connection, listing: Listing, query: str, **values: Any) -> Rows:
    """The rows of a `query` that joins the table `listed`; it begins behind `WITH RECURSIVE listed(…) AS (…),`."""
    if not any(numbers for askers in listing.values() for numbers in askers.values()):
        return ()
    dialect = connection.dialect.name
    if dialect == "postgresql":
        rows = [
            (since, asker, number, weight)
            for since, askers in listing.items()
            for asker, numbers in askers.items()
            for number, weight in numbers.items()
        ]
        values |= dict(zip(_ARRAYS, map(_array, zip(*rows, strict=True)), strict=True))
    else:
        values["listed"] = json.dumps(listing)
    return connection.execute(_joining(dialect, query), values).all()


def _array(values: Sequence[Any]) -> str:
    """Numbers or names as PostgreSQL writes arrays; its driver would convert them one by one."""
    return f"{{{json.dumps(values)[1:-1]}}}"


_ARRAYS = ("listed_since", "listed_of", "listed_number", "listed_weight")


def select_named(connection: sa.Connection, named: Named, query: str, **types: Any) -> Sequence[sa.Row[Any]]:
    """The rows of a `query` that joins the table `named(asker, kind, name)`; it begins behind `WITH named(…) AS (…)`.

    `types` are those of its columns that the driver does not return as they are.
    """
    rows = [(asker, kind, name) for asker, kinds in named.items() for kind, names in kinds.items() for name in names]
    if not rows:
        return ()
    dialect = connection.dialect.name
    if dialect == "postgresql":
        values: dict[str, Any] = dict(zip(_NAMES, map(list, zip(*rows, strict=True)), strict=True))
    else:
        nested = {asker: {kind: tuple(names) for kind, names in kinds.items()} for asker, kinds in named.items()}
        values = {"named": json.dumps(nested, ensure_ascii=False)}
    return connection.execute(_naming(dialect, query, tuple(types.items())), values).all()


_NAMES = ("named_of", "named_kind", "named_name")


@lru_cache(maxsize=16)
def _naming(dialect: str, query: str, types: tuple[tuple[str, Any], ...]) -> sa.TextualSelect:
    if dialect == "postgresql":
        table = f"SELECT * FROM unnest({', '.join(f'CAST(:{name} AS text[])' for name in _NAMES)})"
    else:
        table = (
            "SELECT asker.key, kind.key, found.value "
            "FROM json_each(:named) AS asker, json_each(asker.value) AS kind, json_each(kind.value) AS found"
        )
    return sa.text(f"WITH named(asker, kind, name) AS ({table}) {query}").columns(**dict(types))


def insert_listed(connection: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Rows) -> None:
    """Insert rows; those that are there already, by whatever unique key, stay as they are."""
    if not rows:
        return
    statement = _inserting(connection.dialect, table, names)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(map(_array, zip(*rows, strict=True))))
    else:
        connection.exec_driver_sql(statement, list(rows))


def _inserting(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> str:
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in names)
        return f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    return f"{into} VALUES ({', '.join('?' for _ in names)}) ON CONFLICT DO NOTHING"
