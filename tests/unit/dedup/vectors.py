"""Small vectors written out, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from monitor.dedup.vector import likeness, term_hash
from monitor.model.story import Vector


def vector_of(weights: Mapping[str, float]) -> Vector:
    """Terms, written out, as a vector."""
    by_hash = sorted((term_hash(term), weight) for term, weight in weights.items())
    terms, found = zip(*by_hash, strict=True) if by_hash else ((), ())
    return Vector(np.array(terms, dtype=np.uint32), np.array(found, dtype=np.float32))


def cosine(a: Vector, b: Vector) -> float:
    """Likeness of two vectors of length 1."""
    return float(likeness(a, [b]).cosines[0])
