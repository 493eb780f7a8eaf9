"""Which of a page's headings and tags is the headline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from monitor.extract.blocks import Block, fold_space, key_of
from monitor.extract.jsonld import Node, text_of
from monitor.extract.page import Page
from monitor.extract.zones import Zone

_SEPARATOR = re.compile(r"\s+[|–—·•»:›-]\s+|\s*\|\s*|\s+::\s+")
_H1_MATCH = 0.7
"""Likeness from which an h1 counts as the page's headline."""


def choose_title(
    page: Page, blocks: list[Block], meta: Mapping[str, str], node: Node | None, *, hint: str | None = None
) -> tuple[str, str]:
    """The headline and where it is from.

    The h1 most like one of {JSON-LD headline, og:title, `<title>` without the site's suffix, hint}; else the
    headline, else og:title, else the title, else the first h1.
    """
    headline, shared, document = _wordings(page, meta, node)
    witnesses = title_witnesses(page, meta, node, hint=hint)
    best, likeness = _likest_h1(blocks, witnesses)
    if best and likeness >= _H1_MATCH:
        return best, "h1"
    for text, origin in (
        (headline, "JSON-LD headline"),
        (shared, "og:title"),
        (hint or "", "hint"),
    ):
        if text:
            return text, origin
    first = next((block.text for block in blocks if block.tag == "h1"), "")
    return (document, "title") if document else (first, "h1" if first else "none")


def title_witnesses(
    page: Page, meta: Mapping[str, str], node: Node | None, *, hint: str | None = None
) -> tuple[str, ...]:
    """What else the page calls its article: JSON-LD headline, og:title, `<title>` without the site, the hint."""
    return tuple(text for text in (*_wordings(page, meta, node), hint or "") if text)


def _wordings(page: Page, meta: Mapping[str, str], node: Node | None) -> tuple[str, str, str]:
    headline = fold_space(text_of(node.get("headline") or node.get("name"))) if node else ""
    shared = fold_space(meta.get("og:title") or meta.get("twitter:title") or meta.get("title") or "")
    return headline, without_site(shared, meta), without_site(title_of_document(page), meta)


def _likest_h1(blocks: list[Block], witnesses: Sequence[str]) -> tuple[str, float]:
    best, best_likeness = "", 0.0
    for block in blocks:
        if block.tag != "h1" or Zone.MODAL in block.zone or len(block.text) > 400:
            continue
        likeness = max((_likeness(block.text, witness) for witness in witnesses), default=0.0)
        if likeness > best_likeness:
            best, best_likeness = block.text, likeness
    return best, best_likeness


def _likeness(one: str, other: str) -> float:
    a, b = key_of(one), key_of(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if min(len(a), len(b)) >= 15 and (a in b or b in a):
        return max(0.75, min(len(a), len(b)) / max(len(a), len(b)))
    return SequenceMatcher(None, a[:200], b[:200], autojunk=False).ratio()


def title_of_document(page: Page) -> str:
    """The text of `<title>`."""
    for element in page.tree.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag == "svg":
            continue
        return fold_space(element.text_content())
    return ""


def without_site(title: str, meta: Mapping[str, str]) -> str:
    """`title` without the site's name before or after a separator: a name the page itself gives, or a short tail."""
    site = key_of(meta.get("og:site_name") or meta.get("application-name") or "")
    pieces = _SEPARATOR.split(title)
    if len(pieces) < 2:
        return title
    first, last = key_of(pieces[0]), key_of(pieces[-1])
    if site and (last == site or site in last or (last and last in site)):
        return title[: title.rindex(pieces[-1])].rstrip(" |–—·•»:›-")
    if site and first == site:
        return title[title.index(pieces[1], len(pieces[0])) :]
    longest = max(pieces, key=len)
    if len(pieces[-1].split()) <= 4 and longest == pieces[0] and len(key_of(longest)) > 2 * len(last):
        return title[: title.rindex(pieces[-1])].rstrip(" |–—·•»:›-")
    return title
