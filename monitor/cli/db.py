"""`monitor db`: the database itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.db_care import register_care
from monitor.cli.output import Printer

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.store.schema import SchemaStatus
    from monitor.store.unit import Database


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    status = actions.add_parser("status", help="which schema the database has", parents=[common])
    status.set_defaults(call=_status)
    upgrade = actions.add_parser("upgrade", help="bring it to this program's schema", parents=[common])
    upgrade.set_defaults(call=_upgrade)
    register_care(actions, common, configured)


def configured(args: argparse.Namespace) -> Database:
    """The configured database; nothing is changed."""
    from monitor.bootstrap.database import open_database
    from monitor.config.load import load_config

    return open_database(load_config(Path(args.config)).usable())


def _status(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.schema import status
    from monitor.store.vacuum import room

    database = configured(args)
    found = status(database)
    file = None
    if found.current is not None:
        with database.reading() as connection:
            file = room(connection)
    url = database.engine.url.render_as_string(hide_password=True)
    if printer.json:
        printer.data(
            {
                "database": url,
                "schema": found.current,
                "needed": found.head,
                "current": found.is_current,
                "bytes": file and file.size,
                "free_bytes": file and file.free,
            }
        )
    else:
        printer.line(f"{url}: schema {found.current or '-'}, this program needs {found.head}: {_standing(found)}")
        if file is not None:
            way = "is given back by and by" if file.incremental else "monitor db vacuum gives it back"
            printer.line(f"{file.size / 1e6:.1f} MB, of which {file.free / 1e6:.1f} MB are free; a surplus {way}")
    return 0 if found.is_current else 1


def _standing(found: SchemaStatus) -> str:
    if found.is_current:
        return "current"
    if found.is_newer:
        return "newer: use the program that wrote it"
    return "empty" if found.current is None else "older: monitor db upgrade"


def _upgrade(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.schema import upgrade

    before = upgrade(configured(args))
    if printer.json:
        printer.data({"from": before.current, "to": before.head})
    elif before.is_current:
        printer.line(f"schema {before.head} is current")
    else:
        printer.line(f"upgraded from {before.current or 'nothing'} to {before.head}")
    return 0
