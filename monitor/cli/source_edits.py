"""`monitor sources add|import|export|pause|resume`: the commands that change the configuration file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, one_line
from monitor.cli.reading import require_name
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.parse.subscriptions import Subscription


def register(actions: Any, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    from monitor.cli.discovery import register as register_add

    register_add(actions, common)
    importing = actions.add_parser(
        "import", help="sources from OPML, rss2email, urlwatch or newsboat", parents=[common]
    )
    importing.add_argument(
        "file", metavar="FILE", help="OPML, rss2email.cfg, urls.yaml or a list of addresses; - is standard input"
    )
    importing.add_argument("--dry-run", action="store_true", help="only say what would be added")
    importing.set_defaults(call=_import)
    exporting = actions.add_parser("export", help="all feeds as OPML", parents=[common])
    exporting.set_defaults(call=_export)
    for name, words in (("pause", "stop polling sources"), ("resume", "poll them again")):
        action = actions.add_parser(name, help=words, parents=[common])
        action.add_argument("sources", metavar="SOURCE", nargs="+")
        action.set_defaults(call=_resume if name == "resume" else _pause)


def _import(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.config.edit import add_sources
    from monitor.config.load import load_config
    from monitor.parse.subscriptions import read_subscriptions

    config = load_config(Path(args.config)).usable()
    try:
        body = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {args.file}: {error.strerror}") from error
    feeds = read_subscriptions(body)
    fresh, skipped = new_sources(feeds, {s.url for s in config.sources}, {s.id for s in config.sources})
    if fresh and not args.dry_run:
        add_sources(Path(args.config).absolute(), fresh)
    if printer.json:
        printer.data({"added": fresh, "skipped": skipped})
        return 0
    for line in skipped:
        printer.line(printer.style(one_line(f"skipped {line['url']}: {line['reason']}"), "yellow"))
    verb = "would add" if args.dry_run else "added"
    printer.line(f"{verb} {counted(len(fresh), 'source')}, skipped {len(skipped)}")
    return 0


def new_sources(
    feeds: Iterable[Subscription], known_urls: set[str], known_ids: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Sources for the feeds that are not there yet, with ids of their own, and what was left out and why."""
    from monitor.config.build import slug

    urls, ids = set(known_urls), set(known_ids)
    fresh: list[dict[str, Any]] = []
    skipped: list[dict[str, str]] = []
    for feed in feeds:
        reason = feed.problem or _unusable(feed.url, urls)
        if reason is not None:
            skipped.append({"url": feed.url, "reason": reason})
            continue
        urls.add(feed.url)
        name = feed.title or feed.url
        wanted = base = slug(name) or slug(feed.url)
        number = 1
        while wanted in ids:
            number += 1
            wanted = f"{base}-{number}"
        ids.add(wanted)
        source: dict[str, Any] = {"id": wanted, "name": name, feed.kind: feed.url}
        if feed.select:
            source["select"] = feed.select
        if feed.paused:
            source["paused"] = True
        if feed.tags:
            source["tags"] = list(feed.tags)
        fresh.append(source)
    return fresh, skipped


def _unusable(url: str, known: set[str]) -> str | None:
    if not url.lower().startswith(("http://", "https://")):
        return "no web address"
    return "already there" if url in known else None


def _export(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.config.load import load_config
    from monitor.model.source import SourceKind
    from monitor.parse.opml import OpmlFeed, write_opml

    config = load_config(Path(args.config)).usable()
    feeds = [OpmlFeed(s.url, title=s.name, tags=s.tags) for s in config.sources if s.kind is SourceKind.FEED]
    printer.line(write_opml(feeds).decode())
    return 0


def _pause(args: argparse.Namespace, printer: Printer) -> int:
    return _set_paused(args, printer, paused=True)


def _resume(args: argparse.Namespace, printer: Printer) -> int:
    return _set_paused(args, printer, paused=None)


def _set_paused(args: argparse.Namespace, printer: Printer, *, paused: bool | None) -> int:
    from monitor.config.edit import set_source
    from monitor.config.load import load_config

    known = [source.id for source in load_config(Path(args.config)).usable().sources]
    for source in args.sources:
        require_name("source", source, known, "monitor sources list")
        file = set_source(Path(args.config).absolute(), source, "paused", paused)
        printer.line(f"{source}: {'paused' if paused else 'polled again'} ({file.name}; a running daemon notices)")
    return 0
