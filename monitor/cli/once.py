"""`monitor once`: one pass over sources, texts and deliveries, for cron, scripts and tests."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from monitor.cli.output import Printer


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--all", action="store_true", help="poll every source that is neither paused nor gone")
    parser.set_defaults(call=_once)


def _once(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.frugal import hold_little, import_little

    hold_little()
    import_little()
    from monitor.bootstrap.running import run_once

    report = asyncio.run(run_once(Path(args.config), everything=args.all))
    for problem in report.problems:
        printer.line(printer.style(problem, "red")) if not printer.json else None
    if printer.json:
        printer.data(report.as_json())
    else:
        if report.problems:
            printer.line("monitor check shows each in its line, and what to do")
        printer.line(report.in_words())
    return 1 if report.problems or report.dead else 0
