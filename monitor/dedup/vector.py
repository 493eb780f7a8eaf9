"""Texts as weighted terms, and how much a term's rarity says.

Terms are Snowball stems, kept as hashes of 32 bits; a capitalised one weighs double.  Rarity (idf: the log of all
documents over those with the term, the one at hand counted in both) is learnt from what was seen, per language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import Stemmer
import xxhash

from monitor.model.story import NO_TERMS, Rarity, Vector

NAME_WEIGHT = 2.0
SATURATION = 1.2
KEPT_TERMS = 300
VECTOR_TERMS = 200
BUCKETS = 1 << 17
"""Places in the table of counts; some rare terms share one."""

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


KNOWN_WORDS = 6_000
"""So many words of a language are remembered with their terms: most of a text, and 1 MB."""
_NAMED, _LETTER = 1 << 32, 1 << 33


class _Terms:
    """The terms of a language's words as written: the hash of the stem, and what kind of word it is."""

    def __init__(self, language: str) -> None:
        name = _SNOWBALL.get(language)
        # Without its cache: what is known is kept here.
        self._stemmer = Stemmer.Stemmer(name, 0) if name else None
        self._known: dict[str, int] = {}

    def of(self, words: Sequence[str]) -> npt.NDArray[np.uint64]:
        """One number for each word: the term, plus `_NAMED` or `_LETTER`."""
        known = self._known
        if len(known) > KNOWN_WORDS:
            self._known = known = {}
        new = [word for word in words if word not in known]
        for word, stem in zip(new, self._stems([word.casefold() for word in new]), strict=True):
            kind = _LETTER if len(word) == 1 else _NAMED if word[0].isupper() else 0
            known[word] = term_hash(stem) | kind
        return np.fromiter(map(known.__getitem__, words), np.uint64, len(words))

    def _stems(self, words: list[str]) -> list[str]:
        stems: list[str] = self._stemmer.stemWords(words) if self._stemmer is not None else words
        return stems


@lru_cache(maxsize=8)
def _terms(language: str) -> _Terms:
    return _Terms(language)


def terms_of(words: Sequence[str], language: str) -> npt.NDArray[np.uint32]:
    """The terms of words as written; a lone letter has none."""
    known = _terms(language).of(words)
    return known[known < _LETTER].astype(np.uint32)


def term_weights(words: Sequence[str], times: npt.NDArray[np.float64], language: str) -> Vector:
    """The 300 heaviest terms of an article with their weight before rarity: a saturating count as in BM25.

    `words` are distinct, as written, case kept; `times` is how often each counts.
    """
    known = _terms(language).of(words)
    longer = known < _LETTER
    known, times = known[longer], times[longer]
    terms, place = np.unique(known.astype(np.uint32), return_inverse=True)
    count = np.bincount(place, times, len(terms))
    named = np.bincount(place, known >= _NAMED, len(terms)) > 0
    weights = count / (count + SATURATION) * np.where(named, NAME_WEIGHT, 1.0)
    return heaviest(Vector(terms, weights.astype(np.float32)), KEPT_TERMS)


def term_hash(term: str) -> int:
    """The 32-bit number that stands for a term in vectors."""
    return xxhash.xxh32_intdigest(term.encode("utf-8", "surrogatepass"))


def heaviest(vector: Vector, limit: int) -> Vector:
    """The vector with its `limit` heaviest terms only."""
    if len(vector.terms) <= limit:
        return vector
    kept = np.sort(np.argsort(-vector.weights, kind="stable")[:limit])
    return Vector(vector.terms[kept], vector.weights[kept])


def term_keys(language: str, terms: npt.NDArray[np.uint32]) -> list[int]:
    """Signed 64-bit keys of a language's terms, for SQL."""
    keys: list[int] = (terms | np.uint64(term_hash(language) << 32)).view(np.int64).tolist()
    return keys


@lru_cache(maxsize=KNOWN_WORDS)
def key_hash(key: str) -> int:
    """A signed 64-bit key of what is shared across languages (a number, a name's skeleton), for SQL."""
    digest = xxhash.xxh64_intdigest(f"*\x1f{key}".encode("utf-8", "surrogatepass"))
    return digest - (1 << 64) if digest >= 1 << 63 else digest


def lesson_every(documents: int) -> int:
    """Every how many documents rarity is learnt anew: 5 % of what is known, at least 4, at most 256 (a few ms)."""
    return max(4, min(256, documents // 20))


def no_rarity() -> Rarity:
    """The state before any document."""
    return Rarity(0, np.zeros(BUCKETS, dtype=np.uint32))


def learnt(rarity: Rarity, documents: Sequence[Vector]) -> Rarity:
    """The state after more documents."""
    counts = rarity.counts.copy()
    for document in documents:
        counts[document.terms % BUCKETS] += 1
    return Rarity(rarity.documents + len(documents), counts)


def weighted(terms: Vector, rarity: Rarity) -> Vector:
    """A document's 200 heaviest terms as a vector of length 1."""
    if not rarity.documents:
        return unit(terms)
    counts = rarity.counts[terms.terms % BUCKETS]
    rare = np.maximum(np.log((rarity.documents + 2) / (counts + 1.5)), 0.0).astype(np.float32)
    return unit(heaviest(Vector(terms.terms, terms.weights * rare), VECTOR_TERMS))


def unit(vector: Vector) -> Vector:
    """The vector with length 1, without terms that weigh nothing; an empty one stays empty."""
    heavy = vector.weights > 0
    if not heavy.all():
        vector = Vector(vector.terms[heavy], vector.weights[heavy])
    length = np.sqrt(vector.weights @ vector.weights)
    return Vector(vector.terms, vector.weights / length) if length else vector


def mean(parts: Sequence[tuple[Vector, int]], limit: int) -> Vector:
    """The mean of vectors with so many votes each: its `limit` heaviest terms, length 1."""
    if not parts:
        return NO_TERMS
    every = np.concatenate([vector.terms for vector, _ in parts])
    votes = np.concatenate([vector.weights * np.float32(votes) for vector, votes in parts])
    terms, place = np.unique(every, return_inverse=True)
    return unit(heaviest(Vector(terms, np.bincount(place, votes, len(terms)).astype(np.float32)), limit))


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike a vector is to others: the cosine with each, and how many terms they share."""

    cosines: npt.NDArray[np.float64]
    shared: npt.NDArray[np.int64]


def likeness(vector: Vector, others: Sequence[Vector]) -> Likeness:
    """A vector of length 1 compared with others of length 1, all at once."""
    if not len(vector.terms) or not others:
        return Likeness(np.zeros(len(others)), np.zeros(len(others), dtype=np.int64))
    terms = np.concatenate([other.terms for other in others])
    owner = np.repeat(np.arange(len(others)), [len(other.terms) for other in others])
    at = np.minimum(np.searchsorted(vector.terms, terms), len(vector.terms) - 1)
    same = vector.terms[at] == terms
    weights = np.concatenate([other.weights for other in others])[same] * vector.weights[at[same]]
    whose, count = owner[same], len(others)
    return Likeness(np.bincount(whose, weights, count).astype(np.float64), np.bincount(whose, minlength=count))
