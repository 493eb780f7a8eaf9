"""Regular expressions of rules: RE2 only, so that no pattern can explode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import re2

LITERAL_LETTERS = 3
"""A pattern with no such literal is tried on every text."""

_PIECE = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?[^):]*:)?|\(\?\w*\)|.", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPTIONAL = re.compile(r"[?*]|\{0")


class Matcher(Protocol):
    """What is used of a compiled pattern."""

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, left to right."""


def searchable(text: str) -> str:
    """The text, of the same length, without the lone surrogates that RE2 refuses."""
    return _SURROGATE.sub("\ufffd", text)


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


def ascii_classes(pattern: str) -> bool:
    r"""Whether a pattern uses `\b` or `\w`, which know ASCII letters only in RE2, beside letters of other alphabets."""
    return not pattern.isascii() and re.search(r"\\[bBwW]", pattern) is not None


def has_literal(pattern: str) -> bool:
    """Whether three letters in a row must stand in all that the pattern finds (in each way of an alternation)."""
    ways: list[bool] = []
    run, sure = 0, False
    outer: list[tuple[list[bool], bool]] = []
    for found in _PIECE.finditer(pattern):
        piece, optional = found[0], _OPTIONAL.match(pattern, found.end()) is not None
        run = run + 1 if piece.isalnum() and len(piece) == 1 and not optional else 0
        sure = sure or run >= LITERAL_LETTERS
        if piece.startswith("("):
            outer.append((ways, sure))
            ways, sure = [], False
        elif piece == "|":
            ways, sure = [*ways, sure], False
        elif piece == ")" and outer:
            inside = all([*ways, sure]) and not optional
            ways, before = outer.pop()
            sure = before or inside
    return all([*ways, sure])
