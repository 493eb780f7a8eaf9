"""Index keys of many terms in little room: a sorted table of hashes.

A name comes with some thirty keys (its case endings in ten languages), 100 000 rules with millions.  As strings in a
dict they took 600 MB, as 12 bytes each they take 20; that matters more than the microsecond that bisecting costs, which
only words seen for the first time pay.  Of each key 60 bits are kept, so that one false hit is to be expected in some
10^12 look-ups among a million keys.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from xxhash import xxh3_64_intdigest

from monitor.model.match import How

_HOW: Final = tuple(How)
_RANK: Final = {how: rank for rank, how in enumerate(_HOW)}
_HOW_MASK: Final = 0xF
_MANY: Final = 100_000


def packed(keys: Mapping[str, How]) -> bytes:
    """Keys with their ways, eight bytes each."""
    return array("Q", [_place(key) | _RANK[how] for key, how in keys.items()]).tobytes()


def _place(key: str) -> int:
    return xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) & ~_HOW_MASK


class KeyTable:
    """Key -> numbers of the terms that have it."""

    def __init__(self, terms: Iterable[tuple[int, bytes]]) -> None:
        codes, owners = array("Q"), array("I")
        for number, keys in terms:
            codes.frombytes(keys)
            owners.extend([number] * (len(keys) // codes.itemsize))
        self._codes, self._owners = _sorted(codes, owners)

    def find(self, keys: Iterable[str]) -> Iterator[tuple[int, How]]:
        """The terms that have one of `keys`, in the order of these."""
        codes, owners = self._codes, self._owners
        for key in keys:
            place = _place(key)
            at = bisect_left(codes, place)
            while at < len(codes) and codes[at] & ~_HOW_MASK == place:
                yield owners[at], _HOW[codes[at] & _HOW_MASK]
                at += 1


def _sorted(codes: array[int], owners: array[int]) -> tuple[array[int], array[int]]:
    if len(codes) < _MANY:
        pairs = sorted(zip(codes, owners, strict=True))
        return array("Q", [code for code, _ in pairs]), array("I", [owner for _, owner in pairs])
    import numpy as np  # noqa: PLC0415 - 0.1 s to load, saves seconds of sorting in large watchlists only

    order = np.argsort(np.frombuffer(codes, dtype=np.uint64), kind="stable")
    in_order, owned = array("Q"), array("I")
    in_order.frombytes(np.frombuffer(codes, dtype=np.uint64)[order].tobytes())
    owned.frombytes(np.frombuffer(owners, dtype=np.uint32)[order].tobytes())
    return in_order, owned
