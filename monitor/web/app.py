"""The application: addresses, what stands before them, and what becomes of errors."""

from __future__ import annotations

from functools import partial
from importlib import resources
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.config.listen import Listen
from monitor.errors import ConfigError, MonitorError, StoreError, UsageError
from monitor.web.context import WebContext
from monitor.web.exposure import known_hosts
from monitor.web.guard import HEADERS, Door, Guard
from monitor.web.live import Hub
from monitor.web.sessions import Sessions, session_key
from monitor.web.views import (
    alerts,
    api,
    articles,
    bench,
    charts,
    feeds,
    health,
    login,
    push,
    rules,
    search,
    silences,
    sources,
    stories,
    subscriptions,
    ticker,
)
from monitor.web.visit import LARGEST_DIGITS, Conflict, NotHere, Visit, changing, looking, opened, reader_of
from monitor.web.visitors import Guesses, Password

log = structlog.get_logger("web")

BODY_MAX = 1_000_000


class _Number(IntegerConvertor):
    """The number of a thing: Python refuses to read one of thousands of digits, which is no fault of ours."""

    regex = f"[0-9]{{1,{LARGEST_DIGITS}}}"


register_url_convertor("number", _Number())

STATUS: tuple[tuple[type[MonitorError], int], ...] = (
    (NotHere, 404),
    (Conflict, 409),
    (UsageError, 400),
    (ConfigError, 409),
    (StoreError, 503),
    (MonitorError, 500),
)


def build_app(context: WebContext, listen: Listen) -> Starlette:
    """The whole page; its `state` holds the context, the live ticker and what logging in needs."""
    web = context.config.model.web
    door = Door(
        auth=web.auth,
        sessions=Sessions(session_key(context.secret, web.auth.password)),
        hosts=known_hosts(listen, web.public_url, context.config.model.websub.callback),
        open=listen.open,
        secure=bool(web.public_url and web.public_url.startswith("https://")),
    )
    app = Starlette(
        routes=routes(push_max=context.config.model.fetch.max_bytes),
        middleware=[
            Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_MAX),
            Middleware(Guard, door=door, now=context.clock.now),
        ],
        exception_handlers={HTTPException: _http_error, MonitorError: _monitor_error, Exception: _bug},
    )
    app.state.context = context
    app.state.hub = Hub(context.database)
    app.state.password = Password(web.auth.password) if web.auth.password is not None else None
    app.state.guesses = Guesses()
    app.state.push_rate = push.PushRate()
    return app


def routes(*, push_max: int = BODY_MAX) -> list[BaseRoute]:
    """Every address.  A GET changes nothing; a POST is a form of ours or comes with a token.

    Hubs are another matter: their addresses are secret, and what they say they sign.  `push_max` bytes may be pushed.
    """
    static = Path(str(resources.files("monitor.web").joinpath("static")))
    return [
        Route("/", looking(ticker.show_ticker)),
        Route("/events", ticker.stream),
        Route("/articles/{id:number}", looking(articles.show_article)),
        Route("/stories", looking(stories.list_stories)),
        Route("/stories/{id:number}", looking(stories.show)),
        *_alerts(),
        Route("/search", looking(search.show)),
        Route("/search/days", looking(search.show_days)),
        Route("/charts", looking(charts.show)),
        *_rules(),
        *_sources(),
        *_feeds(),
        *_subscriptions(),
        *_api(),
        Route("/push/", looking(push.here)),
        Route("/push/{token}", looking(push.verify), methods=["GET"]),
        Route(
            "/push/{token}",
            push.receive,
            methods=["POST"],
            middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=push_max)],
        ),
        Route("/healthz", looking(health.alive)),
        Route("/readyz", looking(health.ready)),
        Route("/metrics", looking(health.metrics)),
        Route("/login", looking(login.ask), methods=["GET"]),
        Route("/login", changing(login.log_in), methods=["POST"]),
        Route("/logout", changing(login.log_out), methods=["POST"]),
        Mount("/static", StaticFiles(directory=static)),
    ]


