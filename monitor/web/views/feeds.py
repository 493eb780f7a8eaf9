"""Rules, stories and searches for other programs: Atom and JSON under addresses that can be taken back."""

from __future__ import annotations

import secrets

from starlette.responses import JSONResponse, Response

from monitor.errors import UsageError
from monitor.store.pages import Filter, Line, lines, ticker
from monitor.store.tokens import KINDS, FeedToken, add_token, revoke_token, token_of, tokens
from monitor.web.atom import article_json, atom
from monitor.web.finding import find
from monitor.web.naming import require_known
from monitor.web.views.search import prepared
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit

ENTRIES = 50


def show(visit: Visit) -> Response:
    """The addresses that are out, and a form for a new one."""
    return _page(visit, "")


def add(visit: Visit) -> Response:
    """A new address; shown this once."""
    token = secrets.token_urlsafe(24)
    by = visit.visitor.name if visit.visitor else ""
    kind, subject = visit.text("kind"), visit.text("subject").strip()
    if kind == "search" and prepared(visit, subject).engine is None:
        raise UsageError("this expression cannot be searched for")
    if kind in ("rule", "story"):
        require_known(visit, kind, subject)
    with visit.context.database.unit() as connection:
        add_token(connection, token, kind, subject, created_by=by, now=visit.context.now)
    base = visit.context.config.model.web.public_url or str(visit.request.base_url)
    return _page(visit, f"{base.rstrip('/')}/out/{token}")


def revoke(visit: Visit) -> Response:
    """Take an address back."""
    with visit.context.database.unit() as connection:
        if not revoke_token(connection, visit.key()):
            raise NotHere(f"there is no address {visit.key()}")
    return visit.go("/feeds")


def as_atom(visit: Visit) -> Response:
    """The feed of a token."""
    token, found = _opened(visit)
    title = names_of(visit.context).get(token.subject, token.subject)
    body = atom(title, f"{token.kind}:{token.subject}", found, visit.context.now)
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def as_json(visit: Visit) -> Response:
    """The same as an array of articles."""
    return JSONResponse([article_json(line) for line in _opened(visit)[1]])


def _opened(visit: Visit) -> tuple[FeedToken, list[Line]]:
    with visit.context.database.reading() as connection:
        token = token_of(connection, visit.request.path_params["token"])
    if token is None or not visit.context.config.model.web.feeds:
        raise NotHere("there is no such feed")
    return token, _lines(visit, token)


def _lines(visit: Visit, token: FeedToken) -> list[Line]:
    database = visit.context.database
    if token.kind == "search":
        page = find(database, prepared(visit, token.subject), limit=ENTRIES, now_s=visit.context.clock.monotonic)
        with database.reading() as connection:
            return lines(connection, [match.article.id for match in page.matches])
    rule = token.subject if token.kind == "rule" else None
    story = int(token.subject) if token.kind == "story" else None
    with database.reading() as connection:
        return ticker(connection, Filter(rule=rule, story=story), limit=ENTRIES)


def _page(visit: Visit, made: str) -> Response:
    with visit.context.database.reading() as connection:
        found = tokens(connection)
    values = {"kind": visit.text("kind", "rule"), "subject": visit.text("subject")}
    return visit.page("feeds.html", tokens=found, made=made, kinds=KINDS, values=values, rules=names_of(visit.context))
