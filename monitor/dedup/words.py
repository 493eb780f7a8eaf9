"""Words, numbers and names of a text, as comparing needs them (matching has its own, finer reading)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import xxhash

MAX_CHARACTERS = 200_000
"""Comparing reads this much of a text: 30 000 words tell any two articles apart, and a 5 MB page stays cheap."""

MAX_FIGURES = 64

# Scripts written without spaces are read by character: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# The same for texts without such scripts, and for plain ASCII: three times as fast, and ten times.
_ANY_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_SPACED_TOKEN = re.compile(r"[^\W_]+")
# From a letter on that is none of the usual small ones: the words as written whose first letter may be a capital.
_NO_CAPITAL = r"\W\d_a-zß-öø-ÿа-џ"
_CAPITALISED = re.compile(rf"[^{_NO_CAPITAL}{_UNSPACED}][^\W_{_UNSPACED}]+")
_SPACED_CAPITALISED = re.compile(rf"[^{_NO_CAPITAL}][^\W_]+")
_ASCII_CAPITALISED = re.compile(r"[A-Z][A-Za-z0-9]+")
_WORD_CHARACTER = re.compile(rf"[^\W_{_UNSPACED}]")
_ASCII_GAPS = str.maketrans({code: " " for code in range(128) if not chr(code).isalnum()})
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’ ]\d{3}(?!\d))*(?:[.,]\d+)?")
_GROUPED = re.compile(r"[.,\u00a0\u202f'’ ](?=\d{3}(?:\D|$))")
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…»«\"“”„]\s*|\n\s*)[\W_]*$")


def unified(text: str) -> str:
    """Compatibility forms unified (NFKC), soft hyphens dropped, case kept; at most 200 000 characters."""
    text = text[:MAX_CHARACTERS]
    return text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\u00ad", "")


def normal(text: str) -> str:
    """The same, case folded."""
    return unified(text).casefold()


def tokens(text: str) -> list[str]:
    """The words of a text in order, normalised; unspaced scripts by character."""
    return words_of(normal(text))


def words_of(text: str) -> list[str]:
    """The words of a text that is `unified`, in order, as written; unspaced scripts by character."""
    return text.translate(_ASCII_GAPS).split() if text.isascii() else _token_in(text).findall(text)


def _token_in(text: str) -> re.Pattern[str]:
    return _TOKEN if _ANY_UNSPACED.search(text) else _SPACED_TOKEN


def plain(markup: str) -> str:
    """The text of a feed's HTML fragment, roughly: good enough to compare, not to show."""
    return _TAG.sub(" ", markup) if "<" in markup else markup


def raw_tokens(text: str) -> list[str]:
    """The words of a text as written, case kept; compatibility forms unified as in `tokens`."""
    return words_of(unified(text))


def numbered(words: Sequence[str]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """The distinct words, and the place of each word among them."""
    distinct = list(dict.fromkeys(words))
    places = dict(zip(distinct, range(len(distinct)), strict=True))
    return distinct, np.fromiter(map(places.__getitem__, words), np.intp, len(words))


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, written one way: `1.200`, `1,200` and `1 200` are 1200, `2,5` is 2.5."""
    return frozenset(map(_number, _NUMBER.findall(text[:MAX_CHARACTERS])))


def figures(text: str) -> dict[int, str]:
    """What stands around each number (see `quantities`), and the number."""
    return quantities(text)[1]


def quantities(text: str) -> tuple[frozenset[str], dict[int, str]]:
    """The numbers of a text; and what stands around each (two words before, two after, hashed) with the number.

    Of the latter at most 64.  Times of day are left out there: they say when a page was made.  Where the same words
    surround several numbers, none of them is kept, as it is not known which became which.
    """
    # Not unified: 1½ would become 11/2, and the mark of a footnote a part of its number.
    folded = text[:MAX_CHARACTERS].replace("\u00ad", "").casefold()
    matches = list(_NUMBER.finditer(folded))
    around: dict[int, str] = {}
    ambiguous: set[int] = set()
    for match in matches[:MAX_FIGURES]:
        start, end = match.span()
        if folded[end : end + 1] == ":" or folded[max(0, start - 1) : start] == ":":
            continue
        before, after = words_of(folded[max(0, start - 60) : start])[-2:], words_of(folded[end : end + 60])[:2]
        place = xxhash.xxh32_intdigest(" ".join((*before, "#", *after)).encode("utf-8", "surrogatepass"))
        number = _number(match.group())
        if around.setdefault(place, number) != number:
            ambiguous.add(place)
    found = frozenset(_number(match.group()) for match in matches)
    return found, {place: number for place, number in around.items() if place not in ambiguous}


def corrections(before: Mapping[int, str], after: Mapping[int, str]) -> list[tuple[str, str]]:
    """The numbers that became others in the same place (see `figures`): old and new."""
    changed = ((before[around], number) for around, number in after.items() if before.get(around, number) != number)
    return sorted(changed)


@lru_cache(maxsize=4096)
def _number(written: str) -> str:
    joined = _GROUPED.sub("", written).replace(",", ".")
    whole, dot, decimals = joined.partition(".")
    return (whole.lstrip("0") or "0") + (dot + decimals if decimals.strip("0") else "")


def is_name_like(word: str) -> bool:
    """Whether a word as written begins with a capital letter and is no lone initial."""
    return len(word) > 1 and word[0].isupper()


def names(text: str) -> Counter[str]:
    """Capitalised words of a text, normalised, with their counts; those that only ever begin a sentence are left out.

    In German that includes every noun: whoever compares names compares what the other text lacks, so words shared by
    a template do not matter.
    """
    text = unified(text)
    inside: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for match in _capitalised_in(text).finditer(text):
        word, start = match.group(), match.start()
        if word[0].isupper() and (start == 0 or not _is_inside_word(text[start - 1])):
            begins = _SENTENCE_START.search(text, max(0, start - 4), start)
            (first if begins else inside)[word.casefold()] += 1
    return Counter({name: count + first[name] for name, count in inside.items()})


def _capitalised_in(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _ASCII_CAPITALISED
    return _CAPITALISED if _ANY_UNSPACED.search(text) else _SPACED_CAPITALISED


def _is_inside_word(before: str) -> bool:
    """Whether what follows the character goes on with its word: not behind a script that is read by character."""
    return _WORD_CHARACTER.match(before) is not None


def similarity(a: str, b: str) -> float:
    """How many of the words of two titles are shared: 0 to 1 (Dice).  Two empty titles have nothing in common."""
    first, second = set(tokens(a)), set(tokens(b))
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))
