"""Finds the standfirst that extractors lose: the one sentence that rules match on most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.blocks import Block, key_of
from monitor.extract.zones import BAD, Zone

_ENDINGS = (".", "!", "?", "…", ".”", ".“", '."', "»", "。", "」", "！", "？", "।", "؟", "”", "“", '"')
_MIN_CHARS = 40
_MAX_CHARS = 1200


@dataclass(frozen=True, slots=True)
class Standfirst:
    """`text` and whether it has to be put before the extracted lines."""

    text: str
    missing: bool
    why: str


def find_standfirst(
    blocks: Sequence[Block], lines: Sequence[str], *, title: str, description: str
) -> Standfirst | None:
    """The standfirst between the headline and the first extracted paragraph, or the first line if it is one.

    A block counts when it equals (or begins, or is begun by) the page's own description, or when its class says so; it
    stands in no picture, share or card part, is at most half link, and ends like a sentence unless it is the
    description itself.
    """
    present = [key_of(line) for line in lines]
    text_key = "".join(present)
    first = _first_extracted(blocks, present)
    start = _headline_before(blocks, title, first)
    told = key_of(description)
    for block in blocks[start:first]:
        why = _is_standfirst(block, told, title) or _is_deck(block, start)
        if why is None:
            continue
        key = key_of(block.text)
        return Standfirst(block.text, missing=key not in text_key, why=why)
    return _first_line(lines, told)


def _first_extracted(blocks: Sequence[Block], present: Sequence[str]) -> int:
    """The index of the block that the extracted text begins with."""
    wanted = {key for key in present[:4] if len(key) > 25}
    for block in blocks:
        if key_of(block.text) in wanted and not Zone.MODAL & block.zone:
            return block.index + 1
    return len(blocks) if not present else 0


def _headline_before(blocks: Sequence[Block], title: str, first: int) -> int:
    key = key_of(title)
    found = [block.index for block in blocks[:first] if block.is_heading and key_of(block.text) == key]
    if not found:
        found = [block.index for block in blocks[:first] if block.tag == "h1"]
    return found[0] + 1 if found else max(0, first - 12)


def _is_standfirst(block: Block, told: str, title: str) -> str | None:
    key = key_of(block.text)
    if not key or key == key_of(title) or not _MIN_CHARS <= len(block.text) <= _MAX_CHARS:
        return None
    if block.zone & (BAD | Zone.MEDIA | Zone.CAPTION | Zone.META) & ~Zone.RELATED or block.link_share > 0.5:
        return None
    if told and len(told) > 30 and (key == told or told.startswith(key) or key.startswith(told[:-3])):
        return "is the page's description"
    if Zone.RELATED in block.zone and Zone.LEAD not in block.zone:
        return None
    if Zone.LEAD in block.zone and block.text.endswith(_ENDINGS):
        return "its class says so"
    return None


def _is_deck(block: Block, start: int) -> str | None:
    """A second heading right below the headline, named as its deck: it may end without a full stop."""
    near = block.index <= start + 1 and block.is_heading and Zone.LEAD in block.zone and block.link_share < 0.5
    if near and _MIN_CHARS <= len(block.text) <= _MAX_CHARS and not block.zone & (BAD | Zone.MEDIA | Zone.CAPTION):
        return "a heading below the headline, and its class says so"
    return None


def _first_line(lines: Sequence[str], told: str) -> Standfirst | None:
    if not lines or not told:
        return None
    key = key_of(lines[0])
    if len(told) > 30 and (key == told or told.startswith(key) or key.startswith(told[:-3])):
        return Standfirst(lines[0], missing=False, why="first line is the page's description")
    return None
