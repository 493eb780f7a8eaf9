"""Where sentences end: surviving abbreviations, ordinals, initials and quotes.

A full stop ends a sentence unless the word before it is an abbreviation, an initial or (in languages that write
ordinals with a dot) a number, or what follows goes on in small letters.  A line break always ends one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from monitor.match.wordlists import word_sets

_MARK: Final = re.compile("[.!?…]+|[。！？]|\n")
# A run of end marks with the quotes and brackets that close after it, then white space; or a line break.  No letter
# fits two places of it, and a run that ends no sentence is left behind at once: hostile text costs no more.
_END: Final = re.compile(
    r"([.!?…]+|[。！？]+)((?:[\u00a0\u202f ]»(?!\w)|[\"'»”’“«)\]])*)(\s+|$)|([。！？]+[”」』）]*)|\n+"
)
_WORD_BEFORE: Final = re.compile(r"([^\W_]+(?:[.\-’'][^\W_]+)*)$")
_LETTER_AND_DOT: Final = re.compile(r"[^\W\d_]\.")
_OPENING: Final = "\"'«»„“”‚‘’([—–-¿¡ \u00a0"

_LONGEST_ABBREVIATION: Final = 24
"""Letters looked at before a full stop, so that the cost stays linear."""
_ORDINAL_LANGUAGES: Final = frozenset({"de", "pl", "cs", "da", "nb", "no", "fi", "hu", "sk", "sl", "hr", "tr"})


def split_sentences(text: str, language: str | None) -> list[tuple[int, int]]:
    """Start and end of each sentence of `text`, without the white space between them; empty for a blank text."""
    spans: list[tuple[int, int]] = []
    start = 0
    at = 0
    while mark := _MARK.search(text, at):
        found = _END.match(text, mark.start())
        at = found.end() if found else mark.end()
        if found and ("\n" in found.group() or found.group(4) or _ends_here(text, start, found, language)):
            _append(spans, text, start, at)
            start = at
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    part = text[start:end].rstrip()
    if kept := len(part.lstrip()):
        spans.append((start + len(part) - kept, start + len(part)))


def _ends_here(text: str, start: int, found: re.Match[str], language: str | None) -> bool:
    marks, after = found.group(1), text[found.end() : found.end() + 40].lstrip(_OPENING)
    if not after:
        return True
    if after[0].islower():
        return False
    if marks != "." or not (
        before := _WORD_BEFORE.search(text, max(start, found.start(1) - _LONGEST_ABBREVIATION), found.start(1))
    ):
        return True
    if found.group(2) and found.group(2)[0] not in "'’":
        return True
    return not _abbreviates(before.group(1), after, language)


def _abbreviates(word: str, after: str, language: str | None) -> bool:
    """Whether the full stop behind `word` belongs to the word, given the text `after` it."""
    if len(word) == 1 and word.isalpha() and _LETTER_AND_DOT.match(after):
        return True
    if len(word) == 1 and word.isalpha() and word.isupper():
        return language is not None or after[0].isupper()
    if word.isdigit():
        return len(word) <= 2 and (language in _ORDINAL_LANGUAGES or language is None) and after[0].isalpha()
    known = _abbreviations(language)
    lowered = word.lower()
    if lowered not in known and not (len(lowered) > 3 and lowered.rpartition(".")[2] in known and "." in lowered):
        return False
    return not (lowered in word_sets("abbreviations")["may_close"] and after[0].isupper() and _opens_sentence(after))


def _opens_sentence(after: str) -> bool:
    first = re.match(r"\w+", after)
    return first is not None and first.group().lower() in word_sets("abbreviations")["openers"]


@cache
def _abbreviations(language: str | None) -> frozenset[str]:
    """Those of a language; of all languages, where they are no words elsewhere, for an unknown one."""
    lists = word_sets("abbreviations")
    if language is not None and language in lists:
        return lists[language]
    special = ("may_close", "openers", "also_words")
    return frozenset().union(*(words for key, words in lists.items() if key not in special)) - lists["also_words"]
