"""Fingerprints of texts: shingles to compare exactly, and few of them to find candidates by.

Shingles are runs of four tokens, hashed.  Winnowing (Schleimer, Wilkerson, Aiken 2003) keeps the smallest hash of each
window of 24, about 20 for a report of 250 words, and guarantees that two texts with a run of 27 tokens in common share
one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.model.story import Shingles

SHINGLE = 4
WINDOW = 24
MAX_FINGERPRINTS = 400
_MULTIPLIERS = tuple(np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


def hashes_of(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """One 64-bit hash for each shingle, in the text's order; texts shorter than a shingle have none."""
    if len(words) < SHINGLE:
        return np.empty(0, dtype=np.uint64)
    digest = xxhash.xxh64_intdigest
    each = np.fromiter(
        (digest(word.encode("utf-8", "surrogatepass")) for word in words), dtype=np.uint64, count=len(words)
    )
    total = each[: len(each) - SHINGLE + 1].copy()
    for offset, multiplier in enumerate(_MULTIPLIERS, start=1):
        total = (total ^ (total >> np.uint64(29))) * multiplier + each[offset : len(each) - SHINGLE + 1 + offset]
    return (total ^ (total >> np.uint64(32))) * _MULTIPLIERS[0]


def shingles_of(hashes: npt.NDArray[np.uint64]) -> Shingles:
    """The set of a text's shingles as sorted 32-bit hashes: 2 KB for an agency report."""
    return np.unique((hashes >> np.uint64(32)).astype(np.uint32))


def fingerprints_of(hashes: npt.NDArray[np.uint64]) -> tuple[int, ...]:
    """The winnowed hashes, as signed 64-bit integers for SQL; at most 400, evenly spread over a long text."""
    if not len(hashes):
        return ()
    if len(hashes) > WINDOW:
        hashes = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1)
    else:
        hashes = hashes.min(keepdims=True)
    chosen = np.unique(hashes)
    if len(chosen) > MAX_FINGERPRINTS:
        # The smallest hashes, not every n-th: two versions of a long text must choose the same ones.
        chosen = chosen[:MAX_FINGERPRINTS]
    return tuple(int(value) for value in chosen.view(np.int64))


def shared(a: Shingles, b: Shingles) -> Shingles:
    """The shingles that both texts have."""
    return np.intersect1d(a, b, assume_unique=True)
