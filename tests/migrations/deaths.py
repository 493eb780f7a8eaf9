"""Lives that end in the middle of a migration: `python -m tests.migrations.deaths URL [TARGET] --every N`.

Again and again a child begins to migrate URL (or to move it to TARGET) and kills itself before its first, N-th, 2N-th …
statement, until one comes through.  After each death the database is looked at: it is what it was.  Forked here, in a
process with one thread, which has loaded what migrations need: a death costs a moment, not a start of Python.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from monitor.store import schema
from monitor.store.move import move
from monitor.store.unit import Database, open_engine


def main() -> int:
    """How many deaths there were is printed; 1 when one of them left something behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--every", type=int, default=1)
    args = parser.parse_args()
    schema.upgrade_address("sqlite://")  # loads what every child needs
    changed, deaths = args.target or args.source, 0
    if args.target:
        _opened(args.target, schema.upgrade)
    before = _opened(changed, _state)
    while _killed(lambda: _work(args.source, args.target), changed, deaths * args.every + 1):
        deaths += 1
        if _opened(changed, _state) != before:
            print(f"death {deaths} left something behind")
            return 1
    print(deaths)
    return 0


def _work(source: str, target: str | None) -> None:
    if target is None:
        schema.upgrade_address(source)
    else:
        move(Database(open_engine(source)), Database(open_engine(target)), datetime.now(UTC))


def _opened(url: str, look: Callable[[Database], object]) -> object:
    """What `look` finds; no connection is left, which a child would inherit."""
    database = Database(open_engine(url))
    try:
        return look(database)
    finally:
        database.dispose()


def _state(database: Database) -> object:
    """All tables with all that is in them."""
    found = sa.MetaData()
    with database.reading() as connection:
        found.reflect(connection, only=lambda name, _: not name.startswith("article_search"))
        tables = sorted(found.tables.items())
        return {name: sorted(map(repr, connection.execute(sa.select(table)))) for name, table in tables}


def _killed(work: Callable[[], None], url: str, at: int) -> bool:
    """Whether a child that does the work dies before statement `at` to the database at `url`."""
    if (child := os.fork()) == 0:
        _dying(url, at)
        work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _dying(url: str, at: int) -> None:
    address, seen = sa.make_url(url), 0

    def count(connection: sa.Connection, *_: object) -> None:
        nonlocal seen
        if connection.engine.url.database == address.database:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)


if __name__ == "__main__":
    sys.exit(main())
