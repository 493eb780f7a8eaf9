"""Takes out of an extracted text what is not the article: repeated title, credits, link lines, calls to subscribe."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from monitor.extract.blocks import Block, key_of
from monitor.extract.own import ends_like_sentence
from monitor.extract.phrases import (
    SHORT,
    asks_for_money,
    is_call,
    is_credit,
    is_source_note,
    points_elsewhere,
)
from monitor.extract.zones import BAD, Zone


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Lines kept, and those taken out with why."""

    lines: tuple[str, ...]
    removed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what is known of it.  `agreed`: our own extractor took it too."""

    text: str
    key: str
    number: int
    places: Sequence[Block]
    agreed: bool
    titles: Collection[str]
    repeated: bool

    @property
    def linked(self) -> bool:
        return bool(self.places) and all(block.link_share > 0.5 for block in self.places)

    def stands_in(self, zone: Zone) -> bool:
        """All places of the line in the page are in such a zone."""
        return bool(self.places) and all(block.zone & zone for block in self.places)


def trim(
    lines: Sequence[str], *, titles: Sequence[str], blocks: Sequence[Block] = (), agreed: Collection[str] = ()
) -> Trimmed:
    """`lines` without what is not the article.

    `titles` are the page's headline and its other wordings; `blocks` tell where each line stands in the page; `agreed`
    are the keys of the lines that our own extractor takes for the article.
    """
    places = places_of(blocks)
    counts = Counter(key_of(line) for line in lines)
    keys = frozenset(key_of(title) for title in titles if title)
    kept: list[str] = []
    removed: list[tuple[str, str]] = []
    for number, text in enumerate(lines):
        key = key_of(text)
        line = _Line(text, key, number, places.get(key, ()), key in agreed, keys, counts[key] > 1)
        why = next((why for why, applies in _RULES if applies(line)), None)
        if why is None:
            kept.append(text)
        else:
            removed.append((why, text))
    return _trim_ends(kept, removed, places)


def _trim_ends(kept: list[str], removed: list[tuple[str, str]], places: Mapping[str, Sequence[Block]]) -> Trimmed:
    head = _leading_scraps(kept, places)
    removed += [("before the text", line) for line in kept[:head]]
    kept = kept[head:]
    tail = _trailing_links(kept, places)
    removed += [("link list", line) for line in kept[len(kept) - tail :]]
    kept = kept[: len(kept) - tail]
    lonely = _lonely_subheads(kept, places)
    removed += [("subhead of nothing", line) for line in kept[len(kept) - lonely :]]
    return Trimmed(tuple(kept[: len(kept) - lonely]), tuple(removed))


_MAX_PLACES = 8
"""A text that stands in more places is decided by the first ones; hostile pages repeat one thousands of times."""


def places_of(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    """The blocks of the page by what they say."""
    places: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        found = places[key_of(block.text)]
        if len(found) < _MAX_PLACES:
            found.append(block)
    return places


def _repeats_title(line: _Line) -> bool:
    if line.number >= 6 and not any(block.tag == "h1" for block in line.places):
        return False
    return any(
        line.key == title or (len(line.key) > 20 and line.key in title and len(line.key) > 0.8 * len(title))
        for title in line.titles
    )


def _in_margin(line: _Line) -> bool:
    """Where only the core took it and the page says that it is no text."""
    if line.agreed or not line.stands_in(BAD | Zone.META):
        return False
    if line.stands_in(Zone.SHARE) and not line.stands_in(BAD & ~Zone.SHARE):
        # "premium" and "paywall" also name the wrappers of paragraphs that are for subscribers.
        return len(line.text) <= 200
    return True


_RULES: tuple[tuple[str, Callable[[_Line], bool]], ...] = (
    ("no words", lambda line: not line.key),
    ("repeats the title", _repeats_title),
    ("headline of its own", lambda line: not line.agreed and any(block.tag == "h1" for block in line.places)),
    ("caption", lambda line: not line.agreed and line.stands_in(Zone.CAPTION) and len(line.text) < 500),
    ("caption", lambda line: not line.agreed and line.stands_in(Zone.MEDIA) and len(line.text) < 100),
    ("margin of the page", _in_margin),
    ("call to read or subscribe", lambda line: len(line.text) <= SHORT and is_call(line.text)),
    ("credit", lambda line: is_credit(line.text)),
    ("note on sources", lambda line: is_source_note(line.text)),
    ("paywall", lambda line: asks_for_money(line.text)),
    ("link to another article", lambda line: line.linked and points_elsewhere(line.text)),
    ("nothing but a link", lambda line: not line.agreed and len(line.text) >= 40 and _all_link(line)),
    ("repeated", lambda line: line.repeated and not line.agreed and not ends_like_sentence(line.text)),
)


def _all_link(line: _Line) -> bool:
    return bool(line.places) and all(block.link_share >= 0.8 and block.tag in ("p", "div") for block in line.places)


_MAX_SCRAPS = 2


def _leading_scraps(lines: Sequence[str], places: Mapping[str, Sequence[Block]]) -> int:
    """How many short lines without a sentence (kicker, byline, date) stand before the first paragraph."""
    for number, line in enumerate(lines[: _MAX_SCRAPS + 1]):
        if len(line) >= 60 or ends_like_sentence(line) or ord(line[0]) > 0x2E80:
            return number
        if any(Zone.LEAD in block.zone for block in places.get(key_of(line), ())):
            return number
    return 0


def _trailing_links(lines: Sequence[str], places: Mapping[str, Sequence[Block]]) -> int:
    """How many lines at the end are nothing but links."""
    count = 0
    for line in reversed(lines):
        found = places.get(key_of(line), ())
        if not found or any(block.link_share < 0.8 for block in found):
            break
        count += 1
    return count if count < len(lines) else 0


def _lonely_subheads(lines: Sequence[str], places: Mapping[str, Sequence[Block]]) -> int:
    """How many headings at the end have nothing below them: they announce what was taken away."""
    count = 0
    for line in reversed(lines[1:]):
        found = places.get(key_of(line), ())
        if not found or not all(block.is_heading for block in found):
            break
        count += 1
    return count
