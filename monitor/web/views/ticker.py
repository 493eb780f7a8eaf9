"""The ticker: articles as they come."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.store.pages import Filter, Line, languages, position, source_names, ticker
from monitor.web.context import WebContext
from monitor.web.live import Hub, read_position
from monitor.web.rendering import Reader, render
from monitor.web.visit import Visit, reader_of

PAGE = 50
LANGUAGE_MAX = 12


def show_ticker(visit: Visit) -> Response:
    """The latest articles; `before` leads to older ones."""
    wanted = _filter(visit)
    before = visit.number("before")
    with visit.context.database.reading() as connection:
        at = position(connection)
        found = ticker(connection, wanted, limit=PAGE + 1, before=before)
        sources, spoken = source_names(connection), languages(connection)
    lines = found[:PAGE]
    oldest_first = visit.text("order") == "oldest"
    return visit.page(
        "ticker.html",
        lines=lines[::-1] if oldest_first else lines,
        oldest_first=oldest_first,
        older=lines[-1].id if len(found) > PAGE else None,
        live=before is None,
        position=f"{at.article}.{at.match}",
        wanted=wanted,
        values=values_of(wanted) | {"order": "oldest" if oldest_first else ""},
        sources=sources,
        languages=spoken,
        rules=names_of(visit.context),
    )


def names_of(context: WebContext) -> dict[str, str]:
    """Names of the rules in force by id."""
    return {rule_id: facts.name for rule_id, facts in context.running().rules.rules.rules.items()}


def values_of(wanted: Filter) -> dict[str, object]:
    """The filter as it stands in an address."""
    return {
        "source": wanted.source,
        "language": wanted.language,
        "rule": wanted.rule,
        "story": wanted.story,
        "hits": "1" if wanted.hits else None,
    }


def _filter(visit: Visit) -> Filter:
    return Filter(
        source=visit.text("source") or None,
        language=visit.text("language")[:LANGUAGE_MAX] or None,
        rule=visit.text("rule") or None,
        story=visit.number("story"),
        hits=visit.text("hits") == "1",
    )


async def stream(request: Request) -> Response:
    """The event stream of a ticker with the same filters."""
    context: WebContext = request.app.state.context
    hub: Hub = request.app.state.hub
    reader = reader_of(request, context)
    visit = Visit(request, context, reader, {})
    wanted = _filter(visit)
    since = read_position(request.headers.get("last-event-id", "") or request.query_params.get("after", ""))
    draw = partial(draw_line, context)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = hub.events(wanted, reader, draw, since)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def draw_line(context: WebContext, line: Line, reader: Reader) -> str:
    """One line of the ticker as HTML; nothing in it depends on who looks, since all streams share it."""
    return render(
        "line.html", {"line": line, "_": reader.say, "reader": reader, "now": context.now, "rules": names_of(context)}
    )
