"""One request: who asks, in which language and zone, what they typed; and the answers that views give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.errors import MonitorError, UsageError
from monitor.web.context import WebContext
from monitor.web.guard import Door
from monitor.web.rendering import Reader, render
from monitor.web.sessions import Session
from monitor.web.visitors import ADMIN, WRITE, Visitor

LARGEST = 2**63 - 1
LARGEST_DIGITS = 19
TYPED_MAX = 20_000
"""Characters of one value that somebody types; a rule with all its tests fits."""


class NotHere(MonitorError):
    """There is no such thing."""

    code = "not-found"


class Conflict(MonitorError):
    """Somebody else was faster."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request and what a view needs to answer it; `form` is empty for a GET."""

    request: Request
    context: WebContext
    reader: Reader
    form: Mapping[str, str]

    @property
    def visitor(self) -> Visitor | None:
        """Who asks; None on public pages."""
        found: Visitor | None = self.request.state.visitor
        return found

    @property
    def session(self) -> Session:
        """The browser."""
        found: Session = self.request.state.session
        return found

    @property
    def door(self) -> Door:
        """Who may come in."""
        found: Door = self.request.state.door
        return found

    def text(self, name: str, default: str = "") -> str:
        """What was typed in the form or the address, without what no database takes."""
        value = self.form.get(name, self.request.query_params.get(name, default))
        if len(value) > TYPED_MAX:
            raise UsageError(f"{name} is too long", remedy=f"at most {TYPED_MAX} characters")
        return value.replace("\x00", "").encode("utf-8", "replace").decode()

    def number(self, name: str) -> int | None:
        """A whole number, or None where nothing was given.  Raises `UsageError`."""
        value = self.text(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit()) or len(value) > LARGEST_DIGITS or int(value) > LARGEST:
            raise UsageError(f"{name} is no number: {value[:40]!r}")
        return int(value)

    def key(self, name: str = "id") -> int:
        """The number in the address; `NotHere` for one that nothing can have."""
        value = int(self.request.path_params[name])
        if not 0 <= value <= LARGEST:
            raise NotHere(f"there is nothing with the number {value}")
        return value

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of ours."""
        return HTMLResponse(self.html(template, **values), status)

    def html(self, template: str, **values: Any) -> str:
        """A template with its values and what every template knows."""
        visitor, now = self.visitor, self.context.now
        common = {
            "_": self.reader.say,
            "because": self.reader.because,
            "reader": self.reader,
            "now": now,
            "path": self.request.url.path,
            "here": self.here,
            "visitor": visitor,
            "may_act": visitor is not None and visitor.may(WRITE),
            "may_change": visitor is not None and visitor.may(ADMIN),
            "csrf": self.door.sessions.form_token(self.session),
            "closed": not self.door.open,
            "partial": self.partial,
            "subscribable": self.context.config.model.web.subscribe.enabled,
        }
        return render(template, common | values)

    @property
    def here(self) -> str:
        """This page's own address, with its query."""
        found = self.request.url
        return found.path + (f"?{found.query}" if found.query else "")

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return "hx-request" in self.request.headers

    def go(self, address: str) -> Response:
        """Show another page of ours after a change."""
        return RedirectResponse(local(address), 303)


def local(address: str) -> str:
    """An address on this page, never a foreign one; `/` for anything else."""
    plain = address.replace("\\", "/")
    fine = plain.startswith("/") and not plain.startswith("//") and plain.isprintable()
    return address if fine else "/"


View = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def reader_of(request: Request, context: WebContext) -> Reader:
    """German or English as the browser prefers, the zone that its clock is in."""
    model = context.config.model
    wanted = request.headers.get("accept-language", "")
    language = _preferred(wanted) or model.language
    zone = request.cookies.get("zone", "").replace("%2F", "/") or model.timezone or "UTC"
    try:
        return Reader(language, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Reader(language, ZoneInfo(model.timezone or "UTC"))


def _preferred(header: str) -> str | None:
    best, weight = None, 0.0
    for part in header[:500].split(","):
        name, _, rest = part.strip().partition(";")
        code = name.split("-")[0].lower()
        try:
            quality = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if code in ("de", "en") and quality > weight:
            best, weight = code, quality
    return best


def looking(view: View) -> Endpoint:
    """An endpoint for a page that changes nothing."""

    async def endpoint(request: Request) -> Response:
        context: WebContext = request.app.state.context
        return await run_in_threadpool(view, Visit(request, context, reader_of(request, context), {}))

    return endpoint


def changing(view: View) -> Endpoint:
    """An endpoint for a form of ours, which must carry this browser's token; programs show theirs instead."""

    async def endpoint(request: Request) -> Response:
        visit = await form_visit(request)
        return await run_in_threadpool(view, visit)

    return endpoint


def opened(view: View) -> Endpoint:
    """An endpoint for a button behind a secret address: who has the address may press it, from wherever."""

    async def endpoint(request: Request) -> Response:
        context: WebContext = request.app.state.context
        visit = Visit(request, context, reader_of(request, context), await _values(request))
        return await run_in_threadpool(view, visit)

    return endpoint


async def _values(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=100) as form:
        return {key: value for key, value in form.items() if isinstance(value, str)}


async def form_visit(request: Request) -> Visit:
    """The visit of a form; raises HTTP 403 for one that did not come from a page of ours."""
    values = await _values(request)
    context: WebContext = request.app.state.context
    visitor: Visitor | None = request.state.visitor
    if visitor is None or not visitor.by_token:
        token = values.get("csrf") or request.headers.get("x-csrf-token", "")
        foreign = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        if foreign or not request.state.door.sessions.is_form_token(request.state.session, token):
            raise HTTPException(403, "this form is out of date: go back, reload the page and try again")
    return Visit(request, context, reader_of(request, context), values)
