"""`monitor stories`: articles about the same event, and correcting how they were grouped."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line
from monitor.cli.reading import NotFound, list_options, opened, positive, show_rows, since
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Heavy modules, needed here for annotations only.
    from monitor.model.story import Story
    from monitor.store.story_pages import Moment

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
    show.add_argument("story", metavar="ID", type=positive)
    show.set_defaults(call=_show)
    merge = actions.add_parser("merge", help="two stories are one; remembered", parents=[common])
    merge.add_argument("into", metavar="ID", type=positive)
    merge.add_argument("other", metavar="OTHER", type=positive)
    merge.set_defaults(call=_merge)
    split = actions.add_parser("split", help="articles that do not belong; remembered", parents=[common])
    split.add_argument("story", metavar="ID", type=positive)
    split.add_argument("articles", metavar="ARTICLE", type=positive, nargs="+", help="articles that leave")
    split.set_defaults(call=_split)


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.story_pages import list_stories

    with opened(args) as it, it.database.reading() as connection:
        found = list_stories(connection, limit=args.limit, since=since(args.since, it.now))
    rows = [asdict(story) for story in found]
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="title", none="no stories")
    return 0


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.story_pages import linked_stories, show_story

    with opened(args) as it, it.database.reading() as connection:
        page = show_story(connection, args.story)
        if page is None:
            raise NotFound(f"there is no story {args.story}", remedy="monitor stories list")
        others = linked_stories(connection, page)
    story = page.story
    if printer.json:
        timeline = [asdict(moment) for moment in page.moments]
        listed = [_brief(other) | {"language": other.language} for other in others]
        printer.data(_brief(story) | {"language": story.language, "timeline": timeline, "also_in": listed})
        return 0
    printer.line(printer.style(one_line(story.title), "bold"))
    printer.line(
        f"{counted(story.articles, 'article')} of {counted(story.sources, 'source')}, language {story.language}"
    )
    for moment in page.moments:
        printer.line(f"  {iso(moment.at)}  {moment.article_id}  {_happened(moment)}")
        if moment.kind != "sighting":
            printer.line(f"      {one_line(moment.title)}")
    for other in others:
        printer.line(f"also in {other.language}: {other.id} {one_line(other.title)}")
    return 0


def _brief(story: Story) -> dict[str, Any]:
    return {key: getattr(story, key) for key in KEYS}


def _happened(moment: Moment) -> str:
    """What a line of the timeline says beside the headline."""
    if moment.kind == "revision":
        return f"edited: {moment.note}"
    if moment.kind == "sighting":
        return f"{moment.source_id} has it too"
    return f"{moment.source_id}{f', {moment.note}' if moment.note else ''}"


def _merge(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.loops.placing import STORY_LOCK
    from monitor.loops.regroup import merge_by_hand
    from monitor.store.story_pages import current_story

    with opened(args) as it, it.database.unit(lock=STORY_LOCK) as connection:
        into, other = (current_story(connection, number) for number in (args.into, args.other))
        if into is None or other is None:
            unknown = args.into if into is None else args.other
            raise NotFound(f"there is no story {unknown}", remedy="monitor stories list")
        if into == other:
            raise UsageError(f"{args.other} and {args.into} are one story already")
        merge_by_hand(connection, into, other, now=it.now)
    printer.line(f"story {args.other} is part of {args.into} now")
    return 0


def _split(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.loops.placing import STORY_LOCK
    from monitor.loops.regroup import split_by_hand
    from monitor.store.stories import articles_of
    from monitor.store.story_pages import current_story

    with opened(args) as it, it.database.unit(lock=STORY_LOCK) as connection:
        story = current_story(connection, args.story)
        if story is None:
            raise NotFound(f"there is no story {args.story}", remedy="monitor stories list")
        members = articles_of(connection, story)
        strangers = [article for article in args.articles if article not in members]
        if strangers:
            raise NotFound(f"story {args.story} has no article {', '.join(map(str, strangers))}")
        try:
            number = split_by_hand(connection, story, args.articles, now=it.now)
        except ValueError as error:
            raise UsageError(str(error)) from error
    printer.line(f"story {number} has {counted(len(args.articles), 'article')} of story {args.story} now")
    return 0
