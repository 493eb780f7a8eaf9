"""Moving everything from one database to another, of either backend, and proving that it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.errors import StoreError
from monitor.store.archive import Advance
from monitor.store.backup import require_empty, require_idle
from monitor.store.lock import alone
from monitor.store.rowwise import (
    BATCH,
    Tally,
    index_texts,
    kept_tables,
    last_numbers,
    read_rows,
    set_last_numbers,
    tally,
    write_rows,
)
from monitor.store.schema import require_current, upgrade
from monitor.store.unit import Database, without_limits
from monitor.store.verify import problems_in


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table arrived."""

    rows: dict[str, int]


def move(source: Database, target: Database, now: datetime, advance: Advance = lambda _what, _done: None) -> Moved:
    """Copy every row into an empty database, all or nothing, and compare what arrived; the source stays as it is.

    Raises `AlreadyRunning` or `StoreError` while a monitor works on either, when the target is not empty, has no space
    or is not equal in the end, or when a person interrupts: then it is as empty as it was.
    """
    require_current(source)
    upgrade(target)
    try:
        return _moved(source, target, now, advance)
    except KeyboardInterrupt as interrupt:
        remedy = "give the command again to begin anew"
        raise StoreError("interrupted: the new database is as empty as it was", remedy=remedy) from interrupt


def _moved(source: Database, target: Database, now: datetime, advance: Advance) -> Moved:
    with alone(source.engine.url), alone(target.engine.url):
        for database in (source, target):
            require_idle(database, now)
        with source.reading() as reading, target.unit(lock="restore") as writing:
            for connection in (reading, writing):
                without_limits(connection)
            require_empty(writing)
            sent: dict[str, Tally] = {}
            for table in kept_tables():
                sent[table.name], batch = Tally(), []
                for row in read_rows(reading, table):
                    sent[table.name].add(row)
                    batch.append(row)
                    if len(batch) >= BATCH:
                        write_rows(writing, table, batch)
                        batch = []
                        advance(table.name, sent[table.name].rows)
                write_rows(writing, table, batch)
                advance(table.name, sent[table.name].rows)
            set_last_numbers(writing, last_numbers(reading))
            index_texts(writing)
            _compare(sent, tally(writing))
            if problems := problems_in(writing):
                remedy = "nothing was kept; look at the old one: monitor db verify"
                raise StoreError(f"the new database would not be whole: {problems[0]}", remedy=remedy)
    return Moved({name: found.rows for name, found in sent.items()})


def _compare(sent: dict[str, Tally], arrived: dict[str, Tally]) -> None:
    for name, expected in sent.items():
        if (arrived[name].rows, arrived[name].digest) != (expected.rows, expected.digest):
            raise StoreError(
                f"table {name}: {expected.rows} rows were sent, what arrived ({arrived[name].rows}) is not the same",
                remedy="nothing was kept; report this",
            )
