"""Archives: every row of a database as JSON Lines, packed with gzip, readable by either backend and by people.

The first line names format, schema and program; each further one is `[table, row]`; the last one has the tallies and
the last numbers given, so that a cut-off or changed file is noticed.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

import monitor
from monitor.errors import StoreError
from monitor.store.rowwise import (
    BATCH,
    Plain,
    Tally,
    index_texts,
    kept_tables,
    last_numbers,
    read_rows,
    set_last_numbers,
    write_rows,
)
from monitor.store.schema import HEAD

FORMAT = "news-monitor-archive-1"
Advance = Callable[[str, int], object]
"""Called with a table's name and its rows so far."""


class BadArchive(StoreError):
    """The file is not a whole archive of this program."""

    code = "bad-archive"


def write_archive(connection: sa.Connection, file: IO[bytes], now: datetime, advance: Advance) -> dict[str, Tally]:
    """Write every row that `connection` sees (a consistent view) to `file`; the tallies by table."""
    tallies: dict[str, Tally] = {}
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=5, newline="\n") as out:
        head = {"format": FORMAT, "schema": HEAD, "program": monitor.__version__, "written_at": now.isoformat()}
        out.write(json.dumps(head) + "\n")
        for table in kept_tables():
            tally = tallies[table.name] = Tally()
            for row in read_rows(connection, table):
                tally.add(row)
                out.write(json.dumps([table.name, row], ensure_ascii=False) + "\n")
                if tally.rows % BATCH == 0:
                    advance(table.name, tally.rows)
            advance(table.name, tally.rows)
        sums = {name: [tally.rows, tally.digest] for name, tally in tallies.items()}
        out.write(json.dumps({"tallies": sums, "last_numbers": last_numbers(connection)}) + "\n")
    return tallies


def read_archive(connection: sa.Connection, path: Path, advance: Advance) -> dict[str, Tally]:
    """Fill an empty database of this schema from an archive; the tallies by table.

    Raises `BadArchive` for a file that is cut off, changed or of another schema; the caller's unit then rolls back.
    """
    tables = {table.name: table for table in kept_tables()}
    tallies = {name: Tally() for name in tables}
    waiting: list[Plain] = []
    current = ""
    end: dict[str, Any] | None = None
    for item in _lines(path):
        if isinstance(item, dict):
            end = item
            break
        name, row = item
        if name not in tables:
            raise BadArchive(f"{path} holds a table {name}, which this program does not know")
        if name != current or len(waiting) >= BATCH:
            if current:
                write_rows(connection, tables[current], waiting)
                advance(current, tallies[current].rows)
            waiting, current = [], name
        waiting.append(row)
        tallies[name].add(row)
    if current:
        write_rows(connection, tables[current], waiting)
    set_last_numbers(connection, _last_numbers(path, end, tallies))
    index_texts(connection)
    return tallies


def _lines(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            head = json.loads(next(lines, "null"))
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                raise BadArchive(f"{path} is not an archive of this program")
            if head["schema"] != HEAD:
                raise BadArchive(
                    f"{path} has schema {head['schema']}, this program needs {HEAD}",
                    remedy=f"restore it with version {head['program']}, then upgrade: monitor db upgrade",
                )
            for line in lines:
                yield json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise BadArchive(f"{path} cannot be read to its end: {error}", remedy="use another backup") from error


def _last_numbers(path: Path, end: dict[str, Any] | None, tallies: dict[str, Tally]) -> dict[str, int]:
    """What the last line says, once everything before it has proved to be what was written."""
    if end is None:
        raise BadArchive(f"{path} is cut off: its last line is missing", remedy="use another backup")
    for name, (rows, digest) in end["tallies"].items():
        found = tallies.get(name, Tally())
        if (found.rows, found.digest) != (rows, digest):
            raise BadArchive(f"{path}: table {name} is not what was written", remedy="use another backup")
    return dict(end["last_numbers"])
