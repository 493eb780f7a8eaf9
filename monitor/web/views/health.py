"""For probes and Prometheus: alive, ready, figures."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from monitor.errors import StoreError
from monitor.store.canary import canary_state
from monitor.store.health import figures_now, poller_seen_at
from monitor.store.schema import status
from monitor.web.live import Hub
from monitor.web.metrics import exposition
from monitor.web.visit import NotHere, Visit

SILENT = timedelta(minutes=2)


def alive(visit: Visit) -> Response:
    """This process answers; where a canary flies, how it is doing, without making a difference to the status."""
    return JSONResponse({"status": "ok"} | _canary(visit))


def _canary(visit: Visit) -> dict[str, object]:
    try:
        with visit.context.database.reading() as connection:
            state = canary_state(connection)
    except StoreError:  # whether the database answers is the other probe's question
        return {}
    if state is None:
        return {}
    came_at = state.came_at.isoformat() if state.came_at else None
    return {"canary": {"missing": state.missing, "came_at": came_at, "took_s": state.took_s}}


def ready(visit: Visit) -> Response:
    """The database answers, has this program's schema, and somebody polls; 503 and the reason otherwise."""
    problem = _problem(visit)
    return JSONResponse(
        {"status": "not ready", "reason": problem} if problem else {"status": "ok"}, 503 if problem else 200
    )


def metrics(visit: Visit) -> Response:
    """Prometheus' text format."""
    if not visit.context.config.model.metrics.enabled:
        raise NotHere("metrics are switched off")
    now = visit.context.now
    with visit.context.database.reading() as connection:
        figures = figures_now(connection, now)
    hub: Hub = visit.request.app.state.hub
    return Response(exposition(figures, hub.streams, now), media_type="text/plain; version=0.0.4; charset=utf-8")


def _problem(visit: Visit) -> str | None:
    try:
        if not status(visit.context.database).is_current:
            return "the database has another schema"
        with visit.context.database.reading() as connection:
            seen = poller_seen_at(connection)
    except StoreError as error:
        return error.message
    if seen is None or visit.context.now - seen > SILENT:
        return "nothing polls"
    return None
