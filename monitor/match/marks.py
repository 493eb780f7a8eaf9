"""Single terms: a written word with its marks (`=`, `~`, `~!`, `*`), phrases, patterns, items of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.match.nodes import Concept, Node, Parts, Phrase, Regex, Wild, Word
from monitor.model.rule import RuleProblem

Path = tuple[str | int, ...]

_OPERATOR = re.compile(r"(?:AND|OR|NOT|(?:NEAR|BEFORE)(?:/\S*)?|COUNT(?:>=\d+)?)$")
_LOOKALIKE = {
    "and": "AND",
    "or": "OR",
    "not": "NOT",
    "UND": "AND",
    "ODER": "OR",
    "NICHT": "NOT",
    "И": "AND",
    "ИЛИ": "OR",
    "НЕ": "NOT",
    "ET": "AND",
    "OU": "OR",
}
_MARKS = re.compile(r"(=|~!|~|!)?(.*)$", re.DOTALL)
_PHRASE = re.compile(r"(=?)[\"„“”«»]([^\"„“”«»]*)[\"„“”«»](?:~0*(\d{0,6})\d*)?$")
_REGEX = re.compile(r"/((?:\\.|[^/\\\n])+)/(\w*)$")
_CONCEPT = re.compile(r"\$[\w.-]*\w$")
_PIECE = re.compile(r"\S+")
WILDCARD_LETTERS = 3
"""Fewer letters before or after `*` match too much of any dictionary."""


@dataclass(slots=True)
class Notes:
    """Collects what is wrong with one value of a rule."""

    path: Path
    problems: list[RuleProblem] = field(default_factory=list)

    def error(self, code: str, message: str, start: int, end: int, hint: str | None = None) -> None:
        """The rule cannot be used."""
        self.problems.append(RuleProblem(code, message, self.path, start, end, hint))

    def warning(self, code: str, message: str, start: int, end: int, hint: str | None = None) -> None:
        """The rule works, but probably not as meant."""
        self.problems.append(RuleProblem(code, message, self.path, start, end, hint, severity="warning"))

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)


def read_word(text: str, at: int, notes: Notes, *, in_list: bool = False) -> Word:
    """The word written as `text` at offset `at`; its problems go to `notes`.

    `!Gas` is short for `~!Gas` in lists; in an expression it is an error, since it reads like NOT.
    """
    end = at + len(text)
    matched = _MARKS.match(text)
    mark, body = (matched[1] or "", matched[2]) if matched else ("", text)
    if mark == "!" and not in_list:
        notes.error(
            "bad-mark", f"! does not negate: {text}", at, end, f"write NOT {body}, or ~!{body} for no compounds"
        )
    wild, core = _wild(body)
    if "*" in core:
        notes.error("bad-wildcard", f"* stands at the start or the end of a word only: {text}", at, end)
        core = core.replace("*", "")
    letters = sum(char.isalnum() for char in core)
    if wild is not Wild.NONE and letters < WILDCARD_LETTERS:
        hint = "write more of the word, or list the forms you mean"
        notes.error("short-wildcard", f"a wildcard needs three letters: {text}", at, end, hint)
    elif not letters:
        notes.error("no-word", f"there is no word in {text!r}", at, end, _no_word_hint(text))
    parts = {"~": Parts.ANY_LENGTH, "~!": Parts.NEVER, "!": Parts.NEVER}.get(mark, Parts.USUAL)
    return Word(core, mark == "=", parts, wild, start=at, end=end)


def _wild(body: str) -> tuple[Wild, str]:
    opens, closes = body.startswith("*"), body.endswith("*") and len(body) > 1
    core = body[1 if opens else 0 : -1 if closes else None]
    if opens and closes:
        return Wild.INFIX, core
    if opens:
        return Wild.SUFFIX, core
    return (Wild.PREFIX, core) if closes else (Wild.NONE, core)


def _no_word_hint(text: str) -> str | None:
    if text.startswith(("-", "–", "—")):
        return "-x leaves x out: no blank after the minus"
    return None


def read_bare(text: str, at: int, notes: Notes) -> Word:
    """A word that stands without quotes in an expression: here operators and patterns may be meant."""
    end = at + len(text)
    if _OPERATOR.match(text):
        notes.error(
            "bad-operator",
            f"{text} has nothing to work on here",
            at,
            end,
            "behind NEAR stands what is near: a NEAR/8 b NOT c"
            if text == "NOT"
            else f'put it in quotes if the word is meant: "{text}"',
        )
    elif text in _LOOKALIKE:
        hint = f"write {_LOOKALIKE[text]}, or put the word in quotes"
        notes.warning(
            "operator-case", f"{text} is searched as a word: operators are English and in capitals", at, end, hint
        )
    elif text.startswith("/"):
        notes.error("bad-regex", f"this pattern is not closed: {text}", at, end, "end it with / or /i and a blank")
    elif text.startswith("-") and len(text) > 1:
        notes.error("bad-minus", f"a blank is missing before {text}", at, end, f"write ' {text}' or NOT {text[1:]}")
    elif text.startswith("$"):
        notes.error(
            "bad-concept", f"{text} is not the name of a concept", at, end, "names have letters, digits, - and _"
        )
        return Word(text, start=at, end=end)
    return read_word(text, at, notes)


def read_phrase(text: str, at: int, notes: Notes) -> Phrase:
    """A quoted phrase, `"neue Sanktionen"~3` or `="Weiße Haus"`."""
    matched = _PHRASE.match(text)
    exact, inside, gap = (matched[1], matched[2], matched[3]) if matched else ("", text, None)
    words = _pieces(inside, at + len(exact) + 1, notes)
    if not words:
        notes.error("no-word", "this phrase is empty", at, at + len(text))
    return Phrase(words, int(gap or 0), bool(exact), start=at, end=at + len(text))


def _pieces(text: str, at: int, notes: Notes) -> tuple[Word, ...]:
    found = (piece for piece in _PIECE.finditer(text) if any(char.isalnum() for char in piece[0]))
    return tuple(read_word(piece[0], at + piece.start(), notes, in_list=True) for piece in found)


def read_regex(text: str, at: int, notes: Notes) -> Regex:
    """A pattern between slashes; only the flag `i` exists."""
    matched = _REGEX.match(text)
    pattern, flags = (matched[1], matched[2]) if matched else (text, "")
    if flags not in {"", "i"}:
        notes.error(
            "bad-regex", f"unknown flag {flags!r} behind the pattern", at, at + len(text), "only i (any case) exists"
        )
    return Regex(pattern, flags == "i", start=at, end=at + len(text))


def read_term(text: str, notes: Notes) -> Node | None:
    """An item of a list or a key of `terms`: one term, in which spaces make a phrase; None if there is none."""
    core = text.strip()
    at = text.find(core) if core else 0
    if not core:
        notes.error("no-word", "this item is empty", 0, len(text))
        return None
    if _CONCEPT.match(core):
        return Concept(core[1:], start=at, end=at + len(core))
    if _PHRASE.match(core):
        return read_phrase(core, at, notes)
    if _REGEX.match(core):
        return read_regex(core, at, notes)
    _check_item(core, at, notes)
    words = _pieces(core, at, notes)
    if not words:
        notes.error("no-word", f"there is no word in {core!r}", at, at + len(core))
        return None
    return words[0] if len(words) == 1 else Phrase(words, start=at, end=at + len(core))


def _check_item(text: str, at: int, notes: Notes) -> None:
    pieces = list(_PIECE.finditer(text))
    for piece in pieces:
        start, end = at + piece.start(), at + piece.end()
        if _OPERATOR.match(piece[0]) and len(pieces) > 1:
            notes.error(
                "operator-in-list",
                f"{piece[0]} is no operator here: an item is one term",
                start,
                end,
                "write one item for each",
            )
        elif _CONCEPT.match(piece[0]):
            notes.error(
                "concept-in-phrase", f"{piece[0]} cannot be part of a phrase", start, end, "give it an item of its own"
            )
    if text.count('"') == 1:
        quote = at + text.index('"')
        notes.error("unclosed-quote", "this quote is never closed", quote, quote + 1)
