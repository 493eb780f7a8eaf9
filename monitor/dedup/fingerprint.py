"""Fingerprints of texts: shingles to compare exactly, and few of them to find candidates by.

Shingles are runs of four tokens, hashed.  Winnowing (Schleimer, Wilkerson, Aiken 2003) keeps the smallest hash of each
window: of 32 for a report (24 for 400 words), of fewer for short texts.  A smaller window keeps all that a larger one
would, so two texts with a run of 35 tokens in common share one, however long they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.model.story import Shingles

SHINGLE = 4
WINDOW = 32
SMALLEST_WINDOW = 8
WINDOWS = 6
"""So many windows beside each other there are at least, before they shrink."""
MAX_FINGERPRINTS = 400
_MULTIPLIERS = tuple(np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


Hash = TypeVar("Hash", np.uint32, np.uint64)


def hashes_of(distinct: Sequence[str], order: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
    """One 64-bit hash for each shingle, in the text's order, case aside; texts shorter than a shingle have none.

    `order` are the text's words by their places in `distinct` (see `words.numbered`).
    """
    if len(order) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    folded = "\n".join(distinct).casefold().encode("utf-8", "surrogatepass").split(b"\n")
    digests = np.frombuffer(b"".join(map(xxhash.xxh64_digest, folded)), dtype=">u8").astype(np.uint64)
    each = digests[order]
    count = len(each) - SHINGLE + 1
    total = each[:count]
    for offset, multiplier in enumerate(_MULTIPLIERS, start=1):
        total = (total ^ (total >> np.uint64(29))) * multiplier + each[offset : count + offset]
    return (total ^ (total >> np.uint64(32))) * _MULTIPLIERS[0]


def shingles_of(hashes: npt.NDArray[np.uint64]) -> Shingles:
    """The set of a text's shingles as sorted 32-bit hashes: 2 KB for an agency report."""
    return _distinct((hashes >> np.uint64(32)).astype(np.uint32))


def fingerprints_of(hashes: npt.NDArray[np.uint64]) -> tuple[int, ...]:
    """The winnowed hashes, as signed 64-bit integers for SQL; at most 400."""
    if not len(hashes):
        return ()
    window = min(len(hashes), WINDOW, max(SMALLEST_WINDOW, len(hashes) // WINDOWS))
    chosen = _distinct(_smallest(hashes, window))
    # Of a long text the smallest hashes, not every n-th: two versions of it must choose the same ones.
    return tuple(chosen[:MAX_FINGERPRINTS].view(np.int64).tolist())


def _smallest(hashes: npt.NDArray[np.uint64], window: int) -> npt.NDArray[np.uint64]:
    """The smallest hash of each window: of one twice as wide it is the smaller one of both halves."""
    wide = 1
    while 2 * wide <= window:
        hashes = np.minimum(hashes[:-wide], hashes[wide:])
        wide *= 2
    rest = window - wide
    return np.minimum(hashes[:-rest], hashes[rest:]) if rest else hashes


def _distinct(hashes: npt.NDArray[Hash]) -> npt.NDArray[Hash]:
    """Sorted, without repetitions (`np.unique` takes three times as long)."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def shared(a: Shingles, b: Shingles) -> Shingles:
    """The shingles that both texts have."""
    return np.intersect1d(a, b, assume_unique=True)
