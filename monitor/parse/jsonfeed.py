"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), and documents like it.

What is meant for sure is read with a remark (a function call around it, comments, a trailing comma, items under keys);
what would be a guess (another vocabulary, a bare list) is refused, with what to do instead.
"""

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

_GUARD = re.compile(r"(?:\)\]\}'?,?|while\s*\(1\);|for\s*\(;;\);)\s*")
"""What some services write in front, so that no script can load the document."""
_COMMENT = r"//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*(?:\*/|\Z)"
_CALL = re.compile(rf"(?:(?:{_COMMENT})\s*)*[A-Za-z_$][\w$.]{{0,100}}\s*\(\s*(?=[{{\[])")
_LEADING = re.compile(rf"(?:\s|{_COMMENT})+")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)'
_COMMENTS = re.compile(rf"({_STRING})|{_COMMENT}", re.DOTALL)
_COMMAS = re.compile(rf"({_STRING})|,(?=\s*+[\]}}])", re.DOTALL)
_ITEMS_KEY = re.compile(r'"items"\s*:\s*\[')
_TITLE_KEY = re.compile(r'"title"\s*:\s*')
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_ITEM = re.compile(r"\}\s*,\s*(?=\{)")
# What converters of RSS call the same things
_NAMES = {
    "id": "guid",
    "url": "link",
    "date_published": "pubDate",
    "content_html": "content",
    "summary": "description",
}
_TELLING = frozenset(
    ("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "attachments")
)
"""An object without any of these, or what stands for them, is no item."""
LONGEST_NUMBER = 1_000
MOST_BROKEN = 50
"""Items that cannot be read, behind which the next one is looked for."""

_TRUNCATED = Reason("truncated", "the document ends in the middle; only its complete items were read")
_MALFORMED = Reason("malformed", "the document is not well-formed JSON; its items were read as well as possible")
_WRAPPED = Reason("untidy-json", "the JSON Feed stands in a function call (JSONP); what it holds was read")
_COMMENTED = Reason("untidy-json", "the JSON Feed has comments or trailing commas, which JSON has not; it was read")
_RENAMED = Reason("untidy-json", "the items have RSS's names (link, guid, pubDate) for what they say; they were read")
_KEYED = Reason("untidy-json", "the items are an object in place of a list; its values were read")
_NO_FEED = Reason(
    "not-a-feed",
    "the document is JSON, but no JSON Feed (an object with version and items); "
    "`monitor sources add` with the site's address looks for its feed, and a `page` source watches a page",
)
_DEEP = Reason("hostile", "the document is nested too deeply")


def looks_like_json(text: str) -> bool:
    """Whether the first thing in `text`, a function call or comments aside, opens an object or a list."""
    return _opened(text[:2000])[0][:1] in ("{", "[")


def read_json(text: str, *, url: str, known: frozenset[str], now: datetime) -> ParsedFeed | NotAFeed:
    """The feed in `text`; of one that was cut off, the complete items.  Ids may be numbers."""
    text, wrapped = _opened(text)
    document, problems = _loaded(text, wrapped=wrapped)
    items, remark = _items(document)
    if items is None or not (items or "version" in document or "title" in document):
        return NotAFeed(_NO_FEED)
    try:
        raws = [_item(item) for item in items]
    except RecursionError:
        return NotAFeed(_DEEP)
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
        problems=(*problems, *remark),
    )


def _opened(text: str) -> tuple[str, bool]:
    """The text from where its JSON begins, and whether a function call stands around it."""
    text = text.lstrip("\ufeff \t\r\n")
    if guard := _GUARD.match(text):
        text = text[guard.end() :]
    if call := _CALL.match(text):
        return text[call.end() :], True
    if leading := _LEADING.match(text):
        text = text[leading.end() :]
    return text, False


def _loaded(text: str, *, wrapped: bool) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    """The document (empty where it is no object) and what is wrong with it; line breaks inside strings are common."""
    remark = (_WRAPPED,) if wrapped else ()
    decoder = json.JSONDecoder(strict=False, parse_int=_whole_number)
    try:
        # The end of a function call, or of a guard, may follow.
        document, _ = decoder.raw_decode(text)
    except RecursionError:
        return {}, remark
    except json.JSONDecodeError as error:
        return _untidy(text, decoder, error, remark)
    return document if isinstance(document, dict) else {}, remark


def _whole_number(digits: str) -> int | str:
    """Python reads numbers of up to 4300 digits; a longer one can only be an id, which may be a text as well."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _untidy(
    text: str, decoder: json.JSONDecoder, error: json.JSONDecodeError, remark: tuple[Reason, ...]
) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    tidy = _COMMAS.sub(_kept, _COMMENTS.sub(_kept, text))
    try:
        document, _ = decoder.raw_decode(tidy)
    except RecursionError:
        return {}, remark
    except json.JSONDecodeError as later:
        cut = _ends_early(text, error) or _ends_early(tidy, later)
        # Where a quote is missing, what looks like a comment is mostly an address.
        parts = (_readable_part(text, decoder, cut=cut), _readable_part(tidy, decoder, cut=cut))
        best = max(parts, key=lambda part: len(part.get("items", ())))
        return best, (*remark, _TRUNCATED if cut else _MALFORMED)
    return document if isinstance(document, dict) else {}, (*remark, _COMMENTED)


def _ends_early(text: str, error: json.JSONDecodeError) -> bool:
    return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")


def _kept(found: re.Match[str]) -> str:
    """Strings stay as they are, what is no JSON goes."""
    return found.group(1) or ""


def _items(document: dict[str, Any]) -> tuple[list[dict[str, Any]] | None, tuple[Reason, ...]]:
    """The items, None for no list of any; some software writes a list whose numbers have gaps as an object."""
    items, remarks = document.get("items"), []
    if isinstance(items, dict) and items and all(isinstance(item, dict) for item in items.values()):
        items, remarks = list(items.values()), [_KEYED]
    if not isinstance(items, list):
        return None, ()
    objects = [item for item in items if isinstance(item, dict)]
    if any("url" not in item and isinstance(item.get("link"), str) for item in objects):
        objects, remarks = [_renamed(item) for item in objects], [*remarks, _RENAMED]
    return [item for item in objects if not item.keys().isdisjoint(_TELLING)], tuple(remarks)


def _renamed(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, **{name: item[other] for name, other in _NAMES.items() if name not in item and other in item}}


def _readable_part(text: str, decoder: json.JSONDecoder, *, cut: bool) -> dict[str, Any]:
    """The complete items of a document that ends too early (`cut`), or has a fault in the middle."""
    found = _ITEMS_KEY.search(text)
    if not found:
        return {}
    items: list[Any] = []
    position, broken = found.end(), 0
    while broken <= MOST_BROKEN:
        position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
        try:
            item, position = decoder.raw_decode(text, position)
        except RecursionError:
            break
        except ValueError:
            following = None if cut else _NEXT_ITEM.search(text, position)
            if following is None:
                break
            position, broken = following.end(), broken + 1
        else:
            if not broken or _is_item(item):
                items.append(item)
    return {"items": items, "title": _title_in(text[: found.start()], decoder), "version": ""}


def _is_item(value: object) -> bool:
    """Behind a fault, objects inside the faulty item (its authors, its attachments) come up as well."""
    return isinstance(value, dict) and not value.keys().isdisjoint(("id", "content_html", "content_text"))


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
    raw.authors = [_text(who.get("name")) if isinstance(who, dict) else who for who in people if who]
    raw.authors = [name for name in raw.authors if isinstance(name, str) and name]
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
