"""Items of a document as byte spans: hashed before anything is parsed, so that known ones are cut out unread.

Works on the cleaned UTF-8 bytes of an XML document (`clean.py`).  One pass over the tags; CDATA sections and comments
are skipped, so markup inside them is never taken for an item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import xxhash

_NAMES = (b"item", b"entry", b"url", b"sitemap")
_MARKS = rb"<(?:/?%s(?=[\s/>]|\Z)|!--|!\[CDATA\[)"
_PLAIN = {name: re.compile(_MARKS % name, re.IGNORECASE) for name in _NAMES}
_PREFIXED = {name: re.compile(_MARKS % (rb"(?:[\w.-]+:)?" + name), re.IGNORECASE) for name in _NAMES}
_PREFIX_BEFORE = {name: re.compile(rb":%s(?=[\s/>]|\Z)" % name, re.IGNORECASE) for name in _NAMES}
"""Few documents have prefixes before these names, and looking for one at every tag takes three times as long."""
_SLASH, _EXCLAMATION, _HYPHEN = b"/!-"


@dataclass(frozen=True, slots=True)
class Items:
    """Where the items of a document lie.

    `regular`: every item opens and closes on its own, so they can be cut out and read singly.  `open_at` is where an
    item begins that the end of the document cut off (None when there is none).
    """

    spans: tuple[tuple[int, int], ...]
    hashes: tuple[str, ...]
    regular: bool
    open_at: int | None = None


def find_items(data: bytes, name: bytes) -> Items:
    """The spans of all `name` elements (with any prefix, in any case) of `data`, in document order."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    regular = True
    search = (_PREFIXED if _PREFIX_BEFORE[name].search(data) else _PLAIN)[name].search
    lasts: dict[bytes, int] = {}
    position = 0
    while found := search(data, position):
        begin, position = found.span()
        if data[begin + 1] == _EXCLAMATION:
            mark = b"-->" if data[begin + 2] == _HYPHEN else b"]]>"
            # What never closes hides nothing: the items behind it are looked for, too.
            last = lasts[mark] if mark in lasts else lasts.setdefault(mark, data.rfind(mark))
            position = data.find(mark, position) if position <= last else position
            continue
        closing = data[begin + 1] == _SLASH
        end = data.find(b">", position) + 1
        if not end:  # the document ends inside this tag
            start = begin if start is None and not closing else start
            break
        position = end
        if closing:
            if start is None:
                regular = False
                continue
            spans.append((start, end))
            start = None
        elif start is not None:
            regular = False
        elif data[end - 2] == _SLASH:  # <item/>
            spans.append((begin, end))
        else:
            start = begin
    return Items(tuple(spans), tuple(hash_of(data[a:b]) for a, b in spans), regular, start)


def hash_of(item: bytes) -> str:
    """The item's own hash: 128 bits of its bytes, line ends as LF."""
    if b"\r" in item:
        item = item.replace(b"\r\n", b"\n")
    return xxhash.xxh3_128_hexdigest(item)


def without(data: bytes, spans: tuple[tuple[int, int], ...]) -> bytes:
    """`data` with these spans cut out."""
    parts = []
    position = 0
    for start, end in spans:
        parts.append(data[position:start])
        position = end
    parts.append(data[position:])
    return b"".join(parts)
