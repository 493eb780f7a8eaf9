"""`monitor sources add URL`: find what an address offers, show samples, and write the chosen one into the file."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line
from monitor.cli.reading import positive
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.loops.discovery import Discovery, Offer


class NothingToPoll(MonitorError):
    """The address offers nothing that could be followed."""

    code = "nothing-to-poll"


def register(actions: Any, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    adding = actions.add_parser("add", help="find the feed of an address and add it", parents=[common])
    adding.add_argument("url", metavar="URL", help="a feed, a page, or the front of a site")
    adding.add_argument("--choose", metavar="N", type=positive, default=1, help="take the N-th of what is found (1)")
    adding.add_argument("--name", help="its name; default the title that is found")
    adding.add_argument("--tag", metavar="WORD", action="append", default=[], help="a tag; may be repeated")
    adding.add_argument("--dry-run", action="store_true", help="only show what is found")
    adding.set_defaults(call=_add)


def _add(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.cli.source_edits import new_sources
    from monitor.config.edit import add_sources
    from monitor.config.load import load_config
    from monitor.parse.subscriptions import Subscription

    typed = args.url.strip()
    url = typed if "://" in typed else f"https://{typed}"
    config = load_config(Path(args.config)).usable()
    found = asyncio.run(_discover(Path(args.config), url))
    if not found.offers:
        raise NothingToPoll(f"{url}: {found.reason.text}", remedy="monitor inspect shows what each stage makes of it")
    if not 1 <= args.choose <= len(found.offers):
        raise UsageError(f"--choose is between 1 and {len(found.offers)}")
    chosen = found.offers[args.choose - 1]
    title = args.name or chosen.title or urlsplit(chosen.url).hostname or chosen.url
    named = Subscription(chosen.url, title, tuple(args.tag), chosen.kind)
    added, skipped = new_sources([named], {s.url for s in config.sources}, {s.id for s in config.sources})
    if added and not args.dry_run:
        add_sources(Path(args.config).absolute(), added)
    _report(args, printer, found, chosen=chosen, added=added, skipped=skipped)
    return 0


async def _discover(path: Path, url: str) -> Discovery:
    from monitor.bootstrap.inspection import open_inspection
    from monitor.loops.discovery import discover

    async with open_inspection(path, typed=(url,)) as (fetcher, workers, clock):
        return await discover(url, fetcher=fetcher, workers=workers, now=clock.now())


def _report(
    args: argparse.Namespace,
    printer: Printer,
    found: Discovery,
    *,
    chosen: Offer,
    added: list[dict[str, Any]],
    skipped: list[dict[str, str]],
) -> None:
    if printer.json:
        offers = [{key: getattr(offer, key) for key in offer.__slots__} for offer in found.offers]
        written = [] if args.dry_run else added
        printer.data({"offers": offers, "reason": found.reason.text, "added": written, "skipped": skipped})
        return
    for number, offer in enumerate(found.offers, 1):
        show_offer(number, offer, printer, chosen=offer is chosen)
    for line in skipped:
        others = "; --choose takes another" if len(found.offers) > 1 else ""
        printer.line(f"not added: {line['url']} is {line['reason']}{others}")
    for source in added:
        verb = "would add" if args.dry_run else "added"
        printer.line(f"{verb} {source['id']}: {chosen.why}")


def show_offer(number: int, offer: Offer, printer: Printer, *, chosen: bool) -> None:
    """One candidate with its samples."""
    newest = f", newest {iso(offer.newest)}" if offer.newest else ""
    head = f"{number}. {offer.kind} {one_line(offer.url)}  {one_line(offer.title)}"
    printer.line(printer.style(head, "bold") if chosen else head)
    printer.line(printer.style(f"   {offer.why}, {counted(offer.entries, 'entry', 'entries')}{newest}", "dim"))
    for sample in offer.samples:
        printer.line(f"   - {one_line(sample)}")
