"""`monitor sources`: what is polled, how it is doing, and changing that."""

from __future__ import annotations

import argparse
from typing import Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, length, one_line
from monitor.cli.reading import NotFound, list_options, opened, require_name, show_rows, since

KEYS = ("id", "name", "kind", "url", "health", "reason", "articles", "last_polled_at", "next_poll_at")
COLUMNS = {
    "id": "ID",
    "kind": "KIND",
    "health": "HEALTH",
    "articles": "ARTICLES",
    "last_polled_at": "POLLED",
    "next_poll_at": "NEXT",
    "reason": "REASON",
}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    from monitor.cli.source_edits import register as register_edits

    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all sources with their health", parents=[common])
    list_options(listing, limit=None)
    listing.set_defaults(call=_list)
    show = actions.add_parser("show", help="one source: health, rhythm, last polls", parents=[common])
    show.add_argument("source", metavar="SOURCE")
    show.set_defaults(call=_show)
    poll = actions.add_parser("poll", help="make sources due now", parents=[common])
    poll.add_argument("sources", metavar="SOURCE", nargs="+")
    poll.set_defaults(call=_poll)
    register_edits(actions, common)


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.shown import list_sources

    with opened(args) as it, it.database.reading() as connection:
        start = since(args.since, it.now)
        found = list_sources(connection)
    polled = [row for row in found if start is None or (row["last_polled_at"] and row["last_polled_at"] >= start)]
    rows = polled[: args.limit]
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="reason", none="no sources: run the monitor once")
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.shown import show_source

    with opened(args) as it, it.database.reading() as connection:
        row = show_source(connection, args.source)
        known = [source.id for source in it.config.sources]
    if row is None:
        require_name("source", args.source, known, "monitor sources list")
        raise NotFound(f"the source {args.source!r} is not known to the monitor yet", remedy="monitor once, or run")
    if printer.json:
        printer.data(row)
        return 0
    for key in (*KEYS, "tags", "paused"):
        value = iso(row[key]) if key.endswith("_at") else row[key]
        printer.line(f"{key}: {one_line('-' if value in (None, []) else value)}")
    if row["choice"]:
        printer.line(f"found: {one_line(_choice_in_words(row['choice']))}")
    if row["pace"]:
        printer.line(f"pace: {one_line(row['pace'])}")
    if row["push"]:
        printer.line(f"push: {one_line(_push_in_words(row['push']))}")
    printer.line(f"kept: {length(row['keep_s'], 'as articles.keep says')}")
    texts = ", ".join(f"{count} {state}" for state, count in sorted(row["texts"].items()))
    printer.line(f"texts: {texts or '-'}")
    polls = [{**poll, "at": iso(poll["started_at"])} for poll in row["polls"]]
    columns = {
        "at": "POLLED",
        "outcome": "OUTCOME",
        "status": "STATUS",
        "items": "ITEMS",
        "new_items": "NEW",
        "elapsed_ms": "MS",
        "reason": "REASON",
    }
    printer.table(polls, columns, wide="reason")
    return 0


def _choice_in_words(choice: dict[str, Any]) -> str:
    _, why = choice["reason"]
    return f"{choice['kind']} {choice['url']} ({why})"


def _push_in_words(push: dict[str, Any]) -> str:
    until = f" until {iso(push['expires_at'])}" if push["expires_at"] else ""
    last = f", last {iso(push['last_push_at'])}" if push["last_push_at"] else ""
    pushes = f"{counted(push['pushes'], 'push', 'pushes')}{last}, {push['refused']} refused"
    return f"{push['hub']}: {push['state']}{until} ({push['reason'] or 'to be asked'}); {pushes}"


def _poll(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.presence import wake
    from monitor.store.sources import poll_now

    wanted = set(args.sources)
    with opened(args) as it, it.database.unit() as connection:
        for source in args.sources:
            require_name("source", source, [each.id for each in it.config.sources], "monitor sources list")
        number = poll_now(connection, args.sources, it.now)
        wake(connection)
    if number < len(wanted):
        raise NotFound(
            f"{number} of {len(wanted)} sources made due; the others are paused, or not known to the monitor yet",
            remedy="monitor sources list",
        )
    printer.line(f"{number} due now") if not printer.json else printer.data({"due": number})
    return 0
