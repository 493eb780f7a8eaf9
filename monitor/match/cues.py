"""Cues of possibility and negation in a sentence, from the lists of `data/cues_<language>.txt`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from monitor.match.clauses import Clause, Kind, cue_lists
from monitor.model.rule import Label

_REACHES: Final = ("before", "modal", "after", "near", "close", "follow", "clause", "governs")
"""What a cue reaches: all behind it; its own verb; its subject; its phrase; the next noun; the word before; its clause;
only what its clause governs."""
_NAMES: Final = frozenset({"May", "Will"})
"""A month and a man, not verbs, when written with a capital."""
_WORD: Final = re.compile(r"[^\W_]+")
_PAST: Final = re.compile("[a-z]{2,}ed")
_Match = tuple[int, int, Label | None, str]


class Found(NamedTuple):
    """A cue in a sentence: its label, how it reaches (`_REACHES`, or condition) and where it stands."""

    label: Label
    reach: str
    start: int
    end: int


def find_cues(text: str, clauses: Sequence[Clause], language: str | None) -> Iterator[Found]:
    """All cues of a sentence, those of the lists first, in order."""
    yield from _cues(text, language)
    yield from _conditions(text, clauses)
    yield from _aims(text, language)


def _cues(text: str, language: str | None) -> list[Found]:
    """The cues of a sentence; one that lies inside a longer one, or inside an ignored phrase, is none."""
    found: list[_Match] = []
    for label, reach, expression in _expressions(language):
        matches = (match for match in expression.finditer(text) if match.group() not in _NAMES)
        found.extend((match.start(), match.end(), label, reach) for match in matches)
    clear = [one for one in found if not any(_covers(other, one) for other in found)]
    return [
        Found(label, reach, start, end) for start, end, label, reach in sorted(clear, key=lambda one: one[:2]) if label
    ]


def _covers(longer: _Match, shorter: _Match) -> bool:
    """Whether a cue of another meaning, or an ignored phrase, is longer and holds this one ("not ruled out")."""
    inside = longer[0] <= shorter[0] and shorter[1] <= longer[1]
    return inside and longer[1] - longer[0] > shorter[1] - shorter[0] and longer[2] is not shorter[2]


@cache
def _expressions(language: str | None) -> tuple[tuple[Label | None, str, re.Pattern[str]], ...]:
    lists = cue_lists(language)
    kinds: list[tuple[Label | None, str, frozenset[str]]] = [
        (label, reach, lists.get(f"{short}_{reach}", frozenset()))
        for short, label in (("hyp", Label.HYPOTHETICAL), ("neg", Label.NEGATED))
        for reach in _REACHES
    ]
    kinds.append((None, "ignored", lists.get("ignored", frozenset())))
    return tuple((label, reach, _expression(words)) for label, reach, words in kinds if words)


def _expression(words: frozenset[str]) -> re.Pattern[str]:
    """The longest cue first; `_` is a space, `*` any ending, `~` a few words in between (ruft~auf)."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    joined = "|".join(_pattern(word) for word in longest_first)
    attached = r"|n['’]t\b" if "n't" in words else ""
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w){attached}", re.IGNORECASE)


def _pattern(cue: str) -> str:
    special = {"'": "['’]", "*": r"\w*", "_": r"[\s'’-]+", "~": r"\b[^,;:]{1,60}?\b"}
    return "".join(special.get(letter) or re.escape(letter) for letter in cue)


def _aims(text: str, language: str | None) -> Iterator[Found]:
    """An English "to" before its verb speaks of an aim ("a law to ban …"), with two exceptions.

    What was begun or agreed is under way, and a headline's "to hold" is a plain future: no finite verb stands before.
    """
    lists = cue_lists(language)
    words = list(_WORD.finditer(text)) if "infinitive" in lists else []
    for before, word in pairwise(words):
        if word.group() in lists["infinitive"] and before.group().lower() not in lists["done_to"]:
            said = [other.group() for other in words if other.start() < before.end()]
            if any(other in lists["finite"] | lists["aiming"] or _PAST.fullmatch(other) for other in said):
                yield Found(Label.HYPOTHETICAL, "next", word.start(), word.end())


def _conditions(text: str, clauses: Sequence[Clause]) -> Iterator[Found]:
    """A conditional clause, and the clause that says what would follow."""
    for clause in clauses:
        if clause.kind is Kind.CONDITION:
            word = _WORD.search(text, clause.start, clause.end)
            if word is not None:
                yield Found(Label.HYPOTHETICAL, "condition", word.start(), word.end())
