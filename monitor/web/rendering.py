"""From values to HTML: the templates' surroundings, and texts with their marked words.

Everything is escaped by Jinja2; `marked` is the only place that builds markup from stored text, piece by piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor import __version__
from monitor.alert.german import reason_in
from monitor.model.subscription import OWN_RULE
from monitor.store.pages import Line
from monitor.web.words import german

TITLE_MAX = 300
"""Characters of a headline in a list; a longer one is cut, and shown in full on its own page."""
TEXT_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is."""

    language: str
    zone: ZoneInfo

    def say(self, english: str, **values: object) -> str:
        """A phrase of ours in the reader's language."""
        text = german().get(english, english) if self.language == "de" else english
        return text.format(**values) if values else text

    def because(self, reason: str) -> str:
        """The reason of a decider in the reader's language, as far as it is known there."""
        return reason_in(self.language, reason)

    def many(self, n: int, one: str, several: str) -> str:
        """A phrase for one, or for any other number of things (`{n}`)."""
        return self.say(one) if n == 1 else self.say(several, n=n)

    def clock(self, instant: datetime | None, now: datetime, *, seconds: bool = False) -> str:
        """The local time, with its date when that is not today's."""
        if instant is None:
            return "–"
        local = instant.astimezone(self.zone)
        time = local.strftime("%H:%M:%S" if seconds else "%H:%M")
        if local.date() == now.astimezone(self.zone).date():
            return time
        return f"{local:%d.%m.%Y} {time}" if self.language == "de" else f"{local:%Y-%m-%d} {time}"

    def day(self, instant: datetime) -> str:
        """The local date, as in `2026-01-05`."""
        return instant.astimezone(self.zone).date().isoformat()

    def moment(self, instant: datetime, now: datetime) -> str:
        """The local date and time with its zone, and how far away that is."""
        local, far = instant.astimezone(self.zone), self.distance(instant, now)
        away = self.say("in {span}", span=far) if instant > now else self.say("{span} ago", span=far)
        date = f"{local:%d.%m.%Y}" if self.language == "de" else f"{local:%Y-%m-%d}"
        return f"{date} {local:%H:%M:%S} {local.tzname()} · {away}"

    def distance(self, instant: datetime | None, now: datetime) -> str:
        """How long ago, or until: `4 min`."""
        if instant is None:
            return "–"
        return span(abs(now - instant))


def span(length: timedelta) -> str:
    """A duration in its largest unit."""
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


@cache
def environment() -> Environment:
    """The templates; an unknown name is an error, not an empty place."""
    found = Environment(
        loader=PackageLoader("monitor.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "marked": marked,
        "web": web_address,
        "short": short,
        "query": query,
        "headline": headline,
        "path": path_part,
        "rule_page": rule_page,
        "duration": duration,
    }
    found.globals |= {"version": __version__, "static": static}
    return found


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with its content."""
    content = resources.files("monitor.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def render(template: str, values: Mapping[str, Any]) -> str:
    """A template with its values."""
    return environment().get_template(template).render(values)


def marked(text: str, evidence: Iterable[Mapping[str, Any]]) -> Markup:
    """The text, escaped, with the passages that counted in `<mark>`.

    Each passage has `start`, `end` and `text`; one that does not stand there any more is left out.
    """
    out, at = Markup(), 0
    for item in sorted(evidence, key=lambda e: (e["start"], -e["end"])):
        start, end = item["start"], item["end"]
        if start < at or text[start:end] != item["text"] or not item["text"]:
            continue
        mark = Markup('<mark title="{}">{}</mark>').format(item.get("term", ""), text[start:end])
        out += escape(text[at:start]) + mark
        at = end
    return out + escape(text[at:])


def headline(line: Line) -> Markup:
    """A listed article's title, with what its rules found in it."""
    found = [e for hit in line.hits if hit.revision == line.revision for e in hit.evidence if e["field"] == "title"]
    return marked(short(line.title) or "–", found)


def path_part(text: str) -> str:
    """A text as one part of an address."""
    return quote(str(text), safe="")


def rule_page(rule_id: str) -> str:
    """Where a rule is looked at: its workbench, or the list of subscriptions where a reader's is meant."""
    return "/subscriptions" if rule_id.startswith(OWN_RULE) else f"/rules/{path_part(rule_id)}"


def duration(seconds: float | None) -> str:
    """A number of seconds in words."""
    return "–" if seconds is None else span(timedelta(seconds=seconds))


def web_address(url: str | None) -> str:
    """An address that may be a link: http or https, else nothing."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url or "" if parts.scheme in ("http", "https") and parts.netloc else ""


def short(text: str, limit: int = TITLE_MAX) -> str:
    """At most so many characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def query(values: Mapping[str, Any], **changes: Any) -> str:
    """A query string with some values changed; empty ones are left out."""
    merged = {**values, **changes}
    return urlencode({key: value for key, value in merged.items() if value not in (None, "", False)})
