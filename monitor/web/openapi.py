"""The description of the JSON interface (OpenAPI 3.1), and the reading of parameters by it."""

from __future__ import annotations

from typing import Any

from monitor import __version__
from monitor.errors import UsageError
from monitor.web.visit import LARGEST, Visit

LIMIT = 50
LIMIT_MAX = 500

Described = dict[str, Any]

_NUMBER: Described = {"type": "integer", "minimum": 0, "maximum": LARGEST}
_TEXT: Described = {"type": "string", "maxLength": 2000}
PARAMETERS: dict[str, Described] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT},
    "before": _NUMBER | {"description": "Go on behind the thing of this id"},
    "story": _NUMBER,
    "source": _TEXT,
    "language": _TEXT,
    "rule": _TEXT,
    "hits": {"type": "string", "enum": ["1"], "description": "Only articles on which a rule fired"},
    "state": {"type": "string", "enum": ["held"], "description": "What was not told"},
}
_TIME: Described = {"type": "string", "format": "date-time"}
_MAYBE_TIME: Described = {"type": ["string", "null"], "format": "date-time"}
_WORDS: Described = {"type": "string"}
_MAYBE_WORDS: Described = {"type": ["string", "null"]}
_MAYBE_NUMBER: Described = {"type": ["integer", "null"]}


def _object(**fields: Described) -> Described:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list_of(item: Described) -> Described:
    return {"type": "array", "items": item}


_ARTICLE_FIELDS: dict[str, Described] = {
    "id": _NUMBER,
    "url": _MAYBE_WORDS,
    "title": _WORDS,
    "published_at": _MAYBE_TIME,
    "first_seen_at": _TIME,
    "language": _MAYBE_WORDS,
    "sources": _list_of(_WORDS),
    "story_id": _MAYBE_NUMBER,
    "text_state": _WORDS,
    "rules": _list_of(_WORDS),
}
_DELIVERY = _object(
    channel=_WORDS, target=_WORDS, state=_WORDS, attempts=_NUMBER, last_error=_MAYBE_WORDS, sent_at=_MAYBE_TIME
)
SCHEMAS: dict[str, Described] = {
    "Article": _object(**_ARTICLE_FIELDS),
    "ArticleWithText": _object(**_ARTICLE_FIELDS, text=_WORDS, authors=_list_of(_WORDS)),
    "Alert": _object(
        id=_NUMBER,
        rule=_MAYBE_WORDS,
        story_id=_MAYBE_NUMBER,
        article_ids=_list_of(_NUMBER),
        state=_WORDS,
        reason=_MAYBE_WORDS,
        created_at=_TIME,
        acked_by=_MAYBE_WORDS,
        deliveries=_list_of(_DELIVERY),
    ),
    "Story": _object(
        id=_NUMBER, title=_WORDS, articles=_NUMBER, sources=_NUMBER, first_seen_at=_TIME, last_seen_at=_TIME
    ),
    "Source": _object(
        id=_WORDS,
        name=_WORDS,
        kind=_WORDS,
        url=_WORDS,
        health=_WORDS,
        reason=_MAYBE_WORDS,
        articles_24h=_NUMBER,
        last_polled_at=_MAYBE_TIME,
        next_poll_at=_MAYBE_TIME,
    ),
    "Rule": _object(
        id=_WORDS,
        name=_WORDS,
        status=_WORDS,
        version=_MAYBE_NUMBER,
        problem=_MAYBE_WORDS,
        accepted_at=_MAYBE_TIME,
        last_match_at=_MAYBE_TIME,
    ),
    "Error": {
        "type": "object",
        "properties": {"error": _WORDS, "message": _WORDS, "remedy": _MAYBE_WORDS},
        "required": ["error", "message"],
    },
}
READS: dict[str, tuple[str, Described, tuple[str, ...]]] = {
    "/api/articles": (
        "Articles as they came, the latest first",
        _list_of({"$ref": "#/components/schemas/Article"}),
        ("limit", "before", "source", "language", "rule", "story", "hits"),
    ),
    "/api/articles/{id}": ("One article with its text", {"$ref": "#/components/schemas/ArticleWithText"}, ()),
    "/api/alerts": (
        "Alerts with their deliveries, the latest first",
        _list_of({"$ref": "#/components/schemas/Alert"}),
        ("limit", "before", "rule", "state"),
    ),
    "/api/stories": (
        "Stories, the one that moved last first",
        _list_of({"$ref": "#/components/schemas/Story"}),
        ("limit",),
    ),
    "/api/sources": ("Sources with their health", _list_of({"$ref": "#/components/schemas/Source"}), ()),
    "/api/rules": ("Rules with their state", _list_of({"$ref": "#/components/schemas/Rule"}), ()),
}
ANSWERS = {"400": "Not understood", "401": "Who are you?", "403": "Not allowed", "404": "Not there"}


def text_of(visit: Visit, name: str) -> str | None:
    """A described text, None where none was given.  Raises `UsageError`."""
    if not _given(visit, name):
        return None
    value, described = visit.text(name), PARAMETERS[name]
    if len(value) > described.get("maxLength", len(value)):
        raise UsageError(f"{name} is too long", remedy=f"at most {described['maxLength']} characters")
    if value not in described.get("enum", (value,)):
        raise UsageError(f"{name} cannot be {value[:40]!r}", remedy=f"one of {', '.join(described['enum'])}")
    return value or None


def number_of(visit: Visit, name: str) -> int | None:
    """A described number, None where none was given.  Raises `UsageError`."""
    if not _given(visit, name):
        return None
    value, described = visit.number(name), PARAMETERS[name]
    if value is None or not described["minimum"] <= value <= described["maximum"]:
        raise UsageError(f"{name} must be a number from {described['minimum']} to {described['maximum']}")
    return value


def _given(visit: Visit, name: str) -> bool:
    times = len(visit.request.query_params.getlist(name))
    if times > 1:
        raise UsageError(f"{name} stands in the address {times} times")
    return times == 1


def limit_of(visit: Visit) -> int:
    """How many are wanted.  Raises `UsageError`."""
    given = number_of(visit, "limit")
    return LIMIT if given is None else given


def description(*, open_to_all: bool) -> Described:
    """The document; `open_to_all`: looking needs no token."""
    paths: Described = {path: {"get": _operation(path, *about)} for path, about in READS.items()}
    fields = {name: {"type": "string", "maxLength": 2000} for name in ("by", "note")}
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}}
    ack = _operation(
        "/api/alerts/{id}/ack", "Take an alert over (scope write)", {"$ref": "#/components/schemas/Alert"}, ()
    )
    paths["/api/alerts/{id}/ack"] = {"post": ack | {"requestBody": {"content": form}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "news-monitor", "version": __version__},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": SCHEMAS},
        "security": [{"token": []}, *([{}] if open_to_all else [])],
        "paths": paths,
    }


def _operation(path: str, summary: str, answer: Described, names: tuple[str, ...]) -> Described:
    parameters: list[Described] = [{"name": name, "in": "query", "schema": PARAMETERS[name]} for name in names]
    if "{id}" in path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": _NUMBER})
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    answers: Described = {code: {"description": words, "content": error} for code, words in ANSWERS.items()}
    answers["200"] = {"description": summary, "content": {"application/json": {"schema": answer}}}
    return {"summary": summary, "parameters": parameters, "responses": answers}
