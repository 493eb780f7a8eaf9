"""The small JSON interface: what commands print with `--json`, for programs with a token; described by OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from monitor import __version__
from monitor.store.alert_lists import AlertLine, ack_alerts, list_alerts, show_alert
from monitor.store.articles import load_articles
from monitor.store.pages import Filter, lines, recent_stories, ticker
from monitor.store.rules import rule_states
from monitor.store.source_pages import source_lines
from monitor.web.atom import article_json
from monitor.web.visit import NotHere, Visit

LIMIT = 50
LIMIT_MAX = 500


def articles(visit: Visit) -> Response:
    """Articles as they came, the latest first."""
    wanted = Filter(
        source=visit.text("source") or None,
        language=visit.text("language")[:12] or None,
        rule=visit.text("rule") or None,
        story=visit.number("story"),
        hits=visit.text("hits") == "1",
    )
    with visit.context.database.reading() as connection:
        found = ticker(connection, wanted, limit=_limit(visit), before=visit.number("before"))
    return JSONResponse([article_json(line) for line in found])


def article(visit: Visit) -> Response:
    """One article with its text."""
    number = visit.key()
    with visit.context.database.reading() as connection:
        stored = load_articles(connection, [number]).get(number)
        if stored is None:
            raise NotHere(f"there is no article {number}")
        (line,) = lines(connection, [number])
    return JSONResponse(article_json(line) | {"text": stored.text, "authors": list(stored.authors)})


def alerts(visit: Visit) -> Response:
    """Alerts, the latest first; `state=held` are those that were not told."""
    with visit.context.database.reading() as connection:
        found = list_alerts(
            connection,
            limit=_limit(visit),
            rule_id=visit.text("rule") or None,
            held=visit.text("state") == "held",
            before=visit.number("before"),
        )
    return JSONResponse([_alert(alert) for alert in found])


def acknowledge(visit: Visit) -> Response:
    """Take an alert over."""
    with visit.context.database.unit() as connection:
        by = visit.text("by") or (visit.visitor.name if visit.visitor else "")
        note = visit.text("note") or None
        ack_alerts(connection, [visit.key()], by=by[:100], note=note, now=visit.context.now)
        found = show_alert(connection, visit.key())
    if found is None:
        raise NotHere(f"there is no alert {visit.key()}")
    return JSONResponse(_alert(found))


def stories(visit: Visit) -> Response:
    """Stories, the one that moved last first."""
    with visit.context.database.reading() as connection:
        found = recent_stories(connection, limit=_limit(visit))
    keys = {"id": "id", "title": "title", "articles": "articles", "sources": "sources"}
    times = {"first_seen_at": "opened_at", "last_seen_at": "last_at"}
    return JSONResponse(
        [{k: row[c] for k, c in keys.items()} | {k: _time(row[c]) for k, c in times.items()} for row in found]
    )


def sources(visit: Visit) -> Response:
    """Every source with its health."""
    with visit.context.database.reading() as connection:
        found = source_lines(connection, visit.context.now)
    return JSONResponse(
        [
            {
                "id": s.id,
                "name": s.name,
                "kind": s.kind,
                "url": s.url,
                "health": s.health,
                "reason": s.reason,
                "articles_24h": s.brought_24h,
                "last_polled_at": _time(s.last_polled_at),
                "next_poll_at": _time(s.next_poll_at),
            }
            for s in found
        ]
    )


def rules(visit: Visit) -> Response:
    """Every rule with its state."""
    with visit.context.database.reading() as connection:
        states = [s for s in rule_states(connection) if s.status != "removed"]
    return JSONResponse(
        [
            {
                "id": s.rule_id,
                "name": s.name,
                "status": s.status,
                "version": s.version,
                "problem": s.problem,
                "accepted_at": _time(s.accepted_at),
                "last_match_at": _time(s.last_match_at),
            }
            for s in states
        ]
    )


_NUMBER = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_TEXT = {"type": "string", "maxLength": 2000}
PARAMETERS: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT},
    "before": _NUMBER,
    "story": _NUMBER,
    "source": _TEXT,
    "language": _TEXT,
    "rule": _TEXT,
    "hits": {"type": "string", "enum": ["1"]},
    "state": {"type": "string", "enum": ["held"]},
}
READS: dict[str, tuple[str, tuple[str, ...]]] = {
    "/api/articles": ("Articles as they came", ("limit", "before", "source", "language", "rule", "story", "hits")),
    "/api/articles/{id}": ("One article with its text", ()),
    "/api/alerts": ("Alerts with their deliveries", ("limit", "before", "rule", "state")),
    "/api/stories": ("Stories, the one that moved last first", ("limit",)),
    "/api/sources": ("Sources with their health", ()),
    "/api/rules": ("Rules with their state", ()),
}


def describe(visit: Visit) -> Response:
    """The OpenAPI description; on a page that only this machine can reach, looking needs no token."""
    paths: dict[str, Any] = {path: {"get": _operation(path, *about)} for path, about in READS.items()}
    fields = {name: {"type": "string", "maxLength": 2000} for name in ("by", "note")}
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}}
    ack = _operation("/api/alerts/{id}/ack", "Take an alert over (scope write)", ())
    paths["/api/alerts/{id}/ack"] = {"post": ack | {"requestBody": {"content": form}}}
    return JSONResponse(
        {
            "openapi": "3.1.0",
            "info": {"title": "news-monitor", "version": __version__},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}, *([{}] if visit.door.open else [])],
            "paths": paths,
        }
    )


def _operation(path: str, summary: str, names: tuple[str, ...]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": name, "in": "query", "schema": PARAMETERS[name]} for name in names]
    if "{id}" in path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": _NUMBER})
    codes = {"400": "Not understood", "401": "Who are you?", "403": "Not allowed", "404": "Not there"}
    answers: dict[str, Any] = {code: {"description": words} for code, words in codes.items()}
    answers |= {"200": {"description": summary, "content": {"application/json": {}}}}
    return {"summary": summary, "parameters": parameters, "responses": answers}


def _alert(alert: AlertLine) -> dict[str, Any]:
    keys = ("channel", "target", "state", "attempts", "last_error")
    return {
        "id": alert.id,
        "rule": alert.rule,
        "story_id": alert.story_id,
        "article_ids": list(alert.article_ids),
        "state": alert.state,
        "reason": alert.reason,
        "created_at": _time(alert.created_at),
        "acked_by": alert.acked_by,
        "deliveries": [{k: getattr(d, k) for k in keys} | {"sent_at": _time(d.sent_at)} for d in alert.deliveries],
    }


def _limit(visit: Visit) -> int:
    given = visit.number("limit")
    return LIMIT if given is None else max(1, min(LIMIT_MAX, given))


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
