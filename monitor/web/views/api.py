"""The small JSON interface: what commands print with `--json`, for programs with a token; described by OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from monitor.store.alert_lists import AlertLine, list_alerts, show_alert
from monitor.store.articles import load_articles
from monitor.store.pages import Filter, lines, recent_stories, ticker
from monitor.store.rules import rule_states
from monitor.store.source_pages import source_lines
from monitor.web.atom import article_json
from monitor.web.openapi import description, limit_of, number_of, text_of
from monitor.web.views.alerts import take_over
from monitor.web.visit import NotHere, Visit


def articles(visit: Visit) -> Response:
    """Articles as they came, the latest first."""
    wanted = Filter(
        source=text_of(visit, "source"),
        language=text_of(visit, "language"),
        rule=text_of(visit, "rule"),
        story=number_of(visit, "story"),
        hits=text_of(visit, "hits") is not None,
    )
    with visit.context.database.reading() as connection:
        found = ticker(connection, wanted, limit=limit_of(visit), before=number_of(visit, "before"))
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
            limit=limit_of(visit),
            rule_id=text_of(visit, "rule"),
            held=text_of(visit, "state") == "held",
            before=number_of(visit, "before"),
        )
    return JSONResponse([_alert(alert) for alert in found])


def acknowledge(visit: Visit) -> Response:
    """Take an alert over."""
    with visit.context.database.unit() as connection:
        take_over(connection, visit, visit.key())
        found = show_alert(connection, visit.key())
    if found is None:
        raise NotHere(f"there is no alert {visit.key()}")
    return JSONResponse(_alert(found))


def stories(visit: Visit) -> Response:
    """Stories, the one that moved last first."""
    with visit.context.database.reading() as connection:
        found = recent_stories(connection, limit=limit_of(visit))
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


def describe(visit: Visit) -> Response:
    """The OpenAPI description; on a page that only this machine can reach, looking needs no token."""
    return JSONResponse(description(open_to_all=visit.door.open))


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


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
