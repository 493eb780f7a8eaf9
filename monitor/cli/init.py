"""`monitor init`: a first configuration, and what it would have told in the last day."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line, plain
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.bootstrap.beginning import Plan
    from monitor.bootstrap.first_look import FirstLook

SHOWN = 15
"""Articles that are listed."""
INTERRUPTED = 130


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
    parser.add_argument("--server", metavar="HOST", help="mail server, HOST or HOST:PORT (localhost)")
    parser.add_argument(
        "--user", help="login at the mail server; the password is asked for, or read from standard input"
    )
    parser.add_argument("--chat", action="store_true", help="tell a chat: its address is asked for, or read likewise")
    parser.add_argument("--test", action="store_true", help="send a test message through the channel")
    parser.add_argument("--no-poll", action="store_true", help="only write the files")
    parser.set_defaults(call=_init)


def _init(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.beginning import refuse_overwriting, write_files
    from monitor.bootstrap.logs import set_up_logs
    from monitor.cli.questions import asked_plan, yes

    set_up_logs(level="error", form="auto")
    if not args.yes and not sys.stdin.isatty():
        raise UsageError("init asks questions, and nobody can answer here", remedy="give --yes and the options")
    path = Path(args.config).absolute()
    refuse_overwriting([path])
    spoken = spoken_language(os.environ)
    try:
        plan = _plan(args, spoken) if args.yes else asked_plan(args, printer, spoken=spoken)
        test = args.test or (not args.yes and yes("Send a test message when it is written?"))
    except (KeyboardInterrupt, EOFError):
        print("\nnothing was written", file=sys.stderr)
        return INTERRUPTED
    written = write_files(path.parent, path.name, plan)
    _show_written(written, plan, printer)
    try:
        return _try_out(args, path, printer, written=written, test=test)
    except KeyboardInterrupt:
        print("\nstopped; what was written can be used as it is", file=sys.stderr)
        return INTERRUPTED


def _try_out(args: argparse.Namespace, path: Path, printer: Printer, *, written: list[Path], test: bool) -> int:
    from monitor.bootstrap.first_look import first_look
    from monitor.bootstrap.words import words_are_built
    from monitor.config.load import load_config

    sent = _test(path, printer) if test else None
    if not args.no_poll and not printer.json:
        if not words_are_built(load_config(path).usable().model.articles.languages):
            printer.line("making dictionaries of word forms, once: this takes a minute …")
        printer.line("asking the sources what they have now; nobody is told …")
    look = None if args.no_poll else asyncio.run(first_look(path))
    if printer.json:
        printer.data(_as_json(written, look, sent))
        return 1 if sent is False else 0
    if look is not None:
        show_look(look, printer)
    option = "" if path == Path("config.yaml").absolute() else f" --config {_shown(path)}"
    printer.line(f"next: monitor{option} check, then monitor{option} run")
    return 1 if sent is False else 0


def spoken_language(environment: Mapping[str, str]) -> str:
    """The language of the locale, such as `de`; empty where none is set."""
    named = next((environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "")
    found = re.match(r"([a-z]{2,3})(?:[_.@]|$)", named)
    return found[1] if found else ""


def _plan(args: argparse.Namespace, spoken: str) -> Plan:
    from monitor.bootstrap.beginning import Plan, messages_language
    from monitor.bootstrap.catalogue import choose_feeds, read_catalogue
    from monitor.cli.questions import chat_of, languages_of, server_of, topics_of, whom_of

    languages = languages_of(args.language or ()) or ("en",)
    topics = topics_of(args.topic or ()) or ("sanctions", "diplomacy")
    secret = sys.stdin.readline().strip() if args.user or args.chat else None
    if args.chat:
        chat_of(secret or "")
    server, port = server_of(args.server or "localhost")
    return Plan(
        choose_feeds(read_catalogue(), languages, topics),
        topics,
        messages_language(languages, spoken),
        mail=args.mail and whom_of(args.mail),
        server=server,
        port=port,
        user=args.user,
        chat=args.chat,
        secret=secret or None,
    )


def _show_written(written: list[Path], plan: Plan, printer: Printer) -> None:
    if printer.json:
        return
    for each in written:
        secret = " (only you can read it)" if each.parent.name == "secrets" else ""
        printer.line(f"wrote {_shown(each)}{secret}")
    foreign = plan.languages_without_rules
    if foreign and any(each.parent.name == "watchlists" for each in written):
        words = f"the ready-made rules have no words in {', '.join(foreign)} yet: add yours in watchlists/"
        printer.line(printer.style(words, "yellow"))


def _test(path: Path, printer: Printer) -> bool:
    from monitor.bootstrap.settings import channels_of
    from monitor.bootstrap.testing_channels import send_test
    from monitor.config.load import load_config

    model = load_config(path).usable().model
    results = [(name, result) for name, c in channels_of(model).items() for result in asyncio.run(send_test(c, model))]
    for name, result in results if not printer.json else ():
        if result.error is None:
            printer.line(f"test message to {result.target}: sent")
        else:
            printer.line(printer.style(f"test message to {result.target}: failed: {one_line(result.error)}", "red"))
            printer.line(f"  mend it in {_shown(path)}, then: monitor channels test {name}")
    return all(result.error is None for _, result in results)


def show_look(look: FirstLook, printer: Printer) -> None:
    """What the sources hold, and what of it would have been told."""
    if not look.articles and not look.silent_sources:
        printer.line("there are no sources yet: monitor sources add ADDRESS finds the feed of an address")
        return
    if not look.articles:
        reason = one_line(look.silent_sources[0][1])
        printer.line(printer.style(f"no source answered: is this machine online? ({reason})", "yellow"))
        printer.line("what was written can be used as it is; monitor check --online asks them again")
        return
    for source, reason in look.silent_sources:
        printer.line(printer.style(f"no articles from {source}: {one_line(reason)}", "yellow"))
    told = [hit for hit in look.told if not hit.held]
    printer.line(f"{counted(look.articles, 'article')} now, {look.recent} of the last 24 h; nobody was told")
    printer.line(f"the last 24 h would have told {len(told)}, and held back {len(look.told) - len(told)}")
    for hit in look.told[:SHOWN]:
        word = "held" if hit.held else "told"
        when = f"{hit.published_at:%H:%M}"
        printer.line(f"  {when}  {word}  {hit.rule}: {plain(one_line(hit.title))} ({one_line(hit.source)})")
    if len(look.told) > SHOWN:
        printer.line(f"  and {len(look.told) - SHOWN} more: monitor rules backtest RULE")


def _as_json(written: list[Path], look: FirstLook | None, sent: bool | None) -> dict[str, object]:
    found: dict[str, object] = {"files": [str(path) for path in written], "test_sent": sent}
    if look is not None:
        found |= {
            "articles": look.articles,
            "recent": look.recent,
            "without_articles": [{"source": source, "reason": reason} for source, reason in look.silent_sources],
            "would_tell": [
                {
                    "rule": hit.rule,
                    "title": hit.title,
                    "source": hit.source,
                    "published_at": iso(hit.published_at),
                    "held": hit.held,
                }
                for hit in look.told
            ],
        }
    return found


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
