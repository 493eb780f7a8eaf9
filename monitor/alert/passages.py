"""Cutting the passages with the matched words out of an article, for messages and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.model.article import Document
from monitor.model.match import Evidence
from monitor.model.message import Passage

CONTEXT = 140
"""Characters kept on either side of the marked words, to the next border of a word or sentence."""
LIMIT = 3
LONGEST = 480

_END = re.compile(r"[.!?…][»“”\"')]*\s+(?=[\w„«»“\"(])")
_ORDER = {"title": 0, "lead": 1, "body": 2}


def passages_of(document: Document, evidence: Iterable[Evidence], limit: int = LIMIT) -> tuple[Passage, ...]:
    """The passages that hold the evidence, headline first, each place once, at most `limit` besides the headline."""
    places: dict[tuple[str, int], list[Evidence]] = {}
    for piece in evidence:
        places.setdefault((piece.field, piece.paragraph if piece.field == "body" else 0), []).append(piece)
    cut: list[Passage] = []
    for place in sorted(places, key=lambda key: (_ORDER.get(key[0], 3), key[1])):
        text = _text_at(document, *place)
        marks = _merged((p.start, p.end) for p in places[place] if 0 <= p.start < p.end <= len(text))
        if marks:
            cut.extend(_cut(place[0], text, marks))
    headline = [passage for passage in cut if passage.field == "title"]
    return tuple(headline + [passage for passage in cut if passage.field != "title"][:limit])


def _text_at(document: Document, field: str, paragraph: int) -> str:
    if field == "body":
        return document.paragraphs[paragraph] if 0 <= paragraph < len(document.paragraphs) else ""
    if field in {"title", "lead", "section"}:
        return str(getattr(document, field))
    return ""


def _merged(marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(field: str, text: str, marks: list[tuple[int, int]]) -> Iterable[Passage]:
    """One passage for marks that stand close, another for those far away."""
    if field == "title":
        yield Passage(field, text, tuple(marks))
        return
    group: list[tuple[int, int]] = []
    for mark in marks:
        if group and (mark[0] - group[-1][1] > 2 * CONTEXT or mark[1] - group[0][0] > LONGEST):
            yield _window(field, text, group)
            group = []
        group.append(mark)
    yield _window(field, text, group)


def _window(field: str, text: str, marks: list[tuple[int, int]]) -> Passage:
    start = _left_border(text, marks[0][0])
    end = _right_border(text, marks[-1][1])
    before, after = ("" if start == 0 else "… "), ("" if end == len(text) else " …")
    inner = text[start:end]
    if end < len(text) and inner[-1:] in ".!?…»“":
        after = ""
    if start and _END.search(text[max(0, start - 4) : start + 1]):
        before = ""
    shift = len(before) - start
    return Passage(field, before + inner.rstrip() + after, tuple((a + shift, b + shift) for a, b in marks))


def _left_border(text: str, at: int) -> int:
    floor = max(0, at - CONTEXT)
    sentences = [match.end() for match in _END.finditer(text, floor, at + 1) if match.end() <= at]
    if sentences:
        return sentences[-1]
    if floor == 0:
        return 0
    space = text.find(" ", floor, at)
    return space + 1 if space >= 0 else floor


def _right_border(text: str, at: int) -> int:
    ceiling = min(len(text), at + CONTEXT)
    match = _END.search(text, at, ceiling)
    if match:
        return match.start() + len(match.group().rstrip())
    if ceiling == len(text):
        return ceiling
    space = text.rfind(" ", at, ceiling)
    return space if space > at else ceiling
