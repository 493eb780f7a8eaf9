"""`monitor articles`: what was kept."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.cli.output import Printer, iso, one_line, plain
from monitor.cli.reading import NotFound, list_options, number_in, opened, positive, require_name, show_rows, since
from monitor.errors import UsageError

KEYS = ("id", "url", "title", "published_at", "first_seen_at", "language", "sources", "story_id", "text_state")
COLUMNS = {
    "id": "ID",
    "first_seen_at": "SEEN",
    "language": "LANG",
    "text_state": "TEXT",
    "sources": "SOURCES",
    "title": "TITLE",
}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="articles, newest first", parents=[common])
    list_options(listing)
    listing.add_argument("--source", metavar="SOURCE", help="only of this source")
    listing.set_defaults(call=_list)
    show = actions.add_parser("show", help="one article with its text and revisions", parents=[common])
    show.add_argument("article", metavar="ARTICLE", help="an id or an address")
    show.set_defaults(call=_show)
    search = actions.add_parser("search", help="articles with all these words", parents=[common])
    search.add_argument("words", nargs="+", metavar="WORD")
    list_options(search)
    search.set_defaults(call=_search)
    diff = actions.add_parser("diff", help="what a publisher changed", parents=[common])
    diff.add_argument("article", metavar="ARTICLE", help="an id or an address")
    diff.set_defaults(call=_diff)
    evidence = actions.add_parser("evidence", help="what was fetched for an alert, byte for byte", parents=[common])
    evidence.add_argument("article", metavar="ARTICLE", help="an id or an address")
    evidence.add_argument("--revision", metavar="N", type=positive, help="of this revision; default the latest")
    evidence.add_argument("--body", metavar="FILE", type=Path, help="write the document there")
    evidence.set_defaults(call=_evidence)
    export = actions.add_parser("export", help="articles as JSON Lines", parents=[common])
    export.add_argument("--since", metavar="WHEN", help="a duration (2h, 7d) or a date")
    export.set_defaults(call=_export)


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.shown import list_articles, source_ids

    with opened(args) as it, it.database.reading() as connection:
        start = since(args.since, it.now)
        if args.source is not None:
            known = {source.id for source in it.config.sources} | source_ids(connection)
            require_name("source", args.source, known, "monitor sources list")
        rows = list_articles(connection, limit=args.limit, since=start, source_id=args.source)
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="title", none="no articles")
    return 0


def _search(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.shown import search_articles

    with opened(args) as it, it.database.reading() as connection:
        rows = search_articles(connection, " ".join(args.words), limit=args.limit, since=since(args.since, it.now))
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="title", none="nothing found")
    return 0


def find_article(connection: Any, name: str) -> int:
    """The id of the article that an id or an address names; raises `NotFound`."""
    from monitor.dedup.urls import url_key
    from monitor.store import shown

    article_id = number_in(name) or shown.find_article(connection, url_key=url_key(name))
    if article_id is None:
        raise NotFound(f"no article is known under {name}", remedy="monitor articles search finds by words")
    return article_id


def _load(args: argparse.Namespace) -> dict[str, Any]:
    from monitor.store.shown import show_article

    with opened(args) as it, it.database.reading() as connection:
        row = show_article(connection, find_article(connection, args.article))
    if row is None:
        raise NotFound(f"there is no article {args.article}", remedy="monitor articles list")
    return row


def _show(args: argparse.Namespace, printer: Printer) -> int:
    row = _load(args)
    if printer.json:
        printer.data({key: row.get(key) for key in (*KEYS, "text", "authors", "revisions")})
        return 0
    printer.line(printer.style(one_line(row["title"]), "bold"))
    for key in ("url", "published_at", "first_seen_at", "language", "sources", "authors", "story_id"):
        value = row[key]
        shown = iso(value) if isinstance(value, datetime) else ", ".join(value) if isinstance(value, list) else value
        printer.line(f"{key}: {one_line(shown or '-')}")
    why = f" ({row['text_reason']})" if row["text_reason"] else ""
    printer.line(f"text: {row['text_state']}{one_line(why)}, revision {len(row['revisions'])}")
    printer.line()
    printer.line(plain(row["text"]))
    return 0


def _diff(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.dedup.revision import Version, readable_diff

    revisions = _load(args)["revisions"]
    versions = [Version(r["title"], r["lead"], r["text"]) for r in revisions]
    steps = [
        {"number": new["number"], "at": new["created_at"], "reason": new["reason"], "diff": readable_diff(a, b)}
        for new, a, b in zip(revisions[1:], versions, versions[1:], strict=False)
    ]
    if printer.json:
        printer.data(steps)
        return 0
    for step in steps:
        printer.line(printer.style(f"revision {step['number']} of {iso(step['at'])}: {step['reason']}", "bold"))
        for line in step["diff"].splitlines():
            colour = {"+": "green", "-": "red"}.get(line[:1])
            printer.line(printer.style(plain(line), *([colour] if colour else [])))
    if not steps:
        printer.line("one revision only")
    return 0


def _evidence(args: argparse.Namespace, printer: Printer) -> int:
    facts, content = _kept(args)
    if args.body is not None:
        _write(args.body, content)
    if printer.json:
        printer.data(facts)
        return 0
    for name in ("article", "revision", "url", "fetched_at", "sha256", "bytes"):
        value = facts[name]
        printer.line(f"{name}: {one_line(iso(value) if isinstance(value, datetime) else value)}")
    for name, value in facts["headers"]:
        printer.line(f"  {one_line(name)}: {one_line(value)}")
    return 0


def _kept(args: argparse.Namespace) -> tuple[dict[str, Any], bytes]:
    """What was fetched for an article, and all that is known of it.  Raises `NotFound`."""
    from monitor.model.content import whole
    from monitor.store.evidence import body_of
    from monitor.store.traces import bodies_of

    with opened(args) as it, it.database.reading() as connection:
        article_id = find_article(connection, args.article)
        kept = [row["revision"] for row in bodies_of(connection, article_id)]
        number = args.revision or max(kept, default=0)
        found = body_of(connection, article_id, number)
    if found is None:
        remedy = "what was fetched is kept of articles that met a rule as they were read; monitor why says more"
        raise NotFound(f"nothing that was fetched is kept of article {args.article}", remedy=remedy)
    body, sha256 = found
    content = whole(body.content)
    facts = {"article": article_id, "revision": number, "url": body.url, "fetched_at": body.fetched_at}
    headers = [list(header) for header in body.headers]
    return facts | {"sha256": sha256, "bytes": len(content), "headers": headers}, content


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", remedy="name a new file") from error


def _export(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.shown import list_articles, show_article

    before: tuple[datetime, int] | None = None
    with opened(args) as it, it.database.reading() as connection:
        start = since(args.since, it.now)
        while rows := list_articles(connection, limit=500, since=start, before=before):
            for row in rows:
                whole = show_article(connection, row["id"])
                if whole is not None:
                    printer.line(json.dumps(whole, ensure_ascii=False, default=_text))
            before = (rows[-1]["first_seen_at"], rows[-1]["id"])
    return 0


def _text(value: object) -> str | None:
    return iso(value) if isinstance(value, datetime) else str(value)
