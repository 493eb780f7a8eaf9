"""How a clause presents what it says: hypothetical, negated, quoted.

Cues (`cues.py`) reach over words: most over what follows in their clause and in the clauses that this one governs
(`reach.py`, `clauses.py`), predicates over their subject, adjectives and nouns over their own phrase.  A group of
evidence words has a label if the cue reaches the words that tell the event: verbs and bare nouns, not what is known
(`known.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.match.clauses import cue_lists, has_verb, split_clauses
from monitor.match.cues import Found, find_cues
from monitor.match.known import CAPITAL_NOUNS, is_known_thing, is_meant
from monitor.match.reach import Reach, reach_of
from monitor.model.rule import Label

_WINDOW: Final = 1000
"""Letters looked at on both sides of the evidence: real sentences are shorter, and the cost stays bounded."""
_QUOTES: Final[Mapping[str, str]] = {
    "„": "“”", "“": "”“", "«": "»", "»": "«", "‚": "‘", "‘": "’", '"': '"', "「": "」", "『": "』",
}  # fmt: skip
"""Opening marks and what may close them."""
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that gave a label: offsets into the sentence and the text there."""

    start: int
    end: int
    text: str
    form: bool = False
    """Whether it is the form of the evidence itself that gave it (French and Polish conditionals)."""


def label_group(sentence_text: str, spans: Sequence[tuple[int, int]], language: str | None) -> Mapping[Label, Cue]:
    """Which labels hold for the words at `spans` of a sentence, each with the cue that gave it.

    Where the language has no cues (or is None) only `quoted` is decided.
    """
    if not spans:
        return {}
    start = max(0, min(low for low, _ in spans) - _WINDOW)
    text = sentence_text[start : max(high for _, high in spans) + _WINDOW]
    found = _labels(text, [(low - start, high - start) for low, high in spans], language)
    return {label: replace(cue, start=cue.start + start, end=cue.end + start) for label, cue in found.items()}


def _labels(text: str, spans: Sequence[tuple[int, int]], language: str | None) -> dict[Label, Cue]:
    labels: dict[Label, Cue] = {}
    if (quote := _quote_around(text, spans)) is not None:
        labels[Label.QUOTED] = _cue(text, quote, quote + 1)
    if not cue_lists(language):
        return labels
    clauses = split_clauses(text, language)
    telling = [span for span in spans if not is_known_thing(text, span, language)]
    for found in find_cues(text, spans, clauses, language):
        if found.label in labels:
            continue
        meant = [span for span in spans if span in telling or is_meant(text, span, found, language)]
        if found.reach in ("noun", "verb"):
            meant = [span for span in meant if _is_verb(text[slice(*span)], language) == (found.reach == "verb")]
        if _reaches(reach_of(found, clauses, text, language), meant, found):
            labels[found.label] = _cue(text, found.start, found.end, form=found.reach == "self")
    if Label.HYPOTHETICAL not in labels and telling and _is_open_question(text, language):
        at = text.rindex("?")
        labels[Label.HYPOTHETICAL] = _cue(text, at, at + 1)
    return labels


def _cue(text: str, start: int, end: int, *, form: bool = False) -> Cue:
    return Cue(start, end, text[start:end], form)


def _is_verb(word: str, language: str | None) -> bool:
    """Whether a word is no noun, as far as its letters tell: the capital in German, the past ending in Russian."""
    if language in CAPITAL_NOUNS:
        return not word[:1].isupper()
    return has_verb([word.lower()], language)


def _reaches(reach: Reach, spans: Sequence[tuple[int, int]], found: Found) -> bool:
    """Whether at least half of the words lie in reach; the cue's own do not count, unless their form is the cue."""
    if found.reach != "self":
        spans = [(start, end) for start, end in spans if end <= found.start or start >= found.end]
    reached = sum(any(start >= low and end <= high for low, high in reach) for start, end in spans)
    return bool(spans) and 2 * reached >= len(spans)


def _is_open_question(text: str, language: str | None) -> bool:
    """A question whose answer is not known; one that asks why or how takes the event for granted."""
    first = _WORD.search(text)
    asks_how = first is not None and first.group().lower() in cue_lists(language).get("open_question", ())
    return text.rstrip("\"'»”“’) ").endswith("?") and not asks_how


def _quote_around(text: str, spans: Sequence[tuple[int, int]]) -> int | None:
    """Where the quotation starts that holds most of the words; None if none does."""
    for low, high in _quotations(text):
        if 2 * sum(low <= start and end <= high for start, end in spans) > len(spans):
            return low
    return None


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each quotation, from left to right; one that is not closed goes to the end."""
    start, closing = -1, ""
    for at, letter in enumerate(text):
        apostrophe = letter in "’‘'" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
        if start < 0 and letter in _QUOTES and not apostrophe:
            start, closing = at, _QUOTES[letter]
        elif start >= 0 and letter in closing and not apostrophe:
            yield start, at
            start = -1
    if start >= 0:
        yield start, len(text)
