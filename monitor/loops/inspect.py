"""What is behind an address or in a file: `fetch | sniff | parse | extract`, each stage's verdict kept.

Nothing is stored; the same stages as in GATHER and READ are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from monitor.errors import WorkerError
from monitor.extract.article import extract_article
from monitor.extract.kind import looks_like, sniff
from monitor.extract.listing import Listing, extract_links
from monitor.model.article import Extracted, Step
from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.parse.charset import unpacked
from monitor.parse.feed import read_document
from monitor.ports import Fetcher, Workers

TIME_LIMIT_S = 20.0
"""Per document, in a killable process."""


NOWHERE = "http://unknown.invalid/"
"""Stands in for the address of a file of unknown origin; never shown."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a target turned out to be.  `kind` is None when it could not be read at all."""

    target: str
    url: str | None
    kind: str | None = None
    title: str | None = None
    entries: tuple[Entry, ...] = ()
    listing: Listing | None = None
    article: Extracted | None = None
    problems: tuple[Reason, ...] = ()
    steps: tuple[Step, ...] = field(default=())

    @property
    def failed(self) -> bool:
        """Nothing could be read."""
        return self.kind is None


async def inspect_address(target: str, *, fetcher: Fetcher, workers: Workers, now: datetime) -> Inspection:
    """Fetch an address and examine what comes back."""
    fetched = await fetcher.fetch(Request(target))
    steps = _fetch_steps(fetched)
    if fetched.problem is not None:
        return Inspection(target, fetched.final_url, problems=(fetched.problem,), steps=steps)
    found = await _examine(
        target, fetched.body, fetched.final_url, fetched.header("content-type"), workers=workers, now=now
    )
    if fetched.status != 200:
        status = Reason("http-status", f"the server answered with status {fetched.status}")
        found = Inspection(**{**_fields(found), "problems": (status, *found.problems)})
    return Inspection(**{**_fields(found), "steps": steps + found.steps})


async def inspect_file(target: str, *, url: str | None, workers: Workers, now: datetime) -> Inspection:
    """Examine a file; `url` says where it came from."""
    body = _read(target)
    if isinstance(body, Reason):
        return Inspection(target, url, problems=(body,))
    step = Step("read", f"{len(body)} bytes from a file")
    found = await _examine(target, unpacked(body), url, None, workers=workers, now=now)
    return Inspection(**{**_fields(found), "steps": (step, *found.steps)})


def _read(target: str) -> bytes | Reason:
    try:
        return Path(target).read_bytes()
    except OSError as error:
        return Reason("no-file", f"cannot read {target}: {error.strerror or error}")


def is_address(target: str) -> bool:
    """Whether a target is an address rather than a file."""
    return target.lower().startswith(("http:", "https:"))


async def _examine(
    target: str, body: bytes, url: str | None, content_type: str | None, *, workers: Workers, now: datetime
) -> Inspection:
    job = partial(examine, target, body, url, content_type, now=now)
    try:
        return await workers.run(job, timeout_s=TIME_LIMIT_S)
    except WorkerError as error:
        return Inspection(target, url, problems=(Reason(f"worker-{error.code}", error.message),))


def examine(target: str, body: bytes, url: str | None, content_type: str | None, *, now: datetime) -> Inspection:
    """Sniff a document and read it as what it is; runs in a worker process."""
    base = url or NOWHERE
    kind = sniff(body, url=base, content_type=content_type)
    steps = (Step("sniff", kind),)
    if kind in ("feed", "sitemap"):
        return _as_feed(target, body, url, content_type, kind=kind, now=now)
    if kind in ("image", "other"):
        reason = Reason("unreadable", "neither a feed nor a page nor a text")
        return Inspection(target, url, kind, problems=(reason,), steps=steps)
    article = extract_article(body, url=base, content_type=content_type, now=now)
    listing = None
    if looks_like(body, content_type=content_type) == "html":
        # A file that does not say where it came from often holds a page that does.
        listing = extract_links(body, url=url or article.canonical_url or NOWHERE, content_type=content_type)
        listing = replace(listing, links=tuple(replace(link, url=_placeless(link.url)) for link in listing.links))
    shown = "article" if kind == "text" else kind
    problems = _page_problems(shown, article, listing)
    return Inspection(target, url, shown, article.title or None, (), listing, article, problems, steps + article.steps)


def _placeless(url: str) -> str:
    return url.removeprefix(NOWHERE.rstrip("/"))


def _as_feed(
    target: str, body: bytes, url: str | None, content_type: str | None, *, kind: str, now: datetime
) -> Inspection:
    read = read_document(body, url=url or "", content_type=content_type, now=now)
    step = Step("sniff", kind)
    if isinstance(read, NotAFeed):
        return Inspection(target, url, kind, problems=(read.reason,), steps=(step,))
    return _feed(target, url, kind, read, step)


def _feed(target: str, url: str | None, kind: str, read: ParsedFeed, step: Step) -> Inspection:
    parsed = Step("parse", f"{read.kind}, {len(read.entries)} entries, language {read.language or 'not declared'}")
    return Inspection(target, url, kind, read.title or None, read.entries, None, None, read.problems, (step, parsed))


def _page_problems(kind: str, article: Extracted, listing: Listing | None) -> tuple[Reason, ...]:
    problems: list[Reason] = []
    if article.text_reason is not None and kind != "listing":
        problems.append(article.text_reason)
    if listing is not None and kind == "listing":
        problems += listing.problems
    return tuple(problems)


def _fetch_steps(fetched: Fetched) -> tuple[Step, ...]:
    hops = [Step("redirect", f"{hop.status} to {hop.url}") for hop in fetched.hops]
    said = fetched.problem.text if fetched.problem else f"status {fetched.status}, {fetched.size} bytes"
    return (*hops, Step("fetch", f"{said} in {fetched.elapsed_s:.2f} s"))


def _fields(inspection: Inspection) -> Mapping[str, Any]:
    return {name: getattr(inspection, name) for name in Inspection.__slots__}
