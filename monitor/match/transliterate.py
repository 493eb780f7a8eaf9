"""Likely spellings of a name in the other of two scripts, as a suggestion to a person (never to match with)."""

from __future__ import annotations

import re
from typing import Final

LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"

# Russian passport style (ICAO 9303, part 3), as English-language agencies write.
_TO_LATIN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch ie y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)

# Longest first; German and English letter groups as Russian agencies write them (Giljarevski and Starostin, practical
# transcription, simplified).
_TO_CYRILLIC: Final = {
    "schtsch": "щ", "shch": "щ", "tsch": "ч", "sch": "ш", "sh": "ш", "ch": "х", "kh": "х", "zh": "ж", "ts": "ц",
    "tz": "ц", "yu": "ю", "ya": "я", "ju": "ю", "ja": "я", "ei": "ай", "eu": "ой", "ck": "к", "ph": "ф", "th": "т",
    "qu": "кв", "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у",
    "v": "в", "w": "в", "x": "кс", "y": "и", "z": "з", "ä": "е", "ö": "ё", "ü": "ю", "ß": "с",
}  # fmt: skip
_GROUP: Final = re.compile("|".join(sorted(_TO_CYRILLIC, key=len, reverse=True)))


def other_script(name: str) -> tuple[str, str | None]:
    """The letters of the other script and the name's likely spelling in it; None for a name in neither script."""
    lower = name.lower()
    if any(letter in _TO_LATIN for letter in lower):
        return LATIN, _capitals("".join(_TO_LATIN.get(letter, letter) for letter in lower))
    if any(letter in LATIN for letter in lower):
        return CYRILLIC, _capitals(_GROUP.sub(lambda found: _TO_CYRILLIC[found[0]], lower))
    return "", None


def _capitals(name: str) -> str:
    return re.sub(r"\b\w", lambda found: found[0].upper(), name)
