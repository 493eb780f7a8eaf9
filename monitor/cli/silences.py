"""`monitor silences`: muting a rule, story, source or tag until a time."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from monitor.cli.output import Printer
from monitor.cli.reading import NotFound, Opened, number_in, opened, positive, require_name, show_rows
from monitor.errors import UsageError

KEYS = ("id", "kind", "subject", "until", "created_at", "note")
COLUMNS = {"id": "ID", "kind": "KIND", "subject": "SUBJECT", "until": "ENDS", "note": "NOTE"}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("add", help="mute something", parents=[common])
    add.add_argument("kind", choices=("rule", "story", "source", "tag"))
    add.add_argument("subject", metavar="ID", help="the rule, story, source or tag")
    add.add_argument("--for", dest="duration", default="4h", metavar="DURATION", help="how long (4h)")
    add.add_argument("--note", default="", help="why")
    add.set_defaults(call=_add)
    listing = actions.add_parser("list", help="silences in force", parents=[common])
    listing.add_argument("--ended", action="store_true", help="those that are over, too")
    listing.set_defaults(call=_list)
    remove = actions.add_parser("remove", help="end a silence", parents=[common])
    remove.add_argument("silence", metavar="ID", type=positive)
    remove.set_defaults(call=_remove)


def _add(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.silences import add_silence

    with opened(args) as it, it.database.unit() as connection:
        until = it.now + _span(args.duration)
        _known(it, connection, args.kind, args.subject)
        number = add_silence(connection, args.kind, args.subject, until=until, now=it.now, note=args.note)
    if printer.json:
        printer.data({"id": number, "until": until})
    else:
        printer.line(f"silence {number}: {args.kind} {args.subject} until {until:%Y-%m-%d %H:%M} UTC")
    return 0


def _span(text: str) -> timedelta:
    from pydantic_core import PydanticCustomError

    from monitor.config.fields import seconds

    try:
        span = seconds(text)
    except PydanticCustomError as error:
        raise UsageError(error.message(), remedy="how long it is to last: 4h, 2d") from error
    return timedelta(seconds=span)


def _known(it: Opened, connection: Any, kind: str, subject: str) -> None:
    """Raise `NotFound` for what is neither configured nor stored: a misspelt silence would mute nothing."""
    from monitor.store.stories import articles_of

    if kind == "story":
        number = number_in(subject)
        if number is None or not articles_of(connection, number):
            raise NotFound(f"there is no story {subject!r}", remedy="monitor stories list")
        return
    require_name(kind, subject, it.config.named(kind), "see the configuration")


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.silences import silences

    with opened(args) as it, it.database.reading() as connection:
        found = silences(connection, None if args.ended else it.now)
    rows = [{key: getattr(silence, key) for key in KEYS} for silence in found]
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="note", none="nothing is silenced")
    return 0


def _remove(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.silences import remove_silence

    with opened(args) as it, it.database.unit() as connection:
        removed = remove_silence(connection, args.silence)
    if not removed:
        raise NotFound(f"there is no silence {args.silence}", remedy="monitor silences list")
    printer.line("removed") if not printer.json else printer.data({"removed": args.silence})
    return 0
