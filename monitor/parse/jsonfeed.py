"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), and documents like it."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from typing import Any

from monitor.model.entry import Entry, FeedHints, NotAFeed, ParsedFeed
from monitor.model.reasons import Reason
from monitor.parse.links import absolute
from monitor.parse.prune import hash_of
from monitor.parse.raw import Link, RawItem, Surroundings, entry_of, language_of
from monitor.parse.text import plain

_ITEMS_KEY = re.compile(r'"items"\s*:\s*\[')
_TITLE_KEY = re.compile(r'"title"\s*:\s*')
_BETWEEN = re.compile(r"[\s,]*")


def looks_like_json(text: str) -> bool:
    """Whether the first thing in `text` opens an object or a list."""
    return text[:1000].lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def read_json(text: str, *, url: str, known: frozenset[str], now: datetime) -> ParsedFeed | NotAFeed:
    """The feed in `text`; of one that was cut off, the complete items.  Ids may be numbers."""
    text = text.lstrip("\ufeff \t\r\n")
    problems: tuple[Reason, ...] = ()
    try:
        document = json.loads(text, strict=False)  # line breaks inside strings are common
    except (ValueError, RecursionError):
        document = _complete_part(text)
        problems = (Reason("truncated", "the document ends in the middle; only its complete items were read"),)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or not (items or "version" in document or "title" in document):
        return NotAFeed(Reason("not-a-feed", "the document is JSON, but no JSON Feed"))
    try:
        raws = [_item(item) for item in items if isinstance(item, dict)]
    except RecursionError:
        return NotAFeed(Reason("hostile", "the document is nested too deeply"))
    here = Surroundings((_text(document.get("home_page_url")), url), now)
    hashes = tuple(raw.item_hash for raw in raws)
    entries: tuple[Entry, ...] = tuple(entry_of(raw, here) for raw in raws if raw.item_hash not in known)
    return ParsedFeed(
        kind="json",
        title=plain(_text(document.get("title"))),
        url=absolute(_text(document.get("home_page_url")), url),
        entries=entries,
        language=language_of(_text(document.get("language"))),
        hints=_hints(document, url),
        known=len(hashes) - len(entries),
        item_hashes=hashes,
        problems=problems,
    )


def _complete_part(text: str) -> dict[str, Any]:
    """The complete items of a document that ends too early."""
    found = _ITEMS_KEY.search(text)
    if not found:
        return {}
    decoder = json.JSONDecoder(strict=False)
    items: list[Any] = []
    position = found.end()
    try:
        while True:
            position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
            item, position = decoder.raw_decode(text, position)
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return {"items": items, "title": _title_in(text[: found.start()], decoder), "version": ""}


def _title_in(head: str, decoder: json.JSONDecoder) -> str:
    found = _TITLE_KEY.search(head)
    try:
        return _text(decoder.raw_decode(head, found.end())[0]) if found else ""
    except (ValueError, RecursionError):
        return ""


def _item(item: dict[str, Any]) -> RawItem:
    raw = RawItem(
        id=_text(item.get("id")),
        title=html.escape(_text(item.get("title")), quote=False),
        summary=_text(item.get("summary")) or None,
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        language=_text(item.get("language")) or None,
        item_hash=hash_of(json.dumps(item, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")),
    )
    raw.contents = [text for key in ("content_html", "content_text") if (text := _text(item.get(key)))][:1]
    for key, rel in (("url", "alternate"), ("external_url", "related")):
        if link := _text(item.get(key)):
            raw.links.append(Link(rel, "", link))
    raw.id_is_link = raw.id.startswith(("http://", "https://"))
    people = [*_list(item.get("authors")), item.get("author")]
    raw.authors = [_text(who.get("name")) for who in people if isinstance(who, dict)]
    raw.authors = [name for name in raw.authors if name]
    raw.categories = [_text(tag) for tag in _list(item.get("tags"))]
    raw.images = [link for key in ("image", "banner_image") if (link := _text(item.get(key)))]
    raw.enclosures = [_text(part.get("url")) for part in _list(item.get("attachments")) if isinstance(part, dict)]
    return raw


def _hints(document: dict[str, Any], url: str) -> FeedHints:
    hubs = [_text(hub.get("url")) for hub in _list(document.get("hubs")) if isinstance(hub, dict)]
    return FeedHints(
        hub=next((link for hub in hubs if (link := absolute(hub, url))), None),
        self_url=absolute(_text(document.get("feed_url")), url),
        next_url=absolute(_text(document.get("next_url")), url),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Strings as they are, numbers as text, anything else empty: publishers send ids as numbers."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
