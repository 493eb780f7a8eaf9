"""Takes out of an extracted text what is not the article: repeated title, credits, link lines, calls to subscribe."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.blocks import Block, key_of
from monitor.extract.zones import Zone

_CALL = re.compile(
    r"^(?:read more|read also|also read|read next|see also|more on this|related(?: articles?| stories| "
    r"content)?|recommended|"
    r"lesen sie auch|lesen sie mehr|mehr zum thema|mehr dazu|das könnte sie auch interessieren|weiterlesen|auch "
    r"interessant|zum thema|"
    r"lire aussi|à lire aussi|lisez aussi|voir aussi|sur le même sujet|lea también|lee también|leer más|te "
    r"puede interesar|leggi anche|"
    r"lees ook|les også|läs också|lue myös|læs også|czytaj też|czytaj także|zobacz też|čtěte také|читайте также|"
    r"читать далее|смотрите также|читайте також|"
    r"abonnieren|jetzt abonnieren|subscribe(?: now)?|sign up|newsletter|advertisement|anzeige|werbung|publicité|"
    r"publicidad|реклама|"
    r"teilen|share(?: this)?(?: article| story)?|drucken|print|kommentare?|comments?|follow us|folgen sie uns|"
    r"copy link|link kopieren|"
    r"getty images|afp|reuters|dpa|ap|epa|imago|loading\.*|wird geladen\.*)\s*[:.…>»!]*$",
    re.IGNORECASE,
)
_CALL_WITH_LINK = re.compile(
    r"^(?:read more|read also|also read|read next|see also|read|more|related|watch|listen|lesen sie auch|lesen "
    r"sie mehr|lesen sie hier|mehr zum thema|auch interessant|"
    r"lire aussi|à lire aussi|lisez aussi|voir aussi|lea también|lee también|leggi anche|lees ook|les også|läs "
    r"också|lue myös|læs også|czytaj też|"
    r"czytaj także|zobacz też|čtěte také|читайте также|смотрите также|читайте також|>>|►|▶|→)\s*[:|–-]?\s*\S",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^\W*(?:©|\(c\)\s|foto(?:s|grafie)?\s*[:|/]|photos?\s*(?:by\b|[:|/])|bild(?:er|quelle|nachweis)?\s*:|"
    r"image(?: credit| source)?s?\s*:|picture\s*:|"
    r"crédits?(?: photo)?s?\s*:|copyright\b|credit\s*:|quelle\s*:\s*\S{1,20}$|фото\s*:|zdjęcie\s*:|file photo\b)",
    re.IGNORECASE,
)
_SHORT = 160
"""Characters above which a line is a paragraph, whatever it begins with."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Lines kept, and those taken out with why."""

    lines: tuple[str, ...]
    removed: tuple[tuple[str, str], ...]


def trim(lines: Sequence[str], *, title: str, blocks: Sequence[Block] = ()) -> Trimmed:
    """`lines` without what is not the article; `blocks` tell where each stood in the page."""
    places = places_of(blocks)
    kept: list[str] = []
    removed: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        why = _verdict(line, number, title, places.get(key_of(line), ()))
        if why is None:
            kept.append(line)
        else:
            removed.append((why, line))
    tail = _trailing_links(kept, places)
    removed.extend(("link list", line) for line in kept[len(kept) - tail :])
    kept = kept[: len(kept) - tail]
    kept = _without_lonely_subheads(kept, places)
    return Trimmed(tuple(kept), tuple(removed))


def places_of(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    """The blocks of the page by what they say."""
    places: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        places[key_of(block.text)].append(block)
    return places


def is_call(line: str) -> bool:
    """A line that only asks to read, share, subscribe."""
    return bool(_CALL.match(line))


def is_credit(line: str) -> bool:
    """A line that names who owns a picture."""
    return len(line) <= _SHORT and bool(_CREDIT.match(line))


def _verdict(line: str, number: int, title: str, places: Sequence[Block]) -> str | None:
    if not any(char.isalnum() for char in line):
        return "no words"
    if number < 4 and _repeats(line, title):
        return "repeats the title"
    if len(line) > _SHORT:
        return None
    if is_call(line):
        return "call to read or subscribe"
    if is_credit(line):
        return "credit"
    linked = bool(places) and all(block.link_share > 0.5 for block in places)
    if linked and _CALL_WITH_LINK.match(line):
        return "link to another article"
    if places and all(Zone.MEDIA in block.zone for block in places):
        return "caption"
    return None


def _repeats(line: str, title: str) -> bool:
    a, b = key_of(line), key_of(title)
    return bool(a) and bool(b) and (a == b or (len(a) > 20 and a in b and len(a) > 0.8 * len(b)))


def _trailing_links(lines: Sequence[str], places: dict[str, list[Block]]) -> int:
    """How many lines at the end are nothing but links."""
    count = 0
    for line in reversed(lines):
        found = places.get(key_of(line), ())
        if not found or any(block.link_share < 0.8 for block in found):
            break
        count += 1
    return count if count < len(lines) else 0


def _without_lonely_subheads(lines: list[str], places: dict[str, list[Block]]) -> list[str]:
    """A heading with nothing below it announces what was taken away."""
    while len(lines) > 1:
        found = places.get(key_of(lines[-1]), ())
        if not found or not all(block.is_heading for block in found):
            break
        lines = lines[:-1]
    return lines
