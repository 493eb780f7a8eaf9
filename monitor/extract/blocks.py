"""The text blocks of a page in reading order, each with where it stands: what all later steps reason about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from monitor.extract.zones import Zone, zone_of
from monitor.model.references import storable

SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "head", "iframe", "object", "select", "option", "button"}
    | {"textarea", "input", "audio", "canvas", "math", "map", "datalist"}
)
"""Elements whose text is no text of the page."""

BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot
    th thead tr ul
    """.split()  # noqa: SIM905  # fifty strings in quotes hide the list
)
"""Elements that end a line before and after."""

_WORD = re.compile(r"\w+")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))


_WIDE_SHARE = 0.4
"""A part that holds more of the page's prose than this is the article's wrapper, whatever its class names say."""
_WIDE_CHARS = 600
_PROSE_CHARS = 60
_JUDGED = ~(Zone.HEADING | Zone.BODY)

MAX_CHARS = 500_000
MAX_BLOCKS = 20_000
"""More text or parts than any article has: the walk ends there, so that hostile pages cost little."""

_BIG_ELEMENTS = 20_000
_BIG_CHARS = 250_000

Opener = tuple[HtmlElement, Zone]


@dataclass(slots=True)
class Block:
    """A run of text between two block boundaries.

    `element` is the innermost block element around it, `linked` the characters inside links, `zone` what the
    surroundings say, `index` its place in the page, `openers` the elements that say it, outermost first.
    """

    text: str
    element: HtmlElement
    linked: int
    index: int
    openers: tuple[Opener, ...]
    zone: Zone = Zone.NONE

    @property
    def tag(self) -> str:
        """The name of the innermost block element."""
        return str(self.element.tag)

    @property
    def link_share(self) -> float:
        """0 to 1: how much of the text is links."""
        return self.linked / len(self.text) if self.text else 0.0

    @property
    def is_heading(self) -> bool:
        """Stands in an h1 to h6."""
        return Zone.HEADING in self.zone


def fold_space(text: str) -> str:
    """`text` with runs of white space as one blank, none at the ends; soft hyphens and zero-width marks gone.

    So are controls and halves of characters, which scripts' data and PDFs can bring.
    """
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join(storable(line.translate(_UNSEEN)).split())


def key_of(text: str) -> str:
    """What two renderings of one block have in common: its letters and digits, lower case."""
    return "".join(_WORD.findall(text.lower()))


def page_blocks_of(root: HtmlElement) -> list[Block]:
    """The text blocks below `root` in reading order, up to `MAX_CHARS` and `MAX_BLOCKS`.

    `<br><br>` parts blocks, a single `<br>` is a blank.
    """
    walk = _Walk(root)
    walk.run()
    if walk.zoned:
        _judge_zones(walk.blocks)
    return walk.blocks


def is_big(elements: int, blocks: Sequence[Block]) -> bool:
    """Too much for steps that cost more than linear time: the core, the search for dates."""
    return elements > _BIG_ELEMENTS or sum(len(block.text) for block in blocks) > _BIG_CHARS


def _judge_zones(blocks: list[Block]) -> None:
    """Give each block the zones of its surroundings, except those of wrappers around most of the page's prose.

    Publishers name wrappers "article--premium" or "slideshow-content"; what holds the article is no margin of it.
    """
    prose: Counter[str] = Counter()
    total = 0
    for block in blocks:
        if len(block.text) < _PROSE_CHARS or block.link_share > 0.5:
            continue
        total += len(block.text)
        for name in {_part_of(element, zone) for element, zone in block.openers}:
            prose[name] += len(block.text)
    enough = max(_WIDE_CHARS, _WIDE_SHARE * total)
    for block in blocks:
        for element, zone in block.openers:
            if Zone.BODY in zone:
                # What says that it is the article is no part of the margin it stands in.
                block.zone &= ~_JUDGED
            block.zone |= zone & ~_JUDGED if prose[_part_of(element, zone)] >= enough else zone


def _part_of(element: HtmlElement, zone: Zone) -> str:
    """What counts as one part: an element; paywall wrappers of one class together, since adverts cut them up."""
    name = element.get("class") if Zone.SHARE in zone else None
    return f"{element.tag}.{name}" if name else str(id(element))


class _Walk:
    """One pass over a tree, without recursion."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.parts: list[str] = []
        self.linked = 0
        self.links = 0
        self.breaks = 0
        self.blocks: list[Block] = []
        self.chars = 0
        self.zoned = False
        self.owners: list[HtmlElement] = []
        self.openers: list[Opener] = []

    def run(self) -> None:
        """Collect the blocks."""
        root = self.root
        skipping: HtmlElement | None = None
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if skipping is not None:
                if event == "end" and element is skipping:
                    skipping = None
                    self._add(element.tail if element is not root else None)
            elif event == "start":
                if element is not root and _is_skipped(element):
                    skipping = element
                else:
                    self._open(element)
            elif event == "end":
                self._close(element)
            else:
                self._add(element.tail)
            if self.chars > MAX_CHARS or len(self.blocks) >= MAX_BLOCKS:
                break

    def _open(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCK_TAGS:
            self._flush()
            self.owners.append(element)
        elif tag == "br":
            self._break()
        elif tag == "a":
            self.links += 1
        if zone := zone_of(element):
            self.openers.append((element, zone))
            self.zoned = True
        self._add(element.text)

    def _close(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCK_TAGS:
            self._flush()
            self.owners.pop()
        elif tag == "a":
            self.links -= 1
        if self.openers and self.openers[-1][0] is element:
            self.openers.pop()
        if element is not self.root:
            self._add(element.tail)

    def _break(self) -> None:
        self.breaks += 1
        if self.breaks > 1:
            self._flush()
        else:
            self.parts.append(" ")

    def _add(self, text: str | None) -> None:
        if not text:
            return
        self.parts.append(text)
        if text.isspace():
            return
        self.breaks = 0
        if self.links > 0:
            self.linked += len(text.strip())

    def _flush(self) -> None:
        self.breaks = 0
        if not self.parts:
            return
        text, linked = fold_space("".join(self.parts)), self.linked
        self.parts.clear()
        self.linked = 0
        if not text:
            return
        owner = self.owners[-1] if self.owners else self.root
        text = text[: MAX_CHARS + 1]
        self.blocks.append(Block(text, owner, min(linked, len(text)), len(self.blocks), tuple(self.openers)))
        self.chars += len(text)


def _is_skipped(element: HtmlElement) -> bool:
    """Holds no text of the page: scripts, controls, and inline notes for screen readers ("opens in a new tab")."""
    if element.tag in SKIPPED:
        return True
    return element.tag in ("span", "i", "b", "em", "small") and Zone.HIDDEN in zone_of(element)
