"""Regular expressions of rules: RE2 only, so that no pattern can explode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import re2

LITERAL_LETTERS = 3
"""A pattern with no such literal is tried on every text."""

_DECORATION = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[^):]*[:)]")
_OPTIONAL = re.compile(r".(?:[?*]|\{0)")


class Matcher(Protocol):
    """What is used of a compiled pattern."""

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, left to right."""


def source(pattern: str, *, ignore_case: bool) -> str:
    """The pattern with its flag inside, as stored in compiled rules."""
    return f"(?i){pattern}" if ignore_case else pattern


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Matcher:
    """The compiled pattern; raises `re2.error` for one that RE2 refuses."""
    matcher: Matcher = re2.compile(pattern, _quiet())
    return matcher


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


def fault(pattern: str) -> str | None:
    """Why RE2 refuses the pattern, or None."""
    try:
        compiled(pattern)
    except re2.error as error:
        text = error.args[0] if error.args else "not a regular expression"
        return text.decode() if isinstance(text, bytes) else str(text)
    return None


def has_literal(pattern: str) -> bool:
    """Whether three letters in a row must stand in every text that the pattern finds (each way of an alternation)."""
    plain = _OPTIONAL.sub(" ", _DECORATION.sub(" ", pattern))
    return all(re.search(rf"[^\W_]{{{LITERAL_LETTERS}}}", way) for way in plain.split("|"))
