"""A cheap extractor of our own: the container that holds the most prose, without its bad parts.

Linear in the size of the page, so it also stands in where a page is too big for the core.
"""

from __future__ import annotations

from collections import defaultdict

from lxml.html import HtmlElement

from monitor.extract.blocks import Block
from monitor.extract.zones import BAD, Zone

_PROSE_CHARS = 60
_ENDINGS = tuple(".!?…:)।؟。！？」』" + "\"'’”“»«")


def ends_like_sentence(text: str) -> bool:
    """Ends with what closes a sentence or a quotation in any script."""
    return text.endswith(_ENDINGS)


def is_prose(block: Block) -> bool:
    """Reads like a paragraph: long enough, ends like a sentence, at most half link, in no bad part of the page."""
    if block.zone & (BAD | Zone.MEDIA | Zone.CAPTION | Zone.HEADING) or block.link_share > 0.5:
        return False
    # Scripts without blanks say as much with a third of the characters.
    weight = len(block.text) * (3 if ord(block.text[0]) > 0x2E80 else 1)
    return weight >= _PROSE_CHARS and ends_like_sentence(block.text)


def best_container(blocks: list[Block]) -> HtmlElement | None:
    """The element that holds the most prose for its depth: a paragraph counts for its parent, half for the next."""
    scores: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks:
        if not is_prose(block):
            continue
        weight = float(min(len(block.text), 1000)) * (1.0 - block.link_share)
        share = 1.0
        for element in (block.element, *block.element.iterancestors()):
            if element.tag == "html" or (element is block.element and element.tag == "p"):
                continue
            scores[element] += weight * share
            share *= 0.85
    return max(scores, key=scores.__getitem__, default=None)


def by_container(blocks: list[Block]) -> list[str]:
    """The article's lines: what stands in the best container and is neither link list nor bad part."""
    container = best_container(blocks)
    if container is None:
        return [block.text for block in blocks if is_prose(block)]
    inside = set(container.iter())
    found = [block for block in blocks if block.element in inside and _keeps(block)]
    return [block.text for block in found]


def _keeps(block: Block) -> bool:
    if block.zone & (BAD | Zone.MEDIA | Zone.CAPTION | Zone.META) or block.tag == "h1":
        return False
    return block.link_share <= 0.6
