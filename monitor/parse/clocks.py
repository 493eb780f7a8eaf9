"""Times of day in date texts, with the half of the day that a clock of twelve hours needs: else it is none."""

from __future__ import annotations

import re

from monitor.parse.calendar_names import MONTHS, folded


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CLOCK = re.compile(
    r"(?<![\d:+])(\d{1,2})(?::|\s?h\s?|\s?[時时点點시]\s?)(\d{1,2})(?:(?:[:.]|\s?[分분])\s*(\d{1,2})(?:[.,]\d+)?)?"
    r"(?:\s?[分분秒초])?(?![\d:])"
)
_DOTTED_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})\.(\d{2})(?![\d.])")
_TOLD_CLOCK = re.compile(
    r"(?:\b(?:klo?|um|kell|pukul|pkl|ore|alle|om|a las|godz)\.?\s*"
    r"|(?=[\d.]+\s?(?:uhr|uur|h|wib|wita|wit|ptg|pg|[ap]\.?m)\b))"
    r"(?<![\d.:])(\d{1,2})\.(\d{2})()(?![\d.])",
    re.IGNORECASE,
)
"""Hours and minutes with a dot, which could be day and month, where a word says that they are none."""
_LAST_CLOCK = re.compile(
    r"(?:(?<=\d{4})|(?<=\d{4}-\d\d-\d\d))\.?(?:\sr\.)?[\s,]+(?:[-–|]\s+)?(\d{1,2})\.(\d{2})()"
    r"(?=(?:\s[A-Z]{2,5}|\s?[+-]\d{2}:?\d{2})?\Z)"
)
"""The same behind a whole date, as Danes, Swedes and Indonesians write it: the day has been told by then."""
_FULL_HOUR = re.compile(r"(?<![\d:.,])(\d{1,2})()()(?=\s?(?:(?:uhr|h|[ap]\.?m)\b|[時时点點시]))", re.IGNORECASE)

_HALF = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_BEHIND = re.compile(r"(?:\s*(?=[ap]m\b)|(?=[ap](?!\w|\.\w)))([ap])", re.IGNORECASE)
_BEFORE = re.compile(r"\bam\s?\Z", re.IGNORECASE)
"""Beside its clock only: in German "am" is a preposition."""
_WORD = re.compile(r"[^\W\d_][^\s\d,،;:()\[\]/-]*")
_AFTERNOON = _set_of("pm p.m μμ μ.μ م مساء مساءً ös ب.ظ अपराह्न ਬਾ.ਦੁ m.d pasdite chiều ptg gd")
_FORENOON = _set_of("midnight a.m πμ π.μ ص صباحا صباحاً صباحًا öö ق.ظ पूर्वाह्न ਪੂ.ਦੁ p.d paradite sáng pg gh")
_EASTERN_AFTERNOON = re.compile("下午|晚上|晚间|傍晚|晚|오후|午後|夕方|夜")
_EASTERN_FORENOON = re.compile("上午|凌晨|早上|清晨|早晨|오전|午前")
_LATER = re.compile(
    r"\s*(?:(?:de la|de l['’]|da|du|della|del|di|in the|nel|po|по|la)\s?)?(?:tarde|soir|après-midi|pomeriggio|sera"
    r"|afternoon|evening|nachmittags|abends|popodne|podne|poslijepodne|popoldne|поподне|подне|послијеподне|вечера|вечора|дня"
    r"|południu|wieczorem|odpoledne|večer|ettermiddag|eftermiddag|kvällen|iltapäivällä|ip|e\.m|nm|pēcpusdienā|pēcpusd"
    r"|öğleden|tối|sore|petang)(?![^\W\d_])",
    re.IGNORECASE,
)
_AT_NIGHT = re.compile(
    r"\s*(?:(?:de la|da|de|di|at|tengah)\s)?(?:noche|noite|nuit|notte|ночи|ночі|night|nachts|nocy|v noci|malam|đêm)\b",
    re.IGNORECASE,
)
"""Eleven at night is before midnight, two at night behind it: which of the others is, nobody says."""
_UNKNOWN_HALF = re.compile(r"\s*([\u0600-\u06ff\u0900-\u0dff\u0e80-\u109f\u1200-\u137f\u1780-\u17ff][^\s\d,،;:()]*)")
"""A word right behind a clock, in scripts of those who count twelve hours."""

Clock = tuple[int, int, int]


def take_clock(text: str) -> tuple[Clock | None, str]:
    """Hour, minute and second, and the text without them; ValueError where the half of the day is not clear."""
    found = _clock_in(text)
    if not found:
        return None, text
    hour, minute, second = (int(part or 0) for part in found.groups())
    before, behind = text[: found.start()], text[found.end() :]
    half = _half(before, behind)
    if half is None and 1 <= hour <= 12 and _says_what_nobody_knows(behind):
        raise ValueError(text)
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return (hour, minute, second), f"{before} ; {behind}"


def names_half(word: str) -> bool:
    """Whether `word` is one for the forenoon or the afternoon."""
    return word.casefold().strip(".") in _AFTERNOON | _FORENOON | {"am", "a", "p"}


def _half(before: str, behind: str) -> str | None:
    """Which half of the day the text says: "a", "p" or None."""
    before, behind = (_HALF.sub(r"\1m", part) for part in (before, behind))
    if beside := _BEHIND.match(behind):
        return beside[1].lower()
    rest = f"{before} {behind}"
    words = {word.rstrip(".") for word in _WORD.findall(rest.casefold())}
    if words & _AFTERNOON or _LATER.match(behind) or _EASTERN_AFTERNOON.search(rest):
        return "p"
    return "a" if words & _FORENOON or _BEFORE.search(before) or _EASTERN_FORENOON.search(rest) else None


def _says_what_nobody_knows(behind: str) -> bool:
    word = _UNKNOWN_HALF.match(behind)
    return bool(_AT_NIGHT.match(behind) or (word and folded(word[1]) not in MONTHS))


def _clock_in(text: str) -> re.Match[str] | None:
    dotted = _DOTTED_CLOCK.search(text)
    if dotted and re.search(r"\d{4}", text[: dotted.start()] + " " + text[dotted.end() :]):
        return dotted  # a year elsewhere: so this is not the day
    for pattern in (_CLOCK, _TOLD_CLOCK, _FULL_HOUR, _LAST_CLOCK):
        if found := pattern.search(text):
            return found
    return None
