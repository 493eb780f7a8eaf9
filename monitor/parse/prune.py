"""Items of a document as byte spans: hashed before anything is parsed, so that known ones are cut out unread.

Works on the cleaned UTF-8 bytes of an XML document (`clean.py`).  One pass over the tags; CDATA sections and comments
are skipped, so markup inside them is never taken for an item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import xxhash

_PATTERNS = {
    names: re.compile(rb"<(?:(/)?(?:[\w.-]+:)?(?:%s)(?=[\s/>]|\Z)|(!--)|(!\[CDATA\[))" % names, re.IGNORECASE)
    for names in (b"item", b"entry", b"url", b"sitemap")
}


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
    search = _PATTERNS[name].search
    lasts: dict[bytes, int] = {}
    position = 0
    while found := search(data, position):
        closing, comment, cdata = found.groups()
        position = found.end()
        if comment or cdata:
            mark = b"-->" if comment else b"]]>"
            # What never closes hides nothing: the items behind it are looked for, too.
            last = lasts[mark] if mark in lasts else lasts.setdefault(mark, data.rfind(mark))
            position = data.find(mark, position) if position <= last else position
            continue
        end = data.find(b">", position) + 1
        if not end:  # the document ends inside this tag
            start = found.start() if start is None and not closing else start
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
        elif data[end - 2] == 0x2F:  # <item/>
            spans.append((found.start(), end))
        else:
            start = found.start()
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
