"""To come: candidates for base forms that no dictionary lists."""

from __future__ import annotations

from collections.abc import Iterator


def base_candidates(norm: str, language: str) -> Iterator[str]:
    """Words that `norm` could be an inflected form of, by rule; the caller keeps those that are base forms."""
    del norm, language
    yield from ()
