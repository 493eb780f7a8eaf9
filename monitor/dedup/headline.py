"""Headlines of a series: the same words said of others.

"Adlera names new finance chief" and "Corvex names new finance chief" are two pieces of news, alike but for one word.  A
text would tell (`copies.guard`); of a bare headline only its frame and its names are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from math import ceil

from monitor.dedup.words import raw_tokens

WORDS_MAX = 300
"""More is no headline; comparing them takes the square of their number."""
FRAME = 2
"""So many words are the same at least."""
ALIKE = 2 / 3
"""Names that share so much of the shorter one, from its beginning, may be two forms of one: China, Chinese."""
NOUNS_CAPITALISED = frozenset({"de", "lb", "nds"})


def about_others(a: str, b: str, language: str = "") -> bool:
    """Whether two headlines differ in names or numbers only, in the same places, and have no name in common.

    A name in common speaks for one event ("quake of 5.6 hits Norrholm", then 5.8).  An English title with every word
    capitalised always has one, so the answer is no.  In German a noun in common is none: there one name in place of
    another tells, a number alone does not.
    """
    first, second = raw_tokens(a), raw_tokens(b)
    if max(len(first), len(second)) > WORDS_MAX:
        return False
    frame, named, differing = 0, False, []
    for kind, i, j, k, end in _aligned(first, second):
        if kind == "equal":
            named = named or any(word[0].isupper() for word in first[max(i, 1) : j])
            frame += sum(n == 0 or not word[0].isdigit() for n, word in enumerate(first[i:j], start=i))
        elif kind == "replace":
            differing.append((first[i:j], second[k:end]))
        else:
            return False
    if named and not (language in NOUNS_CAPITALISED and any(_names(*parts) for parts in differing)):
        return False
    return frame >= FRAME and bool(differing) and all(_are_others(*parts) for parts in differing)


def _names(a: Sequence[str], b: Sequence[str]) -> bool:
    return a[0][0].isupper() and b[0][0].isupper()


def _aligned(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    one, two = [word.casefold() for word in first], [word.casefold() for word in second]
    codes = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    return [(kind, i, j, k, end) for kind, i, j, k, end in codes]


def _are_others(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether both parts consist of names and numbers, and are no two ways to write the same."""
    if any(word[0].islower() for word in (*a, *b)):
        return False
    one, two = "".join(a).casefold(), "".join(b).casefold()
    if one in two or two in one or one == _initials(b) or two == _initials(a):
        return False
    shorter = min(len(one), len(two))
    return one[0].isdigit() or one[: ceil(ALIKE * shorter)] != two[: ceil(ALIKE * shorter)]


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words).casefold()