def _alerts() -> list[BaseRoute]:
    acts = {"ack": alerts.acknowledge, "mute": alerts.mute, "wrong": alerts.wrong}
    further = {"retry": alerts.retry, "discard": alerts.discard}
    return [
        Route("/alerts", looking(alerts.list_all)),
        Route("/alerts/{id:number}", looking(alerts.show)),
        *(Route(f"/alerts/{{id:number}}/{act}", looking(partial(alerts.ask, act)), methods=["GET"]) for act in acts),
        *(
            Route(f"/alerts/{{id:number}}/{act}", changing(view), methods=["POST"])
            for act, view in (acts | further).items()
        ),
        Route("/silences", looking(silences.show), methods=["GET"]),
        Route("/silences", changing(silences.add), methods=["POST"]),
        Route("/silences/{id:number}/end", changing(silences.remove), methods=["POST"]),
    ]


def _rules() -> list[BaseRoute]:
    return [
        Route("/rules", looking(rules.list_all)),
        Route("/rules/new", looking(bench.begin)),
        Route("/rules/work", changing(bench.work), methods=["POST"]),
        Route("/rules/{id}", looking(bench.show)),
        Route("/bench/offers", looking(bench.offer)),
    ]


def _sources() -> list[BaseRoute]:
    acts = {"poll": sources.poll, "pause": sources.pause, "resume": sources.resume}
    return [
        Route("/sources", looking(sources.list_all)),
        Route("/sources.opml", looking(sources.opml)),
        Route("/sources/add", looking(sources.ask_add), methods=["GET"]),
        Route("/sources/examine", sources.examine, methods=["POST"]),
        Route("/sources/add", changing(sources.add), methods=["POST"]),
        Route("/sources/{id}", looking(sources.show)),
        *(Route(f"/sources/{{id}}/{act}", changing(view), methods=["POST"]) for act, view in acts.items()),
    ]


def _feeds() -> list[BaseRoute]:
    return [
        Route("/feeds", looking(feeds.show), methods=["GET"]),
        Route("/feeds", changing(feeds.add), methods=["POST"]),
        Route("/feeds/{id:number}/revoke", changing(feeds.revoke), methods=["POST"]),
        Route("/out/{token}.atom", looking(feeds.as_atom)),
        Route("/out/{token}.json", looking(feeds.as_json)),
    ]


def _subscriptions() -> list[BaseRoute]:
    return [
        Route("/subscribe", looking(subscriptions.show_form), methods=["GET"]),
        Route("/subscribe", changing(subscriptions.ask), methods=["POST"]),
        Route("/subscribe/{token}", looking(subscriptions.show_link), methods=["GET"]),
        Route("/subscribe/{token}", opened(subscriptions.follow), methods=["POST"]),
        Route("/subscriptions", looking(subscriptions.list_all)),
        Route("/subscriptions/{id:number}/end", changing(subscriptions.remove), methods=["POST"]),
    ]


def _api() -> list[BaseRoute]:
    return [
        Route("/api/articles", looking(api.articles)),
        Route("/api/articles/{id:number}", looking(api.article)),
        Route("/api/alerts", looking(api.alerts)),
        Route("/api/alerts/{id:number}/ack", changing(api.acknowledge), methods=["POST"]),
        Route("/api/stories", looking(api.stories)),
        Route("/api/sources", looking(api.sources)),
        Route("/api/rules", looking(api.rules)),
        Route("/openapi.json", looking(api.describe)),
    ]


async def _monitor_error(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    remedy = error.remedy if isinstance(error, MonitorError) else None
    code = error.code if isinstance(error, MonitorError) else "error"
    return _answer(request, status, code, str(error), remedy)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = error.detail if isinstance(error, HTTPException) else ""
    answer = _answer(request, status, "http", words, None)
    answer.headers.update((error.headers if isinstance(error, HTTPException) else None) or {})
    return answer


async def _bug(request: Request, error: Exception) -> Response:
    log.error("page-failed", path=request.url.path, error=f"{type(error).__name__}: {error}")
    answer = _answer(request, 500, "bug", "Something went wrong here; the log says what.", None)
    answer.headers.update(HEADERS)  # this handler stands outside the guard
    return answer


def _answer(request: Request, status: int, code: str, words: str, remedy: str | None) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": code, "message": words, "remedy": remedy}, status)
    context: WebContext = request.app.state.context
    visit = Visit(request, context, reader_of(request, context), {})
    return visit.page("error.html", status=status, code=status, words=words, remedy=remedy)
