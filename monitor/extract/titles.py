"""Which of a page's headings and tags is the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from lxml.html import HtmlElement

from monitor.extract.blocks import Block, fold_space, key_of
from monitor.extract.jsonld import Node, text_of
from monitor.extract.page import Page, host_of
from monitor.extract.zones import Zone

_SEPARATOR = re.compile(r"\s+(?:[|–—·•»«:›-]|::|<<|>>)\s+|\s*\|\s*|(?<=[\u2e80-\uffff])[-_|–—]+(?=[\u2e80-\uffff\w]+$)")
_EDGE = " |–—·•»«:›<>_-"
_KICKER = re.compile(
    r"kicker|topline|overline|over-?title|headline-?intro|roof|dachzeile|vorzeile|oberzeile|spitzmarke|eyebrow|strap|prefix|antetitulo|"
    r"supra|surtitre|catenaccio|flag|label|badge|category|section",
    re.IGNORECASE,
)
_H1_MATCH = 0.7
"""Likeness from which an h1 counts as the page's headline."""
_MAX_H1 = 400
_MAX_HEADINGS = 20


def choose_title(
    page: Page, blocks: list[Block], meta: Mapping[str, str], node: Node | None, *, hint: str | None = None
) -> tuple[str, str]:
    """The headline and where it is from.

    The h1 most like one of {JSON-LD headline, og:title, `<title>` without the site's name, hint}; else the page's only
    h1 if it has the words of a headline; else the JSON-LD headline, og:title, the hint, the title, any h1.
    """
    headings = list(_headings(blocks))
    headline, shared, document = _wordings(page, meta, node)
    best, likeness = _likest([*headings, *_full_headings(blocks)], title_witnesses(page, meta, node, hint=hint))
    if best and likeness >= _H1_MATCH:
        return best, "h1"
    if only := _only_headline(headings, page, meta):
        return only, "only h1"
    for text, origin in (
        (headline, "JSON-LD headline"),
        (shared, "og:title"),
        (hint or "", "hint"),
        (document, "title"),
        (headings[0] if headings else "", "h1"),
        (text_of(node.get("name")) if node else "", "JSON-LD name"),
    ):
        if text:
            return text, origin
    return "", "none"


def title_witnesses(
    page: Page, meta: Mapping[str, str], node: Node | None, *, hint: str | None = None
) -> tuple[str, ...]:
    """What else the page calls its article: JSON-LD headline, og:title, `<title>` without the site, the hint."""
    return tuple(text for text in (*_wordings(page, meta, node), hint or "") if text)


def _wordings(page: Page, meta: Mapping[str, str], node: Node | None) -> tuple[str, str, str]:
    sites = _site_keys(page, meta)
    headline = fold_space(text_of(node.get("headline"))) if node else ""
    shared = fold_space(meta.get("og:title") or meta.get("twitter:title") or meta.get("title") or "")
    document = title_of_document(page)
    return tuple(without_site(text[:_MAX_H1], sites) for text in (headline, shared, document))  # type: ignore[return-value]


def _headings(blocks: list[Block]) -> Iterator[str]:
    """The page's h1s, each without the kicker that stands inside it."""
    return (_without_kicker(block) for block in _headlines(blocks))


def _full_headings(blocks: list[Block]) -> Iterator[str]:
    return (block.text for block in _headlines(blocks))


def _headlines(blocks: list[Block]) -> list[Block]:
    """The first h1s that could be a headline."""
    found = (block for block in blocks if block.tag == "h1" and len(block.text) <= _MAX_H1)
    return [block for block in found if not block.zone & (Zone.MODAL | Zone.HIDDEN)][:_MAX_HEADINGS]


def _without_kicker(block: Block) -> str:
    parts = [child for child in block.element.iterdescendants() if isinstance(child.tag, str)]
    kickers = [fold_space(child.text_content()) for child in parts if _KICKER.search(child.get("class") or "")]
    text = block.text
    for kicker in kickers:
        rest = text.removeprefix(kicker).strip(" :|–-")
        # A class that names the whole heading is no kicker.
        if kicker and len(rest) >= len(text) / 3:
            text = rest
    return text


def _only_headline(headings: Sequence[str], page: Page, meta: Mapping[str, str]) -> str:
    """The page's only h1, if it has the words of a headline and is not the site's name."""
    if len(headings) != 1 or key_of(headings[0]) in _site_keys(page, meta):
        return ""
    heading = headings[0]
    return heading if len(heading.split()) >= 3 or (heading and ord(heading[0]) > 0x2E80) else ""


def _likest(headings: Sequence[str], witnesses: Sequence[str]) -> tuple[str, float]:
    best, best_likeness = "", 0.0
    for heading in headings:
        for witness in witnesses:
            likeness = _likeness(heading, witness)
            if likeness > best_likeness:
                best, best_likeness = _common(heading, witness), likeness
    return best, best_likeness


def _common(heading: str, witness: str) -> str:
    """The heading; without a kicker before the wording that the page gives elsewhere."""
    tail = heading[-len(witness) :]
    whole = len(witness) < len(heading) and key_of(tail) == key_of(witness) and len(witness) >= len(heading) / 2
    return tail if whole and len(witness.split()) >= 3 else heading


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
        parent: HtmlElement | None = element.getparent()
        if parent is None or parent.tag != "svg":
            return fold_space(element.text_content())
    return ""


def _site_keys(page: Page, meta: Mapping[str, str]) -> tuple[str, ...]:
    """What the site calls itself: its name tags, its host with and without the ending."""
    host = host_of(page.url)
    labels = host.split(".")
    names = (
        meta.get("og:site_name", ""),
        meta.get("application-name", ""),
        host,
        labels[-2] if len(labels) > 1 else "",
    )
    return tuple(key for name in names if len(key := key_of(name)) >= 3)


def without_site(title: str, sites: Sequence[str]) -> str:
    """`title` without the site's name before or after a separator.

    `sites` are keys of names the site goes by; a last piece of up to four words much shorter than the rest counts too.
    """
    pieces = _SEPARATOR.split(title)
    while len(pieces) > 1:
        rest, last = pieces[:-1], pieces[-1]
        longest = max(len(key_of(piece)) for piece in rest)
        short = (
            len(last.split()) <= 4 and longest > 2 * len(key_of(last)) and len(pieces) == len(_SEPARATOR.split(title))
        )
        if not (_names_site(last, sites) or short):
            break
        title = title[: title.rindex(last)].rstrip(_EDGE)
        pieces = rest
    while len(pieces) > 1 and _names_site(pieces[0], sites):
        title = title[len(pieces[0]) :].lstrip(_EDGE)
        pieces = pieces[1:]
    return title


def _names_site(piece: str, sites: Sequence[str]) -> bool:
    key = key_of(piece)
    return any(key == site or (len(site) >= 4 and site in key and len(piece.split()) <= 8) for site in sites)
