"""`monitor channels`: who is told, and a test message that says exactly why it failed."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from monitor.cli.output import Printer, one_line
from monitor.cli.reading import require_name

KEYS = ("id", "targets", "language", "quiet_hours", "fallback")
COLUMNS = {"id": "CHANNEL", "shown": "TARGETS", "quiet": "QUIET HOURS", "fallback": "FALLBACK"}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="channels and their targets", parents=[common])
    listing.set_defaults(call=_list)
    test = actions.add_parser("test", help="send a test message", parents=[common])
    test.add_argument("channels", metavar="CHANNEL", nargs="*", help="default: all")
    test.set_defaults(call=_test)


def _channels(args: argparse.Namespace) -> Any:
    from monitor.bootstrap.settings import channels_of
    from monitor.config.load import load_config

    loaded = load_config(Path(args.config))
    return channels_of(loaded.usable().model), loaded.usable()


def _list(args: argparse.Namespace, printer: Printer) -> int:
    channels, _ = _channels(args)
    rows = [
        {
            "id": c.id,
            "targets": [target.label for target in c.targets],
            "shown": ", ".join(target.label for target in c.targets),
            "language": c.language,
            "quiet_hours": list(c.quiet_hours),
            "quiet": ", ".join(c.quiet_hours),
            "fallback": c.fallback,
        }
        for c in channels.values()
    ]
    if printer.json:
        printer.data([{key: row[key] for key in KEYS} for row in rows])
    else:
        printer.table(rows, COLUMNS)
        if not rows:
            printer.line("no channels: add one under channels: in the configuration")
    return 0


def _test(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.testing_channels import send_test

    channels, config = _channels(args)
    names = args.channels or list(channels)
    for name in names:
        require_name("channel", name, channels, "name one under channels:")
    results = [r for name in names for r in asyncio.run(send_test(channels[name], config.model))]
    if printer.json:
        printer.data(
            [{"channel": r.channel, "target": r.target, "ok": r.error is None, "error": r.error} for r in results]
        )
    for r in results if not printer.json else ():
        verdict = (
            printer.style("sent", "green") if r.error is None else printer.style(f"failed: {one_line(r.error)}", "red")
        )
        printer.line(f"{r.channel} {r.target}: {verdict}")
    failed = any(r.error for r in results)
    if failed and not printer.json:
        printer.line("monitor check --online tries the way there step by step, without a message")
    return 1 if failed else 0
