"""Bytes of a page -> text, decoded by ourselves: parsers guess, and guess differently from browsers."""

from __future__ import annotations

import re
from functools import cache

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from monitor.model.references import storable

_ISO_2022_ESCAPE = re.compile(rb"\x1b[$(][@A-J]")
_HEAD_BYTES = 4096
_ESCAPES = frozenset({"unicode-escape", "raw-unicode-escape"})


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """The text of a page, never failing: BOM, UTF-8 if valid, the declared encoding, Windows-1252.

    `content_type` is the HTTP header.  UTF-8 goes before the declaration because a page that is valid UTF-8 with
    non-ASCII bytes is hardly ever anything else, while wrong declarations are common.  Characters that XML forbids
    are taken out.
    """
    text = _decode(body, content_type)
    return storable(text)


def _decode(body: bytes, content_type: str | None) -> str:
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return to_unicode(body[len(bom) :], encoding)
    if wide := _wide_without_bom(body):
        return to_unicode(body, wide)
    declared = _declared(body, content_type)
    if declared and declared.startswith("iso2022") and _ISO_2022_ESCAPE.search(body):
        return to_unicode(body, declared)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(body, declared)


def _declared(body: bytes, content_type: str | None) -> str | None:
    named = http_content_type_encoding(content_type), html_body_declared_encoding(body[:_HEAD_BYTES])
    return next((encoding for encoding in named if encoding and _is_charset(encoding)), None)


@cache
def _is_charset(encoding: str) -> bool:
    """Whether a codec of Python reads pages; some are none of text (base64), others escapes of its own or of DNS."""
    try:
        return encoding not in _ESCAPES and bool(b"\xff".decode(encoding, "replace"))
    except (LookupError, ValueError):
        return False


def _decode_legacy(body: bytes, declared: str | None) -> str:
    """Not valid UTF-8: the declared encoding, unless that is UTF-8 and clearly not kept to."""
    lenient = body.decode("utf-8", "replace")
    high = sum(1 for byte in body[:200_000] if byte >= 0x80)
    damaged = lenient[:200_000].count("\ufffd")
    if declared not in (None, "utf-8"):
        return to_unicode(body, declared or "cp1252")
    # A few broken sequences in a UTF-8 page (cut texts, pasted adverts); a Latin page breaks at every umlaut.
    if damaged * 10 <= high:
        return lenient
    return to_unicode(body, "cp1252")


def _wide_without_bom(body: bytes) -> str | None:
    """UTF-16 that forgot its BOM: markup has a zero in every other byte."""
    head = body[:400]
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.3 and not even:
        return "utf-16-le"
    if even > len(head) * 0.3 and not odd:
        return "utf-16-be"
    return None
