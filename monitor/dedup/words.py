"""Words, numbers and names of a text, as comparing needs them (matching has its own, finer reading)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

import xxhash

MAX_CHARACTERS = 200_000
"""Comparing reads this much of a text: 30 000 words tell any two articles apart, and a 5 MB page stays cheap."""

MAX_FIGURES = 64

# Scripts written without spaces are read by character: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# The same for texts without such scripts, and for plain ASCII: three times as fast.
_ANY_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_SPACED_TOKEN = re.compile(r"[^\W_]+")
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’ ]\d{3}(?!\d))*(?:[.,]\d+)?")
_GROUPED = re.compile(r"[.,\u00a0\u202f'’ ](?=\d{3}(?:\D|$))")
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…»«\"“”„]\s*|\n\s*)[\W_]*$")


def normal(text: str) -> str:
    """Compatibility forms unified (NFKC), soft hyphens dropped, case folded; at most 200 000 characters."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return text.casefold()


def tokens(text: str) -> list[str]:
    """The words of a text in order, normalised; unspaced scripts by character."""
    text = normal(text)
    return _token_in(text).findall(text)


def _token_in(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _ASCII_TOKEN
    return _TOKEN if _ANY_UNSPACED.search(text) else _SPACED_TOKEN


def plain(markup: str) -> str:
    """The text of a feed's HTML fragment, roughly: good enough to compare, not to show."""
    return _TAG.sub(" ", markup) if "<" in markup else markup


def raw_tokens(text: str) -> list[str]:
    """The words of a text as written, case kept; compatibility forms unified as in `tokens`."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return _token_in(text).findall(text)


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, written one way: `1.200`, `1,200` and `1 200` are 1200, `2,5` is 2.5."""
    found = _NUMBER.findall(text[:MAX_CHARACTERS])
    return frozenset(_number(each) for each in found)


def figures(text: str) -> dict[int, str]:
    """What stands around each number (two words before, two after, hashed) and the number; at most 64.

    Times of day are left out: they say when a page was made.  Where the same words surround several numbers, none of
    them is kept, as it is not known which became which.
    """
    found: dict[int, str] = {}
    ambiguous: set[int] = set()
    for match in islice(_NUMBER.finditer(text[:MAX_CHARACTERS]), MAX_FIGURES):
        start, end = match.span()
        if text[end : end + 1] == ":" or text[max(0, start - 1) : start] == ":":
            continue
        before, after = tokens(text[max(0, start - 60) : start])[-2:], tokens(text[end : end + 60])[:2]
        around = xxhash.xxh32_intdigest(" ".join((*before, "#", *after)).encode("utf-8", "surrogatepass"))
        number = _number(match.group())
        if found.setdefault(around, number) != number:
            ambiguous.add(around)
    return {around: number for around, number in found.items() if around not in ambiguous}


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
    text = text[:MAX_CHARACTERS]
    inside: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for match in _token_in(text).finditer(text):
        if is_name_like(match.group()):
            begins = _SENTENCE_START.search(text, max(0, match.start() - 4), match.start())
            (first if begins else inside)[normal(match.group())] += 1
    return Counter({name: count + first[name] for name, count in inside.items()})


def similarity(a: str, b: str) -> float:
    """How many of the words of two titles are shared: 0 to 1 (Dice).  Two empty titles have nothing in common."""
    first, second = set(tokens(a)), set(tokens(b))
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))
