"""`monitor inspect`: what an address or file is, and what each stage makes of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.output import Printer, iso, one_line, plain
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Heavy modules, needed here for annotations only; at run time they are imported by the functions that use them.
    from monitor.extract.listing import Listing
    from monitor.loops.inspect import Inspection
    from monitor.model.article import Extracted

AT_ONCE = 4
"""Targets of a batch that are worked on at the same time."""
BATCH = 'one JSON object a line: {"target": …, "url": …}'


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for; `url` is where a file came from."""

    target: str
    url: str | None = None


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="an address or a file")
    parser.add_argument("--url", help="where the file came from")
    parser.add_argument("--batch", metavar="FILE", help=f"{BATCH}; - is stdin")
    parser.set_defaults(call=_inspect)


def _inspect(args: argparse.Namespace, printer: Printer) -> int:
    targets = [Target(target, args.url) for target in args.targets]
    if args.batch is not None:
        targets += list(_read_batch(args.batch))
    if not targets:
        raise UsageError("inspect needs a target", remedy="monitor inspect ADDRESS or FILE, or --batch FILE")
    failed = asyncio.run(_run(targets, args.config, printer))
    return 1 if failed else 0


def _read_batch(name: str) -> Iterator[Target]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read the batch {name}: {error.strerror}", remedy=BATCH) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the batch {name}: it is no UTF-8 text", remedy=BATCH) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            yield Target(str(item["target"]), item.get("url"))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UsageError(f'{name}:{number} is no object with a "target": {error}', remedy=BATCH) from error


async def _run(targets: list[Target], config: str, printer: Printer) -> int:
    from monitor.bootstrap.inspection import open_inspection

    failed = 0
    async with open_inspection(Path(config), typed=[target.target for target in targets]) as (fetcher, workers, clock):

        async def one(target: Target) -> Inspection:
            from monitor.loops.inspect import inspect_address, inspect_file, is_address

            if is_address(target.target):
                return await inspect_address(target.target, fetcher=fetcher, workers=workers, now=clock.now())
            return await inspect_file(target.target, url=target.url, workers=workers, now=clock.now())

        async for inspection in _in_order(targets, one):
            failed += inspection.failed
            if printer.json:
                printer.data(as_json(inspection))
            else:
                _show(inspection, printer)
    return failed


async def _in_order(targets: list[Target], one: Any) -> AsyncIterator[Any]:
    """Results in the order of the targets, a few of them worked on ahead."""
    ahead: list[asyncio.Task[Any]] = []
    waiting = iter(targets)
    for target in waiting:
        ahead.append(asyncio.create_task(one(target)))
        if len(ahead) == AT_ONCE:
            yield await ahead.pop(0)
    for task in ahead:
        yield await task


def as_json(inspection: Inspection) -> dict[str, Any]:
    """The object of the JSON interface."""
    article, listing = inspection.article, inspection.listing
    return {
        "target": inspection.target,
        "kind": inspection.kind,
        "url": inspection.url,
        "title": inspection.title,
        "entries": [
            {"id": e.id, "url": e.url, "title": e.title, "published_at": iso(e.published_at or e.updated_at)}
            for e in inspection.entries
        ],
        "links": [{"url": link.url, "title": link.title} for link in (listing.links if listing else ())],
        "article": article
        and {
            "title": article.title,
            "text": article.text,
            "authors": list(article.authors),
            "published_at": iso(article.published_at),
            "published_at_local": article.published_at_local,
            "language": article.language,
            "image": article.image,
            "canonical_url": article.canonical_url,
            "section": article.section,
            "text_state": article.text_state.value,
        },
        "problems": [{"code": p.code, "message": p.text} for p in inspection.problems],
        "steps": [{"stage": s.stage, "verdict": s.verdict} for s in inspection.steps],
    }


def _show(inspection: Inspection, printer: Printer) -> None:
    kind = inspection.kind or "nothing readable"
    printer.line(printer.style(f"{plain(inspection.target)}: {kind}", "bold"))
    for problem in inspection.problems:
        printer.line(printer.style(f"  problem[{problem.code}] {one_line(problem.text)}", "yellow"))
    for step in inspection.steps:
        printer.line(printer.style(f"  {step.stage}: {one_line(step.verdict)}", "dim"))
    if inspection.entries:
        _show_entries(inspection, printer)
    elif inspection.kind == "listing" and inspection.listing:
        _show_links(inspection.listing, printer)
    elif inspection.article is not None:
        _show_article(inspection.article, printer)


def _show_entries(inspection: Inspection, printer: Printer) -> None:
    printer.line(f"  title: {one_line(inspection.title or '-')}")
    rows = [{"when": iso(e.published_at or e.updated_at), "title": e.title, "url": e.url} for e in inspection.entries]
    printer.table(rows, {"when": "PUBLISHED", "title": "TITLE", "url": "ADDRESS"}, wide="title")


def _show_links(listing: Listing, printer: Printer) -> None:
    rows = [
        {"score": f"{link.score:.1f}", "title": link.title, "url": link.url, "why": link.why} for link in listing.links
    ]
    printer.line(f"  {len(listing.links)} links kept by {listing.how}, {len(listing.rejected)} left out")
    printer.table(rows, {"score": "SCORE", "title": "TITLE", "url": "ADDRESS", "why": "WHY"}, wide="title")


def _show_article(article: Extracted, printer: Printer) -> None:
    facts = {
        "title": article.title,
        "authors": ", ".join(article.authors),
        "published": article.published_at_local or iso(article.published_at),
        "language": article.language,
        "canonical": article.canonical_url,
        "image": article.image,
        "text": f"{article.text_state.value}, {len(article.text.split())} words",
    }
    for name, value in facts.items():
        printer.line(f"  {name}: {one_line(value or '-')}")
    printer.line()
    printer.line(plain(article.text))
