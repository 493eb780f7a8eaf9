"""The command line: what there is, where it lives, what an error looks like.

Exit codes: 0 fine, 1 problems found, 2 wrong use.  A command's module is imported only to describe its arguments;
what it works with is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from monitor import __version__
from monitor.bootstrap.journal import is_the_journal, marked
from monitor.cli.examples import shown
from monitor.cli.output import Printer, plain
from monitor.errors import MonitorError, UsageError

DAILY = ("check", "run", "status", "why")
"""What one needs every day comes first in --help."""
COMMANDS: dict[str, str] = {
    "check": "configuration, rules and the rules' own tests",
    "run": "the daemon",
    "status": "how the monitor and its sources are doing",
    "why": "why an article or alert was told or not, stage by stage",
    "once": "one pass over sources, texts and deliveries",
    "init": "a first configuration: sources, rules, a channel, and what they would have told",
    "demo": "a small newsroom on this machine, to watch it work",
    "inspect": "what an address or file is, and what each stage makes of it",
    "sources": "list, show, add, import, export, poll, pause, resume",
    "articles": "list, show, search, diff, evidence, export",
    "stories": "list, show, merge, split",
    "rules": "list, try, backtest, lint, learn",
    "alerts": "list, show, retry, discard, ack",
    "channels": "list, test",
    "silences": "add, list, remove",
    "report": "what was polled, missed, told and acknowledged since a time",
    "db": "upgrade, status, backup, restore, verify, vacuum, migrate",
    "config": "schema",
    "completion": "a completion script for bash, zsh or fish",
}


class _Parser(argparse.ArgumentParser):
    def __init__(self, **how: Any) -> None:
        # An option is spelt out: what a beginning of it means today, another option may take over tomorrow.
        super().__init__(**{**how, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, remedy=_meant(message) or f"{self.prog} --help shows how")


def _meant(message: str) -> str | None:
    """The choice that a misspelt one is close to, out of argparse's message."""
    found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
    if found is None:
        return None
    close = difflib.get_close_matches(found[1], re.findall(r"[\w-]+", found[2]), n=1)
    return f"did you mean {close[0]}?" if close else None


def _option_meant(command: str | None, unknown: str) -> str:
    """The option of the command that a misspelt one is close to."""
    from monitor.cli.tree import commands

    options = {option for each in commands() if each.path[:1] == (command,) for option in each.options}
    close = difflib.get_close_matches(unknown.partition("=")[0], sorted(options), n=1)
    return f"did you mean {close[0]}?" if close else f"monitor {command or ''} --help shows how".replace("  ", " ")


def common_options() -> _Parser:
    """The options that stand before or after any command."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--config", metavar="PATH", help="default: $MONITOR_CONFIG or ./config.yaml")
    common.add_argument("--json", action="store_true", help="print JSON")
    return common


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser; with `only`, just that command's arguments are described (the others are names)."""
    common = common_options()
    parser = _Parser(
        prog="monitor",
        parents=[common],
        description="Watches news feeds and pages, and alerts to what matches your watchlist.",
        epilog="monitor COMMAND --help shows a command's options.",
    )
    parser.add_argument("--version", action="version", version=f"news-monitor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser, title="commands")
    for name, words in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=words,
            description=_sentence(words),
            epilog=shown(name),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[common],
        )
        if only is None or name == only:
            import_module(f"monitor.cli.{name}").register(command, common)
    return parser


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    printer = Printer.for_terminal(json="--json" in arguments)
    try:
        return _dispatch(arguments, printer)
    except UsageError as error:
        return _complain(error, 2)
    except MonitorError as error:
        return _complain(error, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; keep Python from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: Sequence[str], printer: Printer) -> int:
    parser = build_parser(_command_in(arguments) or "")
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        raise UsageError(f"there is no {unknown[0]} here", remedy=_option_meant(args.command, unknown[0]))
    if args.command is None:
        parser.print_help()
        return 0
    call: Callable[[argparse.Namespace, Printer], int] = args.call
    args.config = getattr(args, "config", None) or os.environ.get("MONITOR_CONFIG") or "config.yaml"
    return call(args, printer)


def _command_in(arguments: Sequence[str]) -> str | None:
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument == "--config":
            skip = True
        elif not argument.startswith("-"):
            return argument
    return None


def _complain(error: MonitorError, code: int) -> int:
    text = f"monitor: error[{error.code}] {plain(error.message)}"
    if error.remedy:
        text += f"\n  {plain(error.remedy)}"
    print(marked(text, "error") if is_the_journal(sys.stderr) else text, file=sys.stderr)
    return code
