"""What matching found, with the words that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.reasons import Reason
from monitor.model.rule import Label


class How(StrEnum):
    """In which way a word of the text is a hit for a term."""

    EXACT = "exact"
    INFLECTED = "inflected"
    STEM = "stem"
    NAME_FORM = "name form"
    PART_OF = "part of"
    WILDCARD = "wildcard"
    FOLDED = "folded"
    REGEX = "regex"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that counted: `field` is title, lead, body, …; offsets are into that field's original text.

    For the body `paragraph` is the index of the block and the offsets are within it.  `group` numbers the evidence
    group (the words of one NEAR or event hit) it belongs to.
    """

    field: str
    paragraph: int
    start: int
    end: int
    text: str
    term: str
    how: How
    group: int = 0


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """An evidence group that a guard took, with the cue that labelled it."""

    label: Label
    cue: Evidence | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule makes of one document.

    `fired`: a hit.  Not fired with `held`: a guard took every group.  `waits`: cannot be decided before the full text.
    """

    rule_id: str
    fired: bool
    evidence: tuple[Evidence, ...] = ()
    held: tuple[HeldGroup, ...] = ()
    score: float | None = None
    waits: bool = False
    reason: Reason | None = None
