"""`monitor silences`: muting a rule, story, source or tag until a time."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from monitor.cli.output import Printer
from monitor.cli.reading import NotFound, opened, show_rows, since
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
    remove.add_argument("silence", metavar="ID", type=int)
    remove.set_defaults(call=_remove)


def _add(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.silences import add_silence

    with opened(args) as it, it.database.unit() as connection:
        back = since(args.duration, it.now)
        if back is None or back > it.now:
            raise UsageError(f"{args.duration!r} is no duration", remedy="write 4h or 2d")
        until = it.now + (it.now - back) if it.now - back < timedelta(days=3650) else it.now
        number = add_silence(connection, args.kind, args.subject, until=until, now=it.now, note=args.note)
    if printer.json:
        printer.data({"id": number, "until": until})
    else:
        printer.line(f"silence {number}: {args.kind} {args.subject} until {until:%Y-%m-%d %H:%M} UTC")
    return 0


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
