"""`monitor report`: the record of a time, per source and rule."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitor.cli.output import Printer, iso
from monitor.cli.reading import instant, opened

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.store.report import Record

SOURCE_COLUMNS = {
    "id": "source",
    "polls": "polls",
    "failed": "failed",
    "gaps": "gaps",
    "blind": "blind for",
    "possible_losses": "possible losses",
    "articles": "articles",
    "unread": "unread",
}
RULE_COLUMNS = {
    "id": "rule",
    "versions": "versions",
    "told": "told",
    "held": "held",
    "suppressed": "suppressed",
    "failed": "failed",
    "acknowledged": "acknowledged",
}


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--since", metavar="WHEN", default="7d", help="a duration (2h, 7d) or a date; default: 7d")
    parser.add_argument("--csv", action="store_true", help="one table for spreadsheets; `kind` is source or rule")
    parser.set_defaults(call=_report)


def _report(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.report import record_of

    with opened(args) as it, it.database.reading() as connection:
        start = instant(args.since, it.now)
        record = record_of(connection, start, it.now)
    if args.csv:
        _csv(record, printer)
    elif printer.json:
        printer.data(asdict(record))
    else:
        _show(record, printer)
    return 0


def _show(record: Record, printer: Printer) -> None:
    printer.line(f"from {iso(record.since)} to {iso(record.until)}")
    if record.polls_since is None or record.polls_since > record.since:
        printer.line(f"the history of polls begins {iso(record.polls_since) or 'with the first poll'}")
    printer.line()
    rows = [
        {**asdict(source), "blind": _length(source.gap_s), "unread": f"{source.unread:.0%}"}
        for source in record.sources
    ]
    printer.table(rows, SOURCE_COLUMNS, wide="id")
    printer.line()
    printer.table([asdict(rule) for rule in record.rules], RULE_COLUMNS, wide="id")


def _csv(record: Record, printer: Printer) -> None:
    rows: list[Mapping[str, Any]] = [{"kind": "source", **asdict(source)} for source in record.sources]
    rows += [{"kind": "rule", **asdict(rule)} for rule in record.rules]
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["kind"]
    writer = csv.DictWriter(printer.out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: object) -> object:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _length(seconds: int) -> str:
    hours, rest = divmod(seconds // 60, 60)
    return f"{hours} h {rest} min" if seconds else "-"
