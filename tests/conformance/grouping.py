"""Measures of grouping, and two well-known ways of finding near-duplicates, to compare with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.dedup.copies import Copy, decide_copy
from monitor.dedup.prepared import prepare
from monitor.dedup.words import tokens
from monitor.model.story import CopyCandidate

Bits = npt.NDArray[np.uint64]


def bcubed(found: Mapping[int, Hashable], gold: Mapping[int, Hashable]) -> tuple[float, float, float]:
    """Precision, recall and F of a grouping (Bagga and Baldwin 1998)."""
    by_found, by_gold = defaultdict(set), defaultdict(set)
    for item in gold:
        by_found[found[item]].add(item)
        by_gold[gold[item]].add(item)
    both = {item: len(by_found[found[item]] & by_gold[gold[item]]) for item in gold}
    precision = sum(both[item] / len(by_found[found[item]]) for item in gold) / len(gold)
    recall = sum(both[item] / len(by_gold[gold[item]]) for item in gold) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """A 95 % interval of a share."""
    z, p = 1.96, hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    spread = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - spread, middle + spread


Finder = Callable[[Sequence[tuple[str, str]]], list[int | None]]
"""Titles and texts in order of arrival to the index of the text that each copies, or None."""


def ours(documents: Sequence[tuple[str, str]]) -> list[int | None]:
    """This program's decision, with candidates by fingerprint as the store finds them."""
    holders: dict[int, list[int]] = defaultdict(list)
    known: list[CopyCandidate] = []
    answers: list[int | None] = []
    for index, (title, text) in enumerate(documents):
        prepared = prepare(title, "", text, None)
        counts: dict[int, int] = defaultdict(int)
        for fingerprint in prepared.fingerprints:
            for holder in holders[fingerprint]:
                counts[holder] += 1
        best = sorted(counts, key=lambda holder: (-counts[holder], holder))[:16]
        verdict = decide_copy(prepared, [known[holder] for holder in sorted(best)])
        answers.append(verdict.of if isinstance(verdict, Copy) else None)
        known.append(CopyCandidate(index, verdict.of if isinstance(verdict, Copy) else index, "s", 0, prepared))
        for fingerprint in prepared.fingerprints:
            holders[fingerprint].append(index)
    return answers


def _shingle_hashes(text: str) -> Bits:
    words = tokens(text)
    runs = {" ".join(words[start : start + 3]) for start in range(max(1, len(words) - 2))}
    return np.fromiter((xxhash.xxh64_intdigest(run.encode()) for run in runs), dtype=np.uint64, count=len(runs))


def simhash(documents: Sequence[tuple[str, str]]) -> list[int | None]:
    """SimHash of 64 bits (Charikar 2002), equal but for three bits (Manku, Jain, Das Sarma 2007)."""
    places = np.arange(64, dtype=np.uint64)
    signs: list[int] = []
    answers: list[int | None] = []
    for _, text in documents:
        bits = (_shingle_hashes(text)[:, None] >> places) & np.uint64(1)
        sign = int(sum(1 << place for place in range(64) if bits[:, place].sum() * 2 > len(bits)))
        answers.append(next((i for i, other in enumerate(signs) if (sign ^ other).bit_count() <= 3), None))
        signs.append(sign)
    return answers


def minhash_lsh(documents: Sequence[tuple[str, str]], threshold: float = 0.3, size: int = 128) -> list[int | None]:
    """MinHash (Broder 1997) in bands of two rows, the candidates checked by their estimated Jaccard likeness."""
    rng = np.random.default_rng(1)
    factors = rng.integers(1, 1 << 62, size=(size, 1), dtype=np.uint64) | np.uint64(1)
    offsets = rng.integers(0, 1 << 62, size=(size, 1), dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    signatures: list[Bits] = []
    answers: list[int | None] = []
    for index, (_, text) in enumerate(documents):
        hashes = _shingle_hashes(text)[None, :] * factors + offsets
        signature = (hashes ^ (hashes >> np.uint64(31))).min(axis=1)
        bands = [(band, signature[band : band + 2].tobytes()) for band in range(0, size, 2)]
        near = {other for band in bands for other in buckets[band]}
        scored = [(float((signatures[other] == signature).mean()), -other) for other in near]
        best = max(scored, default=(0.0, 0))
        answers.append(-best[1] if best[0] >= threshold else None)
        signatures.append(signature)
        for band in bands:
            buckets[band].append(index)
    return answers
