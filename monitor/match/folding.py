"""How letters are made comparable: one normal form for every word, and foldings of its diacritics.

The normal form is what text and rule share: NFKC, lower case, ß = ss, ё = е, no soft hyphens, stress marks or vowel
signs.  Foldings go further and are one-way (`lexicon.py` decides who may use them): `Muller` finds Müller, `Müller`
finds Mueller, and never Muller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from monitor.match.recent import LONGEST

_IGNORED: Final = re.compile("[\u00ad\u0300-\u036f\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff_]")
_USUAL: Final = re.compile(
    "[a-z0-9ß-öø-ÿ\u0101-\u0131\u0135-\u0137\u013a-\u013e\u0142-\u0148\u014b-\u017e\u0430-\u045f\u0491]*"
)
"""Lower-case words that need no more: of their letters NFKC changes none, and none combines with another."""
_LETTERS: Final = str.maketrans({"ё": "е", "’": "'", "ʼ": "'", "ʹ": "'", "`": "'", "‘": "'"})
_ARABIC: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي"})
_ARABIC_LETTER: Final = re.compile("[\u0621-\u06d3]")

# Letters that Unicode does not decompose, and what an agency writes instead.
_UNDECOMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "e", "ħ": "h", "ŋ": "n"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_LATIN_DIACRITIC: Final = re.compile("[\u00df-\u024f\u1e00-\u1eff]")

# Letters with diacritics that belong to a language's own spelling; others in its texts are foreign and fold freely.
_OWN_LETTERS: Final[Mapping[str, frozenset[str]]] = {
    "de": frozenset("äöü"),
    "en": frozenset(),
    "fr": frozenset("àâæçéèêëîïôœùûüÿ"),
    "es": frozenset("áéíñóúü"),
    "it": frozenset("àèéìíîòóùú"),
    "pt": frozenset("àáâãçéêíóôõúü"),
    "pl": frozenset("ąćęłńóśźż"),
    "nl": frozenset("áéëèïíóöüú"),
    "ru": frozenset(),
    "uk": frozenset(),
}


def normalise(word: str) -> str:
    """The normal form of one word, as described above; what looks the same to a reader is the same string."""
    return _remembered(word) if len(word) <= LONGEST else _normalised(word)


def _normalised(word: str) -> str:
    lowered = word.lower()
    if _USUAL.fullmatch(lowered):
        return lowered.replace("ß", "ss").replace("ё", "е")
    folded = unicodedata.normalize("NFKC", word).casefold()
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", folded)).translate(_LETTERS)
    return plain.translate(_ARABIC) if _ARABIC_LETTER.search(plain) else plain


_remembered = lru_cache(maxsize=4096)(_normalised)


def normalise_all(words: list[str]) -> list[str]:
    """The normal forms of many words at once, without a line break in them: for building dictionaries."""
    if not words:
        return []
    lowered = "\n".join(words).lower().replace("ß", "ss").replace("ё", "е").split("\n")
    return [norm if _USUAL.fullmatch(norm) else normalise(word) for word, norm in zip(words, lowered, strict=True)]


def fold(norm: str) -> str:
    """A normal form without Latin diacritics (müller -> muller, erdoğan -> erdogan); other scripts stay."""
    if not _LATIN_DIACRITIC.search(norm):
        return norm
    decomposed = unicodedata.normalize("NFD", norm.translate(_UNDECOMPOSED))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def spell_out(norm: str) -> str:
    """A normal form with umlauts as two letters (müller -> mueller, ærø -> aeroe), other diacritics folded."""
    return fold(norm.translate(_UMLAUTS))


def has_umlaut(norm: str) -> bool:
    """Whether a normal form holds ä, ö or ü, which fold one way only."""
    return not {"ä", "ö", "ü"}.isdisjoint(norm)


def foreign_to(norm: str, language: str | None) -> bool:
    """Whether all Latin diacritics of a normal form are foreign to the spelling of `language` (ISO 639-1)."""
    own = _OWN_LETTERS.get(language or "")
    return own is not None and own.isdisjoint(norm)


def uses_diacritics(language: str) -> bool:
    """Whether the spelling of `language` has Latin diacritics of its own."""
    return bool(_OWN_LETTERS.get(language))
