"""From the first release's schema, full of rows, to the present one: nothing is lost on the way, on either backend."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alembic import command
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.documents import listed_by
from monitor.store.unit import Database, open_engine

ROWS = 3
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = {"bell": 0.8, "museum": 0.6}
REMADE = frozenset({"story_term"})
"""Made anew from other tables by a later migration."""


@pytest.fixture
def first(empty: Database) -> Database:
    """A database of the first release with some rows in every table."""
    make_first(empty)
    return empty


def make_first(database: Database) -> None:
    """Give it the first release's schema and some rows in every table."""
    with database.unit() as connection:
        command.upgrade(schema.alembic_config(connection), "0001")
    with database.unit() as connection:
        for table in _tables(connection):
            connection.execute(sa.insert(table), [_row(table, number) for number in range(1, ROWS + 1)])


def _tables(connection: sa.Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(("alembic", "article_search")))
    return [table for table in found.sorted_tables if table.name not in REMADE]


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: sa.Table, column: sa.Column[Any], number: int) -> Any:
    if (table.name, column.name) in {("story", "centroid"), ("sketch", "terms")}:
        return TERMS
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"number": number}
    if isinstance(kind, sa.DateTime):
        return NOW
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.Text | sa.String):
        return f"{column.name} {number}"
    return bytes([number]) * 8 if isinstance(kind, sa.LargeBinary) else number


def _contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.reading() as connection:
        tables = _tables(connection)
        return {table.name: _rows(connection, table) for table in tables}


def _rows(connection: sa.Connection, table: sa.Table) -> list[dict[str, Any]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def test_every_row_of_the_first_release_is_still_there(first: Database) -> None:
    before = _contents(first)
    assert all(len(rows) == ROWS for rows in before.values())
    assert schema.upgrade(first).current == "0001"
    after = _contents(first)
    for name, rows in before.items():
        assert len(after[name]) == ROWS, name
        for old, new in zip(rows, after[name], strict=True):
            kept = old.keys() & new.keys() - {"centroid", "terms"}
            assert {key: new[key] for key in kept} == {key: old[key] for key in kept}, name
    with first.engine.begin() as connection:
        command.check(schema.alembic_config(connection))


def test_a_document_of_many_articles_is_kept_once(empty: Database) -> None:
    with empty.unit() as connection:
        command.upgrade(schema.alembic_config(connection), "0013")
    rows = [(1, 1, "a", b"one"), (1, 2, "b", b"two"), (2, 1, "a", b"one"), (3, 1, "a", b"one"), (3, 2, "c", b"three")]
    with empty.unit() as connection:
        body = next(table for table in _tables(connection) if table.name == "body")
        for article, revision, sha256, content in rows:
            values = _row(body, article) | {"article_id": article, "revision": revision}
            connection.execute(sa.insert(body).values(values | {"sha256": sha256, "content": content}))
    assert schema.upgrade(empty).current == "0013"
    after = _contents(empty)
    assert {row["sha256"]: bytes(row["content"]) for row in after["evidence"]} == {
        "a": b"one",
        "b": b"two",
        "c": b"three",
    }
    assert [row["sha256"] for row in after["body"]] == ["a", "b", "a", "a", "c"]
    assert "content" not in after["body"][0]


def test_a_disk_that_is_full_in_the_middle(tmp_path: Path) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    make_first(database)
    before = _contents(database)
    database.dispose()
    (tmp_path / "config.yaml").write_text(f"database: 'sqlite:///{tmp_path}/monitor.db'\n")
    size = (tmp_path / "monitor.db").stat().st_size
    command_line = [sys.executable, "-m", "monitor", "--config", str(tmp_path / "config.yaml"), "db", "upgrade"]

    def nearly_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, size // 4))

    full = subprocess.run(command_line, capture_output=True, text=True, check=False, preexec_fn=nearly_full)
    assert full.returncode != 0
    assert "error[store-full]" in full.stderr
    assert "nothing was lost" in full.stderr
    assert schema.status(database).current == "0001"
    assert json.dumps(_contents(database), default=repr) == json.dumps(before, default=repr)
    database.dispose()
    assert subprocess.run(command_line, capture_output=True, text=True, check=False).returncode == 0
    assert schema.status(database).is_current
    database.dispose()


def test_what_documents_listed_moves_out_of_the_sources(empty: Database) -> None:
    with empty.unit() as connection:
        command.upgrade(schema.alembic_config(connection), "0009")
        source = sa.Table("source", sa.MetaData(), autoload_with=connection)
        rows = [_row(source, number) for number in (1, 2)]
        rows[0]["memory"] = {"etag": "x", "item_hashes": ["a", "b"]}
        connection.execute(sa.insert(source), rows)
    schema.upgrade(empty)
    with empty.reading() as connection:
        assert listed_by(connection, ["id 1", "id 2"]) == {"id 1": ("a", "b")}
        memories = connection.execute(sa.select(t.source.c.id, t.source.c.memory)).all()
    assert {row.id: row.memory for row in memories} == {"id 1": {"etag": "x"}, "id 2": {"number": 2}}
