"""Silences: rules, stories, sources and tags that say nothing until a time."""

from __future__ import annotations

from datetime import timedelta

from pydantic_core import PydanticCustomError
from starlette.responses import Response

from monitor.config.fields import seconds
from monitor.errors import UsageError
from monitor.store.silences import KINDS, add_silence, remove_silence, silences
from monitor.web.naming import require_known
from monitor.web.visit import NotHere, Visit


def show(visit: Visit) -> Response:
    """Those in force, and a form for a new one."""
    with visit.context.database.reading() as connection:
        found = silences(connection, visit.context.now)
    return visit.page("silences.html", silences=found, kinds=KINDS)


def add(visit: Visit) -> Response:
    """Mute something for a while; htmx gets a line that says so, others the list."""
    kind, subject = visit.text("kind"), visit.text("subject").strip()
    if not subject:
        raise UsageError("what is to be silent? name a rule, story, source or tag")
    if kind in KINDS:
        require_known(visit, kind, subject)
    now = visit.context.now
    until = now + _length(visit.text("for", "4h"))
    with visit.context.database.unit() as connection:
        add_silence(connection, kind, subject, until=until, now=now, note=visit.text("note")[:500])
    if visit.partial:
        return visit.page("muted.html", until=until, kind=kind, subject=subject)
    return visit.go("/silences")


def remove(visit: Visit) -> Response:
    """End one."""
    with visit.context.database.unit() as connection:
        if not remove_silence(connection, visit.key()):
            raise NotHere(f"there is no silence {visit.key()}")
    return visit.go("/silences")


def _length(text: str) -> timedelta:
    try:
        return timedelta(seconds=seconds(text))
    except PydanticCustomError as error:
        raise UsageError(f"{text[:40]!r} is no duration", remedy="write 90m, 4h or 2d") from error
