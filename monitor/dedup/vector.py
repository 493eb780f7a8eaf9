"""Texts as weighted terms, and how much a term's rarity says.

Terms are Snowball stems; a capitalised one weighs double.  Rarity (idf: the log of all
documents over those with the term, the one at hand counted in both) is learnt from what was seen, per language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import Stemmer
import xxhash

from monitor.dedup.words import raw_tokens
from monitor.model.story import Rarity

NAME_WEIGHT = 2.0
LEAD_WORDS = 60
SATURATION = 1.2
KEPT_TERMS = 300
VECTOR_TERMS = 200
BUCKETS = 1 << 17

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = _SNOWBALL.get(language)
    return Stemmer.Stemmer(name) if name else None


def term_weights(title: str, written: Sequence[str], language: str) -> dict[str, float]:
    """The 300 heaviest terms of an article with their weight before rarity: a saturating count as in BM25.

    `written` are the words of the body as written, case kept.  The title counts three times, the first 60 words twice.
    """
    counts: dict[str, float] = {}
    named: set[str] = set()
    stemmer = _stemmer(language)
    for words, weight in ((raw_tokens(title), 3.0), (written[:LEAD_WORDS], 2.0), (written[LEAD_WORDS:], 1.0)):
        stems = _stems(stemmer, [word.casefold() for word in words])
        for word, stem in zip(words, stems, strict=True):
            if len(word) > 1:
                counts[stem] = counts.get(stem, 0.0) + weight
                if word[0].isupper():
                    named.add(stem)
    weights = {
        term: count / (count + SATURATION) * (NAME_WEIGHT if term in named else 1.0) for term, count in counts.items()
    }
    if len(weights) <= KEPT_TERMS:
        return weights
    return dict(sorted(weights.items(), key=lambda pair: -pair[1])[:KEPT_TERMS])


def _stems(stemmer: Stemmer.Stemmer | None, words: list[str]) -> list[str]:
    if stemmer is None:
        return words
    stems: list[str] = stemmer.stemWords(words)
    return stems


@lru_cache(maxsize=1 << 14)
def bucket(term: str) -> int:
    """The place of a term in the table of counts; 131 072 places, so some rare terms share one."""
    return xxhash.xxh32_intdigest(term.encode("utf-8", "surrogatepass")) % BUCKETS


def term_hash(language: str, term: str) -> int:
    """A signed 64-bit key of a term of a language, for SQL."""
    return _signed(xxhash.xxh64_intdigest(f"{language}\x1f{term}".encode("utf-8", "surrogatepass")))


def key_hash(key: str) -> int:
    """A signed 64-bit key of what is shared across languages (a number, a name's skeleton), for SQL."""
    return term_hash("*", key)


def _signed(digest: int) -> int:
    return digest - (1 << 64) if digest >= 1 << 63 else digest


def lesson_every(documents: int) -> int:
    """Every how many documents rarity is learnt anew: 5 % of what is known, at least 4, at most 64 (under 5 ms)."""
    return max(4, min(64, documents // 20))


def no_rarity() -> Rarity:
    """The state before any document."""
    return Rarity(0, np.zeros(BUCKETS, dtype=np.uint32))


def learnt(rarity: Rarity, documents: Sequence[Mapping[str, float]]) -> Rarity:
    """The state after more documents."""
    counts = rarity.counts.copy()
    for terms in documents:
        counts[[bucket(term) for term in terms]] += 1
    return Rarity(rarity.documents + len(documents), counts)


def weighted(terms: Mapping[str, float], rarity: Rarity) -> dict[str, float]:
    """A document's 200 heaviest terms as a vector of length 1."""
    if not terms or not rarity.documents:
        return unit(terms)
    counts = rarity.counts[[bucket(term) for term in terms]]
    rare = np.maximum(np.log((rarity.documents + 2) / (counts + 1.5)), 0.0)
    weights = np.fromiter(terms.values(), dtype=np.float64, count=len(terms)) * rare
    vector = dict(zip(terms, weights.tolist(), strict=True))
    if len(vector) > VECTOR_TERMS:
        vector = dict(sorted(vector.items(), key=lambda pair: -pair[1])[:VECTOR_TERMS])
    return unit(vector)


def unit(vector: Mapping[str, float]) -> dict[str, float]:
    """The vector with length 1; an empty one stays empty."""
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items() if weight > 0} if length else {}


def cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Likeness of two vectors of length 1."""
    if len(b) < len(a):
        a, b = b, a
    return sum(weight * b[term] for term, weight in a.items() if term in b)
