"""The core extractor: trafilatura, its result as lines."""

from __future__ import annotations

import logging
from copy import copy
from itertools import count

from lxml import etree
from lxml.html import HtmlElement

from monitor.extract.blocks import BLOCK_TAGS, fold_space

# It logs every page without a text as an error; that is a verdict here, told with its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

RESET_EVERY = 200
"""Pages after which its caches, which grow with every page, are emptied."""
_runs = count(1)
_ITS_BUGS = (ValueError, TypeError, AttributeError, RecursionError, IndexError, KeyError, etree.LxmlError)

_EMPTY_INLINE = ("a", "b", "em", "font", "i", "small", "span", "strong")
_CONTAINERS = ("article", "body", "center", "dd", "div", "main", "p", "section", "td")
_LOOSE_CHARS = 60
"""Loose text of fewer characters is a label more often than a sentence."""

_LINES = frozenset({"p", "head", "item", "quote", "row", "code", "ab", "list", "table", "fw"})


def by_trafilatura(tree: HtmlElement, *, precise: bool = True) -> list[str]:
    """The article's lines in trafilatura's opinion; `precise` prefers less text (measured better on news pages)."""
    # Some 25 MB: only in processes that extract.
    from trafilatura import bare_extraction  # noqa: PLC0415
    from trafilatura.meta import reset_caches  # noqa: PLC0415
    from trafilatura.metadata import Document  # noqa: PLC0415

    if next(_runs) % RESET_EVERY == 0:
        reset_caches()
    tree = copy(tree)
    _prepare(tree)
    try:
        document = bare_extraction(
            tree, favor_precision=precise, include_comments=False, include_tables=True, with_metadata=False
        )
    except _ITS_BUGS:  # pragma: no cover - no page is known that it trips over; ours would read one
        return []
    return [] if not isinstance(document, Document) or document.body is None else _lines_of(document.body)


def _prepare(tree: HtmlElement) -> None:
    """Give text that trafilatura would lose together with an element beside it a place of its own.

    Comments go, as in trees that it parses itself: it takes them for elements and trips over those in lists.
    """
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    for element in list(tree.iter(*_EMPTY_INLINE)):
        if not len(element) and not (element.text or "").strip():
            element.drop_tag()
    for element in list(tree.iter(*_CONTAINERS)):
        for text, before, inline in _runs_between_blocks(element):
            if sum(len((each or "").strip()) for each in (text, *(child.tail for child in inline))) >= _LOOSE_CHARS:
                _make_paragraph(element, before, inline)


def _runs_between_blocks(element: HtmlElement) -> list[tuple[str | None, HtmlElement | None, list[HtmlElement]]]:
    """What stands between blocks inside `element`: text, the block before, inline elements; none without a block."""
    runs: list[tuple[str | None, HtmlElement | None, list[HtmlElement]]] = [(element.text, None, [])]
    for child in element:
        if child.tag in BLOCK_TAGS:
            runs.append((child.tail, child, []))
        else:
            runs[-1][2].append(child)
    return runs if len(runs) > 1 else []


def _make_paragraph(element: HtmlElement, before: HtmlElement | None, inline: list[HtmlElement]) -> None:
    paragraph = element.makeelement("p")
    if before is None:
        paragraph.text, element.text = element.text, None
        element.insert(0, paragraph)
    else:
        paragraph.text, before.tail = before.tail, None
        before.addnext(paragraph)
    paragraph.extend(inline)


def _lines_of(body: etree._Element) -> list[str]:
    """Trafilatura's own XML as lines: one per paragraph, heading, list item, table row; `<lb/>` parts lines."""
    lines: list[str] = []
    parts: list[str] = []

    def flush() -> None:
        line = fold_space("".join(parts))
        parts.clear()
        if line:
            lines.append(line)

    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            if element.tag in _LINES or element.tag == "lb":
                flush()
            elif element.tag == "cell" and parts:
                parts.append(" ")
            parts.append(element.text or "")
        else:
            if element.tag in _LINES:
                flush()
            parts.append(element.tail or "" if element is not body else "")
    flush()
    return lines
