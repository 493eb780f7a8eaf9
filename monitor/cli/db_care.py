"""`monitor db backup|restore|verify|vacuum|migrate`: looking after the data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.output import Printer
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.store.unit import Database

Configured = Callable[[argparse.Namespace], "Database"]


def register_care(actions: Any, common: argparse.ArgumentParser, configured: Configured) -> None:
    """Describe the arguments; `configured` opens the configured database."""
    for name, call, words in (
        ("backup", _backup, "save it to a file, while the monitor runs"),
        ("restore", _restore, "put a backup in its place; the present file is kept beside it"),
    ):
        action = actions.add_parser(name, help=words, parents=[common])
        action.add_argument("file", metavar="FILE", type=Path)
        action.set_defaults(call=call, configured=configured)
    verify = actions.add_parser("verify", help="look whether it is whole", parents=[common])
    verify.set_defaults(call=_verify, configured=configured)
    vacuum = actions.add_parser("vacuum", help="write the SQLite file anew without its free room", parents=[common])
    vacuum.set_defaults(call=_vacuum, configured=configured)
    migrate = actions.add_parser("migrate", help="copy everything into another, empty database", parents=[common])
    migrate.add_argument("--from", dest="source", metavar="URL", help="default: the configured database")
    migrate.add_argument(
        "--to", dest="target", metavar="URL", required=True, help="sqlite:///... or postgresql+psycopg://..."
    )
    migrate.set_defaults(call=_migrate, configured=configured)


def _backup(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.backup import back_up

    with _closing(args.configured(args)) as database, _progress(printer) as advance:
        saved = back_up(database, args.file, datetime.now(UTC), advance)
    rows = sum(saved.verification.counts.values())
    if printer.json:
        printer.data(
            {
                "file": str(saved.path),
                "bytes": saved.size,
                "rows": saved.verification.counts,
                "problems": list(saved.verification.problems),
            }
        )
    else:
        printer.line(f"{saved.path}: {rows} rows, {saved.size / 1e6:.1f} MB")
        _show_problems(saved.verification.problems, printer)
    return 0 if saved.verification.whole else 1


def _restore(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.backup import restore

    if not args.file.is_file():
        raise UsageError(f"there is no file {args.file}", remedy="name one that monitor db backup has written")
    with _closing(args.configured(args)) as database, _progress(printer) as advance:
        kept = restore(database, args.file, datetime.now(UTC), advance)
    if printer.json:
        printer.data({"restored": str(args.file), "kept": None if kept is None else str(kept)})
    else:
        printer.line(f"restored from {args.file}" + (f"; what was there is in {kept}" if kept else ""))
    return 0


def _verify(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.verify import verify

    with _closing(args.configured(args)) as database:
        found = verify(database)
    if printer.json:
        printer.data({"whole": found.whole, "problems": list(found.problems), "rows": found.counts})
    else:
        printer.line(f"{sum(found.counts.values())} rows in {len(found.counts)} tables")
        _show_problems(found.problems, printer)
    return 0 if found.whole else 1


def _vacuum(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.vacuum import rewrite

    with _closing(args.configured(args)) as database:
        before, after = rewrite(database)
    if printer.json:
        printer.data({"bytes_before": before.size, "bytes": after.size})
    else:
        printer.line(f"{before.size / 1e6:.1f} MB before, {after.size / 1e6:.1f} MB now")
    return 0


def _migrate(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.move import move

    source = _named(args.source) if args.source else args.configured(args)
    with _closing(source), _closing(_named(args.target)) as target, _progress(printer) as advance:
        moved = move(source, target, datetime.now(UTC), advance)
    if printer.json:
        printer.data({"rows": moved.rows})
    else:
        printer.line(f"{sum(moved.rows.values())} rows arrived and are the same; write the new address as `database:`")
    return 0


def _named(url: str) -> Database:
    import sqlalchemy as sa

    from monitor.store.unit import Database, open_engine

    try:
        known = sa.make_url(url).drivername in ("sqlite", "postgresql+psycopg")
    except sa.exc.ArgumentError:
        known = False
    if not known:
        raise UsageError(
            f"{url!r} is no database", remedy="write sqlite:///FILE or postgresql+psycopg://USER:WORD@HOST/NAME"
        )
    return Database(open_engine(url))


@contextmanager
def _closing(database: Database) -> Iterator[Database]:
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _progress(printer: Printer) -> Iterator[Callable[[str, int], object]]:
    """Tells a person who watches what is being copied."""

    def tell(what: str, done: int) -> None:
        if printer.watched and not printer.json:
            print(f"\r\x1b[K{what}: {done}", end="", file=sys.stderr, flush=True)

    yield tell
    if printer.watched and not printer.json:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _show_problems(problems: tuple[str, ...], printer: Printer) -> None:
    for problem in problems:
        printer.line(printer.style(problem, "red"))
    if not problems:
        printer.line(printer.style("whole", "green"))
