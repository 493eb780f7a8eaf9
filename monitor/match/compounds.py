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
_SHORTEST: Final = 2
_DEPTH: Final = 4


class Vocabulary(Protocol):
    """What a dictionary knows of words in normal form."""

    def begins(self, norm: str) -> bool:
        """Whether a word can stand first or in the middle: a noun, an adjective, the stem of a verb."""

    def ends(self, norm: str) -> bool:
        """Whether a word can stand last."""


def split_compound(norm: str, language: str, words: Vocabulary, *, shortest: int = 4) -> tuple[str, ...]:
    """The parts of a compound, large and small (atomwaffen, atom, waffen, sperrvertrag …); empty for a simple word.

    Parts have `shortest` letters or more; what they are joined to may be one of the usual short words (Gas-preis).
    """
    links = _LINKS.get(language)
    if links is None or not shortest + _SHORTEST <= len(norm) <= _LONGEST:
        return ()
    parts = _parts(norm, _Rules(links, words, shortest), _DEPTH)
    return tuple(dict.fromkeys(part for part in parts if len(part) >= shortest))


class _Rules(NamedTuple):
    links: tuple[str, ...]
    words: Vocabulary
    shortest: int


_Cut = tuple[str, str]


def _parts(norm: str, rules: _Rules, depth: int) -> Iterator[str]:
    """The parts of the best cut and theirs, and what stands before each of the last ones (klimaschutz, gesetz)."""
    if depth == 0 or norm in word_sets("particles")["simple"]:
        return
    for left, right in _best_cuts(norm, rules, depth):
        yield left
        yield right
        yield from _parts(left, rules, depth - 1)
        for part in _parts(right, rules, depth - 1):
            yield part
            if right.endswith(part):
                yield from _before_last(norm.removesuffix(part), rules)


def _before_last(head: str, rules: _Rules) -> Iterator[str]:
    """What the last part of a compound is joined to, without its link element: freihandel(s) of Freihandelsabkommen."""
    yield from (head.removesuffix(link) for link in rules.links if head.endswith(link))


def _best_cuts(norm: str, rules: _Rules, depth: int) -> tuple[_Cut, ...]:
    """The cut whose right-hand side is a known word, the longest such; else one whose right-hand side can be cut.

    Where a link element might also begin the word behind it (krieg-sende, kriegs-ende), both.
    """
    cuts = list(_cuts(norm, rules))
    known = [cut for cut in cuts if rules.words.ends(cut[1])]
    if known:
        first = known[0][0]
        return tuple(cut for cut in known if cut[0].removesuffix("s") == first.removesuffix("s"))
    return tuple(cut for cut in cuts if any(True for _ in _parts(cut[1], rules, depth - 1)))[:1]


def _cuts(norm: str, rules: _Rules) -> Iterator[_Cut]:
    """Cuts behind a word that can begin a compound, with its link element, the longest right-hand side first."""
    for at in range(_SHORTEST, len(norm) - _SHORTEST + 1):
        right = norm[at:]
        for link in rules.links:
            left = norm[:at].removesuffix(link)
            if norm[:at].endswith(link) and _fits(left, link, right, rules):
                yield left, right
                break


def _fits(left: str, link: str, right: str, rules: _Rules) -> bool:
    """Whether both sides are long enough and may stand there; short ones are taken from lists of usual ones."""
    lists = word_sets("particles")
    if right in lists["no_right"] and not (link in ("s", "e") and right in lists["linked_right"]):
        return False
    if len(left) < rules.shortest and not (left in lists["short_left"] and len(right) > rules.shortest):
        return False
    if len(right) < rules.shortest and not (right in lists["short_right"] and len(left) >= rules.shortest):
        return False
    return left not in lists["no_left"] and (left in lists["bound_left"] or rules.words.begins(left))
