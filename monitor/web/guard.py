"""What stands before every page: who asks, may they, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.config.schema import WebAuthModel
from monitor.web.exposure import host_name
from monitor.web.sessions import COOKIE, LASTS, Session, Sessions
from monitor.web.visitors import ADMIN, Visitor, by_proxy, by_token, needed_scope

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC_CACHE = "public, max-age=31536000, immutable"
"""Addresses of static files carry a hash of their content."""
PUBLIC = ("/healthz", "/readyz", "/login", "/static/", "/out/", "/subscribe/", "/push/")
"""What needs no login: it shows nothing, or carries a secret of its own in the address."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in.  `open`: everybody who can reach us is on this machine, or nothing was to be locked."""

    auth: WebAuthModel
    sessions: Sessions
    hosts: frozenset[str]
    open: bool
    secure: bool


class Guard:
    """ASGI middleware.  Leaves `visitor`, `session` and `door` in the request's state."""

    def __init__(self, app: ASGIApp, door: Door, now: Callable[[], datetime]) -> None:
        self.app, self.door, self.now = app, door, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session, fresh = self._session(headers)
        visitor = self._visitor(scope, headers, session)
        scope.setdefault("state", {}).update(visitor=visitor, session=session, door=self.door)
        refused = self._refusal(scope, headers, visitor)
        target = self.app if refused is None else refused
        static = scope["path"].startswith("/static/")
        await target(scope, receive, self._sending(send, session if fresh and not static else None, static=static))

    def _session(self, headers: Headers) -> tuple[Session, bool]:
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        known = self.door.sessions.read(cookie, self.now()) if cookie else None
        return (known, False) if known else (self.door.sessions.begin("", self.now()), True)

    def _visitor(self, scope: Scope, headers: Headers, session: Session) -> Visitor | None:
        if "authorization" in headers:
            return by_token(headers["authorization"], self.door.auth)
        client = (scope.get("client") or ("", 0))[0]
        named = by_proxy(headers, client, self.door.auth)
        if named is not None:
            return named
        if self.door.open:
            return Visitor("local", ADMIN)
        return Visitor(session.user, ADMIN) if session.user else None

    def _refusal(self, scope: Scope, headers: Headers, visitor: Visitor | None) -> Response | None:
        path, method = scope["path"], scope["method"]
        if self.door.open and host_name(headers.get("host", "")) not in self.door.hosts:
            return PlainTextResponse("this page is not served under that name\n", 421)
        if path.startswith(PUBLIC):
            return None
        if visitor is None:
            if method == "GET" and "text/html" in headers.get("accept", ""):
                wanted = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
                return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)
            return JSONResponse({"error": "login", "message": "who are you?"}, 401, {"WWW-Authenticate": "Bearer"})
        if not visitor.may(needed_scope(method, path)):
            return JSONResponse({"error": "scope", "message": f"needs {needed_scope(method, path)}"}, 403)
        return None

    def _sending(self, send: Send, session: Session | None, *, static: bool) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", STATIC_CACHE if static else "no-store")
                if session is not None and "set-cookie" not in headers:
                    headers.append("Set-Cookie", session_cookie(self.door, session))
            await send(message)

        return with_headers


def session_cookie(door: Door, session: Session) -> str:
    """The Set-Cookie header of a session."""
    parts = [f"{COOKIE}={door.sessions.write(session)}", "Path=/", "HttpOnly", "SameSite=Lax"]
    parts.append(f"Max-Age={int(LASTS.total_seconds())}")
    return "; ".join([*parts, "Secure"] if door.secure else parts)
