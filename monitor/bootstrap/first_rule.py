"""A first rule out of what somebody types: words, phrases in quotes, or an expression of the rule language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.config.build import slug
from monitor.match.syntax import parse_expression
from monitor.match.wordlists import word_sets

OPERATORS = re.compile(r"\b(?:AND|OR|NOT|NEAR|BEFORE|COUNT)\b")
_TERM = re.compile(r'"[^"]+"|[^\s,;]+')
_EDGES = "\"'`´‘’“”„«»‹›()[]{}<>,;:!?…*$=/\\|~^#@&"
"""What stands around a word without belonging to it."""


@dataclass(frozen=True, slots=True)
class FirstRule:
    """A rule to begin with; `sample` is a sentence that it must find, None where none can be told from the words."""

    id: str
    name: str
    match: str
    sample: str | None


def first_rule(words: str, taken: Sequence[str] = ()) -> FirstRule | None:
    """The rule for these words; None where there is nothing to look for.  Its id is none of `taken`.

    An expression that can be parsed is taken as it is.  Of words, all have to stand in one sentence; words like "the"
    and "in" are left out.
    """
    name = " ".join(words.split())
    if OPERATORS.search(name) and "$" not in name and not parse_expression(name).problems:
        return FirstRule(_fresh(slug(name), taken), name, name, None)
    terms = _terms(name)
    if not terms:
        return None
    match = " NEAR/s ".join(terms)
    return FirstRule(_fresh(slug(name), taken), name, match, " ".join(term.strip('"') for term in terms))


def _terms(text: str) -> list[str]:
    bare = [_term(part) for part in _TERM.findall(OPERATORS.sub(" ", text))]
    terms = list(dict.fromkeys(term for term in bare if term))
    empty = _function_words({term.lower() for term in terms})
    return [term for term in terms if term.lower() not in empty] or terms


def _function_words(words: set[str]) -> set[str]:
    """Those of the language that has most of them, or of all where languages tie: in English, "war" is none."""
    found = [words & known for known in word_sets("stop_words").values()]
    most = max(map(len, found), default=0)
    return set.intersection(*(each for each in found if len(each) == most))


def _term(part: str) -> str:
    """A word as it is where the language takes it so, else as a phrase; empty where nothing can be searched."""
    word = part.strip(_EDGES)
    word = word.rstrip(".") if word.count(".") == 1 else word
    tries = (word, f'"{word}"') if " " not in word else (f'"{word}"',)
    return next((t for t in tries if word and not parse_expression(t).problems), "")


def _fresh(wanted: str, taken: Sequence[str]) -> str:
    base = wanted or "mine"
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (base, *numbered) if name not in taken)
