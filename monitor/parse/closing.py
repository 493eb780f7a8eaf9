"""Texts of an item that never close (`<title>Harbour reopens<link>…`) closed where the next one begins.

Any parser takes the rest of the item for the title then, or loses it.  For documents that are not well-formed only: one
that is says by itself where its elements end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.parse.clean import sections

_TAG = re.compile(rb"<(/?)((?:[A-Za-z_][\w.-]*+:)?([A-Za-z_][\w.-]*+))([^<>]*+)>")
_TEXTS = frozenset(
    b"title link guid id description summary content encoded pubdate published updated modified issued created date "
    b"author creator category subject comments".split()
)
"""Elements of an item that never hold one another; local names, lower-case."""
_AROUND = frozenset(b"item entry channel feed rss rdf".split())


@dataclass(frozen=True, slots=True)
class _Tag:
    at: int
    closes: bool
    empty: bool
    name: bytes
    local: bytes

    @property
    def opens_text(self) -> bool:
        return not self.closes and not self.empty and self.local in _TEXTS

    @property
    def ends_text(self) -> bool:
        """Whether no text can go on behind it."""
        return self.local in (_AROUND if self.closes else _TEXTS)


def with_texts_closed(data: bytes) -> bytes:
    """The same where every text closes; linear in `data`."""
    ends: list[tuple[int, bytes]] = []
    closes_next: dict[bytes, bool] = {}
    boundary = len(data)
    for tag in reversed(list(_tags(data))):
        if tag.opens_text and not closes_next.get(tag.name, False):
            ends.append((boundary, tag.name))
        if not tag.empty:
            closes_next[tag.name] = tag.closes
        if tag.ends_text:
            boundary = tag.at
    parts, position = [], 0
    for at, name in reversed(ends):
        parts += [data[position:at], b"</" + name + b">"]
        position = at
    return b"".join((*parts, data[position:]))


def _tags(data: bytes) -> Iterator[_Tag]:
    """Tags outside of CDATA and comments."""
    start = 0
    for chunk, literal in sections(data):
        for found in () if literal else _TAG.finditer(chunk):
            closing, name, local, rest = found.groups()
            yield _Tag(start + found.start(), bool(closing), rest.endswith(b"/"), name, local.lower())
        start += len(chunk)
