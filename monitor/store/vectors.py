"""Vectors as bytes: the terms, then their weights, little-endian; 8 bytes a term, and nothing to parse."""

from __future__ import annotations

import numpy as np

from monitor.model.story import Vector


def packed(vector: Vector) -> bytes:
    """What is stored."""
    return vector.terms.astype("<u4").tobytes() + vector.weights.astype("<f4").tobytes()


def unpacked(stored: bytes) -> Vector:
    """What was stored."""
    half = len(stored) // 2
    return Vector(np.frombuffer(stored, "<u4", half // 4), np.frombuffer(stored, "<f4", half // 4, half))
