"""Sources: how each is doing and why, its rhythm, its last polls; polling now, pausing, adding by address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.config.build import slug
from monitor.config.edit import EditRefused, add_sources, set_source, snippet
from monitor.errors import UsageError
from monitor.loops.inspect import Inspection
from monitor.model.source import SourceKind
from monitor.parse.opml import OpmlFeed, write_opml
from monitor.store.pages import Filter, ticker
from monitor.store.presence import wake
from monitor.store.source_pages import SourceLine, last_polls, source_lines
from monitor.store.sources import poll_now
from monitor.store.subscriptions import subscriptions
from monitor.web.rendering import web_address
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit, form_visit

PAGE = 100
PAGES_MAX = 10_000
KINDS = {"feed": "feed", "sitemap": "sitemap", "listing": "page", "article": "site"}
"""Which key of a source fits what an address turned out to be."""


def list_all(visit: Visit) -> Response:
    """The sources, the sick ones first; `q` is part of a name or address."""
    named, page = visit.text("q").strip(), min(visit.number("page") or 1, PAGES_MAX)
    with visit.context.database.reading() as connection:
        found = source_lines(
            connection, visit.context.now, named=named, limit=PAGE + 1, offset=(max(page, 1) - 1) * PAGE
        )
    further = page + 1 if len(found) > PAGE else None
    return visit.page("sources.html", sources=found[:PAGE], q=named, page=page, further=further)


def show(visit: Visit) -> Response:
    """One source."""
    source = _source(visit)
    with visit.context.database.reading() as connection:
        polls = last_polls(connection, source.id)
        latest = ticker(connection, Filter(source=source.id), limit=15)
        pushed = subscriptions(connection, [source.id]).get(source.id)
    return visit.page(
        "source.html", source=source, polls=polls, pushed=pushed, lines=latest, rules=names_of(visit.context)
    )


def poll(visit: Visit) -> Response:
    """Make it due now."""
    source = _source(visit)
    with visit.context.database.unit() as connection:
        if not poll_now(connection, [source.id], visit.context.now):
            raise UsageError(f"{source.name} is paused", remedy="resume it first")
        wake(connection)
    return visit.go(f"/sources/{source.id}")


def pause(visit: Visit) -> Response:
    """Stop polling it; written into the configuration."""
    return _set_paused(visit, paused=True)


def resume(visit: Visit) -> Response:
    """Poll it again."""
    return _set_paused(visit, paused=None)


async def examine(request: Request) -> Response:
    """What is behind an address, and how it would be followed; nothing is added yet."""
    visit = await form_visit(request)
    address = visit.text("address").strip()
    if not address.startswith(("http://", "https://")):
        address = f"https://{address}"
    if not _is_address(address):
        raise UsageError("that is no web address")
    found = await visit.context.inspect(address)
    known = {spec.url: spec.id for spec in visit.context.config.sources}
    proposal = _proposal(address, found)
    return await run_in_threadpool(
        visit.page, "source_add.html", address=address, found=found, proposal=proposal, known=known.get(found.url or "")
    )


def ask_add(visit: Visit) -> Response:
    """The form for an address."""
    return visit.page("source_add.html", address="", found=None, proposal=None, known=None)


def add(visit: Visit) -> Response:
    """Write a new source into the configuration, or show what to paste where that cannot be done."""
    kind, url, name = visit.text("kind"), visit.text("url").strip(), visit.text("name").strip()
    if kind not in KINDS.values() or not _is_address(url):
        raise UsageError("a source needs a kind and an address")
    ids = {spec.id for spec in visit.context.config.sources}
    source_id = _free_id(slug(name) or slug(url), ids)
    source: dict[str, Any] = {"id": source_id, "name": name or source_id, kind: url}
    tags = visit.text("tags").replace(",", " ").split()
    if tags:
        source["tags"] = tags
    try:
        file = add_sources(visit.context.path, [source])
    except EditRefused as error:
        return visit.page("paste.html", title="Add a source", why=error.message, text=snippet(source))
    return visit.page("saved.html", title="Add a source", file=file.name, back="/sources")


def opml(visit: Visit) -> Response:
    """All feeds as OPML."""
    specs = visit.context.config.sources
    feeds = [OpmlFeed(s.url, title=s.name, tags=s.tags) for s in specs if s.kind is SourceKind.FEED]
    headers = {"Content-Disposition": 'attachment; filename="sources.opml"'}
    return Response(write_opml(feeds), media_type="text/x-opml", headers=headers)


def _set_paused(visit: Visit, *, paused: bool | None) -> Response:
    source = _source(visit)
    try:
        file = set_source(visit.context.path, source.id, "paused", paused)
    except EditRefused as error:
        text = snippet({"id": source.id, "paused": bool(paused)})
        return visit.page("paste.html", title=source.name, why=error.message, text=text)
    return visit.page("saved.html", title=source.name, file=file.name, back=f"/sources/{source.id}")


def _proposal(address: str, found: Inspection) -> dict[str, str] | None:
    kind = KINDS.get(found.kind or "")
    if kind is None:
        return None
    name = found.title or urlsplit(address).hostname or address
    return {"kind": kind, "url": found.url or address, "name": name[:120]}


def _is_address(typed: str) -> bool:
    return bool(web_address(typed) and urlsplit(typed).hostname)


def _free_id(wanted: str, taken: set[str]) -> str:
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _source(visit: Visit) -> SourceLine:
    source_id = visit.request.path_params["id"].replace("\x00", "")
    with visit.context.database.reading() as connection:
        found = source_lines(connection, visit.context.now, source_id=source_id)
    if not found:
        raise NotHere(f"there is no source {source_id!r}")
    return found[0]
