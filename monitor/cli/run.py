"""`monitor run`: the daemon."""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
from pathlib import Path

from monitor.cli.output import Printer

ROLES = ("all", "poller", "deliverer", "web")


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--role", choices=ROLES, default="all", help="what this process does (default: all)")
    parser.set_defaults(call=_run)


def _run(args: argparse.Namespace, _printer: Printer) -> int:
    from monitor.bootstrap.frugal import import_little, keep_imports

    import_little()
    import uvloop

    from monitor.bootstrap.running import run_daemon

    keep_imports()
    faulthandler.enable()  # a watchdog ends what hangs with SIGABRT: where it hung is to stand in the log
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_daemon(Path(args.config), args.role))
    return 0
