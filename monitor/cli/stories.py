"""`monitor stories`: articles about the same event, and correcting how they were grouped."""

from __future__ import annotations

import argparse
from typing import Any

from monitor.cli.output import Printer, iso, one_line
from monitor.cli.reading import NotFound, list_options, opened, show_rows, since
from monitor.errors import UsageError

KEYS = ("id", "title", "articles", "sources", "first_seen_at", "last_seen_at")
COLUMNS = {
    "id": "ID",
    "articles": "ARTICLES",
    "sources": "SOURCES",
    "first_seen_at": "FIRST",
    "last_seen_at": "LAST",
    "title": "TITLE",
}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="stories, the liveliest first", parents=[common])
    list_options(listing)
    listing.set_defaults(call=_list)
    show = actions.add_parser("show", help="who had it first and how it spread", parents=[common])
    show.add_argument("story", metavar="ID", type=int)
    show.set_defaults(call=_show)
    merge = actions.add_parser("merge", help="two stories are one; remembered", parents=[common])
    merge.add_argument("into", metavar="ID", type=int)
    merge.add_argument("other", metavar="OTHER", type=int)
    merge.set_defaults(call=_merge)
    split = actions.add_parser("split", help="articles that do not belong; remembered", parents=[common])
    split.add_argument("story", metavar="ID", type=int)
    split.add_argument("articles", metavar="ARTICLE", type=int, nargs="+", help="articles that leave")
    split.set_defaults(call=_split)


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.story_lists import list_stories

    with opened(args) as it, it.database.reading() as connection:
        rows = list_stories(connection, limit=args.limit, since=since(args.since, it.now))
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="title", none="no stories")
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.story_lists import show_story

    with opened(args) as it, it.database.reading() as connection:
        row = show_story(connection, args.story)
    if row is None:
        raise NotFound(f"there is no story {args.story}", remedy="monitor stories list")
    if printer.json:
        printer.data(row)
        return 0
    printer.line(printer.style(one_line(row["title"]), "bold"))
    printer.line(f"{row['articles']} articles of {row['sources']} sources, language {row['language'] or '-'}")
    for item in row["timeline"]:
        copy = f" (copy of {item['copy_of']}, {item['copy_score']:.2f})" if item["copy_of"] else ""
        edits = f", revision {item['revision']}" if item["revision"] > 1 else ""
        sources = ", ".join(item["sources"])
        printer.line(f"  {iso(item['first_seen_at'])}  {item['id']}  {sources}{edits}{copy}")
        printer.line(f"      {one_line(item['title'])}")
    for other in row["also_in"]:
        printer.line(f"also in {other['language']}: {other['id']} {one_line(other['title'])}")
    return 0


def _merge(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.loops.placing import merge_by_hand
    from monitor.store.story_lists import show_story

    with opened(args) as it, it.database.unit(lock="tell") as connection:
        for story in (args.into, args.other):
            if show_story(connection, story) is None:
                raise NotFound(f"there is no story {story}", remedy="monitor stories list")
        merge_by_hand(connection, args.into, args.other, now=it.now)
    printer.line(f"story {args.other} is part of {args.into} now")
    return 0


def _split(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.loops.placing import split_by_hand
    from monitor.store.story_lists import show_story

    with opened(args) as it, it.database.unit(lock="tell") as connection:
        row = show_story(connection, args.story)
        members = {item["id"] for item in row["timeline"]} if row else set()
        strangers = [article for article in args.articles if article not in members]
        if strangers or not members:
            raise NotFound(f"story {args.story} has no article {strangers or args.articles}")
        try:
            number = split_by_hand(connection, args.story, args.articles, now=it.now)
        except ValueError as error:
            raise UsageError(str(error)) from error
    printer.line(f"story {number} has {len(args.articles)} articles of story {args.story} now")
    return 0
