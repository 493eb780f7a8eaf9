"""Parts of compounds: Sanktionspolitik holds Sanktion and Politik.

A word is cut where both sides are known words, the left one perhaps with a link element, and each side is cut again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from monitor.match.wordlists import word_sets

# Elements between the parts; "" first, so that a word that is known as it stands wins.
_LINKS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": ("", "s", "es", "n", "en", "er", "e", "ens", "ns", "nen"),
    "nl": ("", "s", "e", "en", "er"),
}
COMPOUNDING: Final = frozenset(_LINKS)
"""Languages whose compounds are split."""

_LONGEST: Final = 45
_DEPTH: Final = 4


class Vocabulary(Protocol):
    """What a dictionary knows of words in normal form."""

    def begins(self, norm: str) -> bool:
        """Whether a word can stand first or in the middle: a noun, an adjective, the stem of a verb."""

    def ends(self, norm: str) -> bool:
        """Whether a word can stand last."""


def split_compound(norm: str, language: str, words: Vocabulary, *, shortest: int = 4) -> tuple[str, ...]:
    """The parts of a compound, large and small (atomwaffen, atom, waffen, sperrvertrag …); empty for a simple word.

    Parts have `shortest` letters or more.
    """
    links = _LINKS.get(language)
    if links is None or not 2 * shortest <= len(norm) <= _LONGEST:
        return ()
    return tuple(dict.fromkeys(_parts(norm, _Rules(links, words, shortest), _DEPTH)))


class _Rules(NamedTuple):
    links: tuple[str, ...]
    words: Vocabulary
    shortest: int


def _parts(norm: str, rules: _Rules, depth: int) -> Iterator[str]:
    """The parts of the best cut and theirs: the one whose right-hand side is a known word, the longest such."""
    if depth == 0:
        return
    deep = None
    for left, right in _cuts(norm, rules):
        if rules.words.ends(right):
            break
        if deep is None and any(True for _ in _parts(right, rules, depth - 1)):
            deep = left, right
    else:
        if deep is None:
            return
        left, right = deep
    for part in (left, right):
        yield part
        yield from _parts(part, rules, depth - 1)


def _cuts(norm: str, rules: _Rules) -> Iterator[tuple[str, str]]:
    """Cuts behind a word that can begin a compound, with its link element, the longest right-hand side first."""
    no_left, no_right = word_sets("particles")["no_left"], word_sets("particles")["no_right"]
    for at in range(rules.shortest, len(norm) - rules.shortest + 1):
        if norm[at:] in no_right:
            return
        for link in rules.links:
            left = norm[: at - len(link)]
            if not norm[:at].endswith(link) or len(left) < rules.shortest or left in no_left:
                continue
            if rules.words.begins(left):
                yield left, norm[at:]
                break
