"""Watching one page: what was added to it since the last poll."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import takewhile

from lxml.html import HtmlElement

from monitor.extract.blocks import Block, key_of, page_blocks_of
from monitor.extract.failures import NEEDS_SCRIPTS, needs_scripts
from monitor.extract.kind import looks_like
from monitor.extract.own import best_container
from monitor.extract.page import Page, read_page
from monitor.extract.selector import select_elements
from monitor.extract.zones import Zone
from monitor.model.reasons import Reason

REDESIGN_SHARE = 0.75
"""When that share of the known blocks vanishes at once, the page was rebuilt: what is new on it is not news."""
_SMALL = 4
"""Below this many known blocks a share says nothing."""
_READABLE = {"html", "text", "empty"}
_KINDS = {"pdf": "a PDF", "image": "a picture", "feed": "a feed (use feed:)", "sitemap": "a sitemap (use sitemap:)"}
_NOT_WATCHED = Zone.NAV | Zone.FOOTER | Zone.SHARE | Zone.MODAL | Zone.COMMENTS | Zone.ADVERT


@dataclass(frozen=True, slots=True)
class WatchedBlock:
    """A paragraph, list item or table row.  `hash` depends on its words only; `url` is its first link."""

    text: str
    hash: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Blocks:
    """The watched part of a page.

    Problems: `empty`, `too-large`, `not-a-page`, `selector-matches-nothing`, `needs-javascript`.
    """

    blocks: tuple[WatchedBlock, ...]
    title: str = ""
    problem: Reason | None = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """What to remember until the next poll."""
        return tuple(block.hash for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Additions:
    """Blocks that were not there before, in the page's order."""

    blocks: tuple[WatchedBlock, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Redesign:
    """The page was rebuilt; remember its blocks as the new baseline and tell nobody."""

    reason: Reason


def page_blocks(body: bytes, *, url: str, selector: str | None = None, content_type: str | None = None) -> Blocks:
    """The blocks of the part of the page that `selector` (CSS or XPath; None: main content) finds.  Never raises."""
    kind = looks_like(body, content_type=content_type)
    if kind not in _READABLE:
        return Blocks((), problem=Reason("not-a-page", f"what is watched is no page but {_KINDS.get(kind, 'a file')}"))
    page = read_page(body, url=url, content_type=content_type)
    if isinstance(page, Reason):
        return Blocks((), problem=page)
    title = next((" ".join(element.text_content().split()) for element in page.tree.iter("title")), "")
    if selector is None:
        return _or_scripts(page, Blocks(_unique(_main(page)), title))
    roots = select_elements(page.tree, selector)
    if not roots:
        nothing = Reason("selector-matches-nothing", f"{selector!r} matches nothing on the page")
        return _or_scripts(page, Blocks((), title, nothing))
    return Blocks(_unique([block for root in roots for block in _blocks_in(page, root)]), title)


def _or_scripts(page: Page, found: Blocks) -> Blocks:
    """What was found, or the better reason why there is nothing."""
    if not found.blocks and needs_scripts(page, " ".join(block.text for block in page_blocks_of(page.tree))):
        return replace(found, problem=NEEDS_SCRIPTS)
    return found


def added_blocks(old_hashes: Collection[str], now: Blocks) -> Additions | Redesign:
    """What `now` has that the last poll had not.

    `Redesign` when three quarters of the known blocks are gone, or the page could not be read: nothing is added then.
    """
    if now.problem is not None:
        return Redesign(now.problem)
    known = set(old_hashes)
    gone = len(known - set(now.hashes))
    if len(known) >= _SMALL and gone >= REDESIGN_SHARE * len(known):
        return Redesign(
            Reason("redesign", f"{gone} of {len(known)} known blocks vanished at once: the page was rebuilt")
        )
    added = tuple(block for block in now.blocks if block.hash not in known)
    return Additions(added, Reason("added", f"{len(added)} blocks are new"))


def _main(page: Page) -> list[WatchedBlock]:
    """The page's main element, else what holds the most prose, else all of it; without menus and footers."""
    roots = list(page.tree.iter("main"))[:1]
    if not roots:
        container = best_container(page_blocks_of(page.tree))
        roots = [page.tree if container is None else container]
    found = _blocks_in(page, roots[0])
    return found or _blocks_in(page, page.tree)


def _blocks_in(page: Page, root: HtmlElement) -> list[WatchedBlock]:
    """Paragraphs as they are; all blocks of one table row or list item together."""
    groups: list[tuple[HtmlElement, list[Block]]] = []
    for block in page_blocks_of(root):
        if block.zone & _NOT_WATCHED or not key_of(block.text):
            continue
        unit = _unit_of(block.element, root)
        if groups and groups[-1][0] is unit:
            groups[-1][1].append(block)
        else:
            groups.append((unit, [block]))
    return [_watched(page, unit, " · ".join(block.text for block in blocks)) for unit, blocks in groups]


def _unit_of(element: HtmlElement, root: HtmlElement) -> HtmlElement:
    """The nearest table row or innermost list item around a block, else the block's own element."""
    inside = takewhile(lambda each: each is not root, (element, *element.iterancestors()))
    return next((each for each in inside if each.tag in ("tr", "li", "dd")), element)


def _watched(page: Page, unit: HtmlElement, text: str) -> WatchedBlock:
    link = unit if unit.tag == "a" else unit.find(".//a[@href]")
    url = page.absolute(link.get("href")) if link is not None else None
    return WatchedBlock(text, hashlib.sha256(key_of(text).encode()).hexdigest()[:16], url)


def _unique(blocks: list[WatchedBlock]) -> tuple[WatchedBlock, ...]:
    return tuple({block.hash: block for block in reversed(blocks)}.values())[::-1]
