"""`monitor demo`: a small newsroom on this machine, and the monitor at work on it."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine

from monitor.cli.output import Printer
from monitor.cli.reading import positive


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--keep", action="store_true", help="go on until Ctrl-C when the show is over")
    parser.add_argument("--folder", metavar="DIR", help="keep configuration and database there")
    parser.add_argument(
        "--newsroom",
        metavar="PORT",
        type=positive,
        help="only the newsroom, on the ports from there on, to try things with",
    )
    parser.set_defaults(call=_demo)


def _demo(args: argparse.Namespace, printer: Printer) -> int:
    return asyncio.run(_shown(args, printer)) or 0


def _shown(args: argparse.Namespace, printer: Printer) -> Coroutine[None, None, int | None]:
    """What to do until it ends by itself or by Ctrl-C."""
    if args.newsroom is not None:
        from monitor.testing.newsroom.content import read_edition
        from monitor.testing.newsroom.stand import serve_newsroom

        return serve_newsroom(printer.line, read_edition(), first_port=args.newsroom)
    from monitor.testing.newsroom.show import Show

    return Show(printer.line, printer.style, folder=args.folder, keep=args.keep).run()
