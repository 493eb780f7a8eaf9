"""`monitor init`: a first configuration, and what it would have told in the last day."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.output import Printer, one_line, plain
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.bootstrap.beginning import FirstLook, Plan

SHOWN = 15
"""Articles that are listed."""


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--yes", action="store_true", help="ask nothing; take the options and the defaults")
    parser.add_argument(
        "--topic", metavar="TOPIC", action="append", help="ready-made rules, or words of your own; may be repeated"
    )
    parser.add_argument(
        "--language", metavar="CODE", action="append", help="of the sources (de, en …); may be repeated"
    )
    parser.add_argument("--mail", metavar="ADDRESS", help="who is told by mail")
    parser.add_argument("--server", metavar="HOST", default="localhost", help="mail server (localhost)")
    parser.add_argument(
        "--user", help="login at the mail server; the password is asked for, or read from standard input"
    )
    parser.add_argument("--chat", action="store_true", help="tell a chat: its address is asked for, or read likewise")
    parser.add_argument("--test", action="store_true", help="send a test message through the channel")
    parser.add_argument("--no-poll", action="store_true", help="only write the files")
    parser.set_defaults(call=_init)


def _init(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.beginning import first_look, write_files
    from monitor.bootstrap.logs import set_up_logs

    set_up_logs(level="warning", form="auto")
    if not args.yes and not sys.stdin.isatty():
        raise UsageError("init asks questions, and nobody can answer here", remedy="give --yes and the options")
    path = Path(args.config).absolute()
    plan = _plan(args) if args.yes else _asked(args, printer)
    written = write_files(path.parent, path.name, plan)
    if not printer.json:
        for each in written:
            secret = " (only you can read it)" if each.parent.name == "secrets" else ""
            printer.line(f"wrote {_shown(each)}{secret}")
    look = None if args.no_poll else asyncio.run(first_look(path))
    sent = _test(path, printer) if args.test or (not args.yes and _yes("Send a test message?")) else None
    if printer.json:
        printer.data(_as_json(written, look, sent))
        return 0
    if look is not None:
        _show(look, printer)
    printer.line("next: monitor check, then monitor run")
    return 0


def _plan(args: argparse.Namespace) -> Plan:
    from monitor.bootstrap.beginning import Plan

    languages = _split(args.language) or ("en",)
    topics = tuple(args.topic or ()) or ("sanctions", "diplomacy")
    _known(languages)
    secret = sys.stdin.readline().strip() if args.user or args.chat else None
    return Plan(languages, topics, args.mail, args.server, args.user, args.chat, secret or None)


def _asked(args: argparse.Namespace, printer: Printer) -> Plan:
    from getpass import getpass

    from monitor.bootstrap.beginning import Plan, read_catalogue, ready_made

    spoken = ", ".join(dict.fromkeys(feed.language for feed in read_catalogue()))
    printer.line(f"Ready-made rules: {', '.join(ready_made())}.  Words of your own are fine, too.")
    topics = _split(args.topic, commas=False) or _split([_ask("What to watch for (comma between)", "sanctions")])
    languages = _split(args.language) or _split([_ask(f"Languages of the sources ({spoken})", "en")])
    _known(languages)
    mail = args.mail or _ask("Mail address to tell (empty: print in the terminal)", "") or None
    if mail is None:
        return Plan(languages, topics)
    server = _ask("Mail server", args.server)
    user = args.user or _ask("Login there (empty: none)", "") or None
    secret = getpass("Password: ") if user else None
    return Plan(languages, topics, mail, server, user, secret=secret or None)


def _split(given: list[str] | None, *, commas: bool = True) -> tuple[str, ...]:
    parts = [part.strip() for each in given or () for part in (each.split(",") if commas else [each])]
    return tuple(dict.fromkeys(part for part in parts if part))


def _known(languages: tuple[str, ...]) -> None:
    from monitor.bootstrap.beginning import read_catalogue

    known = tuple(dict.fromkeys(feed.language for feed in read_catalogue()))
    for language in languages:
        if language not in known:
            remedy = f"known: {', '.join(known)}; add others with monitor sources add"
            raise UsageError(f"the catalogue has no sources in {language!r}", remedy=remedy)


def _ask(question: str, default: str) -> str:
    shown = f" [{default}]" if default else ""
    return input(f"{question}{shown}: ").strip() or default


def _yes(question: str) -> bool:
    return _ask(f"{question} (y/n)", "n").lower().startswith("y")


def _test(path: Path, printer: Printer) -> bool:
    from monitor.bootstrap.settings import channels_of
    from monitor.bootstrap.testing_channels import send_test
    from monitor.config.load import load_config

    model = load_config(path).usable().model
    results = [r for channel in channels_of(model).values() for r in asyncio.run(send_test(channel, model))]
    for result in results if not printer.json else ():
        verdict = "sent" if result.error is None else f"failed: {one_line(result.error)}"
        printer.line(f"test message to {result.target}: {verdict}")
    return all(result.error is None for result in results)


def _show(look: FirstLook, printer: Printer) -> None:
    for source, reason in look.silent_sources:
        printer.line(printer.style(f"no articles from {source}: {one_line(reason)}", "yellow"))
    if not look.articles:
        printer.line("no source answered: is this machine online? What was written can be used as it is")
        return
    told = [hit for hit in look.told if not hit.held]
    printer.line(f"{look.articles} articles are there now, {look.recent} of the last 24 h; nobody was told")
    printer.line(f"the last 24 h would have told {len(told)}, and held back {len(look.told) - len(told)}")
    for hit in look.told[:SHOWN]:
        word = "held" if hit.held else "told"
        printer.line(f"  {word}  {hit.rule}: {plain(one_line(hit.title))} ({one_line(hit.source)})")
    if len(look.told) > SHOWN:
        printer.line(f"  and {len(look.told) - SHOWN} more: monitor rules backtest RULE")


def _as_json(written: list[Path], look: FirstLook | None, sent: bool | None) -> dict[str, object]:
    found: dict[str, object] = {"files": [str(path) for path in written], "test_sent": sent}
    if look is not None:
        found |= {
            "articles": look.articles,
            "recent": look.recent,
            "without_articles": [{"source": source, "reason": reason} for source, reason in look.silent_sources],
            "would_tell": [{"rule": h.rule, "title": h.title, "source": h.source, "held": h.held} for h in look.told],
        }
    return found


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
