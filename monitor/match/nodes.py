"""The syntax tree of an expression: what a person wrote, before any dictionary is asked.

Nodes are equal when they mean the same text; `start` and `end` (offsets into the expression) do not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Parts(StrEnum):
    """Whether a word also counts as a part of a compound."""

    USUAL = ""
    ANY_LENGTH = "~"
    NEVER = "~!"


class Wild(StrEnum):
    """Where a word is open."""

    NONE = "none"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    INFIX = "infix"


TEXT_FIELDS = ("title", "lead", "body", "author")
"""Fields with words in them: any expression can stand behind the colon."""

VALUE_FIELDS = ("source", "lang", "url", "section")
"""Fields with one value: globs, for `url` a substring."""

Unit = int | Literal["s", "p"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanned:
    """Where in the expression a node stands."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word(Spanned):
    """One written word, without its marks; the tokeniser may still find several words in it (`Putin-Biden`)."""

    text: str
    exact: bool = False
    parts: Parts = Parts.USUAL
    wild: Wild = Wild.NONE


@dataclass(frozen=True, slots=True)
class Phrase(Spanned):
    """Words in a row, with up to `gap` others between two of them."""

    words: tuple[Word, ...]
    gap: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Regex(Spanned):
    """An RE2 pattern on the original text of one paragraph."""

    pattern: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Concept(Spanned):
    """A reference to a concept, without the dollar sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Value(Spanned):
    """A condition on a field that holds one value: any of `values`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InField(Spanned):
    """An expression that looks at one field of the text only."""

    field: str
    item: Node


@dataclass(frozen=True, slots=True)
class Not(Spanned):
    """Nothing of `item` is in the article."""

    item: Node


@dataclass(frozen=True, slots=True)
class And(Spanned):
    """All of `items`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Spanned):
    """Any of `items`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Near(Spanned):
    """`left` and `right` at most `within` words, a sentence (`s`) or a paragraph (`p`) apart."""

    left: Node
    right: Node
    within: Unit
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Count(Spanned):
    """At least `least` occurrences of `item`."""

    least: int
    item: Node


Node = Word | Phrase | Regex | Concept | Value | InField | Not | And | Or | Near | Count


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`; the words of a phrase are its own."""
    match node:
        case And() | Or():
            return node.items
        case Near():
            return (node.left, node.right)
        case Not() | InField() | Count():
            return (node.item,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)
