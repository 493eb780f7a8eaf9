"""Parts of compounds: Sanktionspolitik holds Sanktion and Politik.

A word is cut where both sides are known words, the left one perhaps with a link element, and each side is cut again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

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

Known = Callable[[str], bool]
"""Whether a form, in normal form, is a word that can stand in a compound."""


def split_compound(norm: str, language: str, known: Known, *, shortest: int = 4) -> tuple[str, ...]:
    """The parts of a compound, large and small (atomwaffen, atom, waffen, sperrvertrag …); empty for a simple word.

    Parts have `shortest` letters or more.
    """
    links = _LINKS.get(language)
    if links is None or not 2 * shortest <= len(norm) <= _LONGEST:
        return ()
    parts: dict[str, None] = {}
    for part in _parts(norm, links, known, shortest, _DEPTH):
        parts.setdefault(part)
    return tuple(parts)


def _parts(norm: str, links: tuple[str, ...], known: Known, shortest: int, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    for cut in _cuts(norm, links, known, shortest, depth):
        for part in cut:
            yield part
            yield from _parts(part, links, known, shortest, depth - 1)
        return


def _cuts(norm: str, links: tuple[str, ...], known: Known, shortest: int, depth: int) -> Iterator[tuple[str, str]]:
    """Cuts of `norm` into two words, the longest right-hand word first."""
    for at in range(shortest, len(norm) - shortest + 1):
        right = norm[at:]
        if not known(right) and not any(True for _ in _cuts_if_deep(right, links, known, shortest, depth - 1)):
            continue
        for link in links:
            left = norm[: at - len(link)]
            if (
                norm[:at].endswith(link)
                and len(left) >= shortest
                and left not in word_sets("particles")["no_left"]
                and known(left)
            ):
                yield left, right
                break


def _cuts_if_deep(
    norm: str, links: tuple[str, ...], known: Known, shortest: int, depth: int
) -> Iterator[tuple[str, str]]:
    if depth > 0 and len(norm) >= 2 * shortest:
        yield from _cuts(norm, links, known, shortest, depth)
