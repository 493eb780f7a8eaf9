"""What the listing commands share: opening the database to look, `--limit` and `--since`, printing rows."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.output import Printer, ago
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    # Heavy modules, needed here for annotations only.
    from monitor.config.load import Config
    from monitor.store.unit import Database

Rows = Sequence[Mapping[str, Any]]


class NotFound(MonitorError):
    """There is no such thing."""

    code = "not-found"


@dataclass(frozen=True, slots=True)
class Opened:
    """A configuration and its database, current and ready to be looked at."""

    config: Config
    database: Database
    now: datetime


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[Opened]:
    """The configured database, as `make_ready` leaves it.  Takes no lock, so a daemon may be at work."""
    from monitor.bootstrap.database import make_ready, open_database
    from monitor.config.load import load_config

    config = load_config(Path(args.config)).usable()
    database = open_database(config)
    try:
        make_ready(database)
        yield Opened(config, database, datetime.now(UTC))
    finally:
        database.dispose()


def require_name(kind: str, name: str, known: Collection[str], otherwise: str) -> None:
    """Raise `NotFound` for a name that is not `known`, with the one that is meant, or where to look."""
    from monitor.config.values import suggestion

    if name not in known:
        raise NotFound(f"there is no {kind} {name!r}", remedy=suggestion(name, known) or otherwise)


def number_in(text: str) -> int | None:
    """The number from 1 up that a text is, as far as a database counts; None for any other text."""
    return int(text) if text.isdecimal() and len(text) < 19 and int(text) else None


def positive(text: str) -> int:
    """A whole number from 1 up, for argparse."""
    number = number_in(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")
    return number


def list_options(parser: argparse.ArgumentParser, *, limit: int | None = 50) -> None:
    """`--limit` (None: all) and `--since`."""
    shown = "all" if limit is None else f"{limit}, newest first"
    parser.add_argument("--limit", type=positive, default=limit, metavar="N", help=f"at most so many ({shown})")
    parser.add_argument("--since", metavar="WHEN", help="a duration (2h, 7d) or a date")


def since(text: str | None, now: datetime) -> datetime | None:
    """The instant that `--since` names, where it is given."""
    return None if text is None else instant(text, now)


def instant(text: str, now: datetime) -> datetime:
    """What a text names: a duration back, or a date or time in ISO 8601 (UTC where it has no zone)."""
    from pydantic_core import PydanticCustomError

    from monitor.config.fields import seconds

    with suppress(PydanticCustomError):
        return now - timedelta(seconds=seconds(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is neither a duration nor a date", remedy="write 2h, 7d or 2026-05-31") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_rows(
    printer: Printer,
    rows: Rows,
    keys: Sequence[str],
    columns: Mapping[str, str],
    *,
    now: datetime,
    wide: str,
    none: str,
) -> None:
    """JSON: an array with exactly `keys`; else a table, instants as how long ago, `none` where there is nothing."""
    if printer.json:
        printer.data([{key: row.get(key) for key in keys} for row in rows])
        return
    shown = [{key: _cell(row.get(key), now) for key in columns} for row in rows]
    printer.table(shown, columns, wide=wide)
    if not rows:
        printer.line(none)


def _cell(value: Any, now: datetime) -> Any:
    if isinstance(value, datetime):
        return ago(value, now)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return value
