"""How a clause presents what it says: hypothetical, negated, quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.model.rule import Label


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that gave a label: offsets into the sentence and the text there."""

    start: int
    end: int
    text: str


def label_group(sentence_text: str, spans: Sequence[tuple[int, int]], language: str | None) -> Mapping[Label, Cue]:
    """Which labels hold for the words at `spans` of a sentence, each with the cue that gave it."""
    del sentence_text, spans, language
    return {}
