"""Articles as an Atom feed (RFC 4287) and as the objects of the JSON interface."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from monitor.store.pages import Line
from monitor.web.rendering import web_address

ATOM = "http://www.w3.org/2005/Atom"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry."""


def atom(title: str, name: str, lines: Sequence[Line], now: datetime) -> bytes:
    """A feed; `name` is what its id is made of."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "title", title)
    _add(feed, "id", f"urn:news-monitor:{name}")
    _add(feed, "updated", _time(max((line.first_seen_at for line in lines), default=now)))
    for line in lines:
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "title", line.title or "–")
        _add(entry, "id", f"urn:news-monitor:article:{line.id}")
        _add(entry, "updated", _time(line.first_seen_at))
        if line.published_at is not None:
            _add(entry, "published", _time(line.published_at))
        author = ET.SubElement(entry, f"{{{ATOM}}}author")
        _add(author, "name", ", ".join(source for _, source in line.sources) or "–")
        link = web_address(line.url)
        if link:
            ET.SubElement(entry, f"{{{ATOM}}}link", {"href": _legal(link), "rel": "alternate"})
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def article_json(line: Line) -> dict[str, Any]:
    """The fields of an article in lists."""
    return {
        "id": line.id,
        "url": line.url,
        "title": line.title,
        "published_at": None if line.published_at is None else _time(line.published_at),
        "first_seen_at": _time(line.first_seen_at),
        "language": line.language,
        "sources": [source_id for source_id, _ in line.sources],
        "story_id": line.story_id,
        "text_state": line.text_state,
        "rules": [hit.rule_id for hit in line.hits if hit.fired],
    }


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = _legal(text)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _time(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
