"""Which language a text is in: its script first, then its commonest words, checked against what was declared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from monitor.match.wordlists import word_sets

LANGUAGES: Final = ("de", "en", "ru", "fr", "es", "it", "pt", "pl", "uk", "nl")
"""Languages whose words are analysed (ISO 639-1)."""

_LATIN: Final = re.compile("[a-zà-ɏḀ-ỿ]+")
_SCRIPTS: Final = re.compile(
    "(?P<cyrillic>[\u0400-\u04ff]+)|(?P<arabic>[\u0600-\u06ff]+)|(?P<kana>[\u3040-\u30ff]+)"
    "|(?P<han>[\u4e00-\u9fff]+)|(?P<hangul>[\uac00-\ud7af]+)|(?P<greek>[\u0370-\u03ff]+)|(?P<hebrew>[\u0590-\u05ff]+)"
    "|(?P<thai>[\u0e00-\u0e7f]+)|(?P<devanagari>[\u0900-\u097f]+)|(?P<georgian>[\u10a0-\u10ff]+)"
    "|(?P<armenian>[\u0530-\u058f]+)"
)
_ONE_LANGUAGE: Final = {
    "hangul": "ko", "greek": "el", "hebrew": "he", "thai": "th", "devanagari": "hi", "georgian": "ka", "armenian": "hy",
}  # fmt: skip
_CYRILLIC: Final = ("ru", "uk", "bg", "sr", "be")
_TELLING: Final[Mapping[str, str]] = {"uk": "їєґ", "be": "ў", "sr": "ђћљњџј", "ru": "ыэъё"}
_SAMPLE_LETTERS: Final = 1500
SHORT_LETTERS: Final = 200
"""Texts with fewer letters are never sure."""


def recognise(text: str, *, declared: str | None) -> tuple[str | None, bool]:
    """The language of `text` (ISO 639-1, None where undecided) and whether that is sure.

    `declared` is what feed or page says (`de`, `de-AT`, `en_US` …), or None.  Sure means 200 letters or more, a clear
    winner, and no disagreement with what was declared; otherwise the language is the better guess of the two.
    """
    said = base_language(declared)
    sample = text[:_SAMPLE_LETTERS].lower()
    guess, clear, letters = _guess(sample)
    if guess is None:
        return said, False
    if said is not None and said != guess:
        return (guess if clear and letters >= SHORT_LETTERS // 4 else said), False
    return guess, clear and letters >= SHORT_LETTERS


def base_language(declared: str | None) -> str | None:
    """`de-AT` and `DE_at` -> `de`; None for nothing, or for what is no language tag."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", declared or "")
    return {"iw": "he", "no": "nb", "in": "id"}.get(code := found.group(1).lower(), code) if found else None


def candidate_languages(text: str) -> tuple[str, ...]:
    """The analysed languages that a text or word of this script could be in, for texts of unknown language."""
    if re.search("[\u0400-\u04ff]", text):
        return ("ru", "uk")
    return tuple(language for language in LANGUAGES if language not in _CYRILLIC)


def _guess(sample: str) -> tuple[str | None, bool, int]:
    """The likeliest language of lower-case text, whether it is a clear winner, and the number of letters seen."""
    letters = _letters(sample)
    total = sum(letters.values())
    if not total:
        return None, False, 0
    script, count = letters.most_common(1)[0]
    if letters["kana"] > 0.05 * total:
        return "ja", True, 3 * total
    if script == "han":
        return "zh", True, 3 * total
    clear = count > 0.7 * total
    if script == "arabic":
        return ("fa" if re.search("[پچژگ]", sample) else "ar"), clear, total
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script], clear, total
    language, won = _by_stop_words(sample, script)
    return language, won and clear, total


def _letters(sample: str) -> Counter[str]:
    """How many letters of each script there are, Latin ones first: where there are no others, that is all."""
    rest = _LATIN.sub("", sample)
    letters = Counter(latin=len(sample) - len(rest))
    if not rest.isascii():
        for found in _SCRIPTS.finditer(rest):
            letters[found.lastgroup or ""] += len(found.group())
    return letters


def _by_stop_words(sample: str, script: str) -> tuple[str | None, bool]:
    languages = _having_stop_words()
    scores = {each: 0.0 for each in word_sets("stop_words") if (each in _CYRILLIC) == (script == "cyrillic")}
    found = filter(languages.__contains__, re.findall(r"[^\W\d_]+", sample))
    for word, count in Counter(found).items():
        for language in languages[word]:
            if language in scores:
                scores[language] += count
    for language, telling in _TELLING.items():
        if language in scores:
            scores[language] += sum(sample.count(letter) for letter in telling)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    (best, most), (_, next_most) = ranked[0], ranked[1]
    if most in (0, next_most):
        return None, False
    return best, most >= 5 and most >= 1.3 * next_most


@cache
def _having_stop_words() -> Mapping[str, tuple[str, ...]]:
    """For each stop word the languages that have it."""
    found: dict[str, list[str]] = {}
    for language, words in word_sets("stop_words").items():
        for word in words:
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}
