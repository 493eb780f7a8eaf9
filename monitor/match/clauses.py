"""Clauses of a sentence and the clause that governs each."""

from __future__ import annotations

from typing import NamedTuple


class Clause(NamedTuple):
    """Start and end in the sentence's text, and the index of the governing clause (None: the main clause)."""

    start: int
    end: int
    governor: int | None


def split_clauses(sentence: str, language: str | None) -> tuple[Clause, ...]:
    """The clauses of a sentence in order."""
    del language
    return (Clause(0, len(sentence), None),)
