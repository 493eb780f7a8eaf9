"""Expressions: text to syntax tree and back, with every problem at its place.

The grammar is `grammar.lark`, read by an LALR parser that is built at first use.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from monitor.match.marks import Notes, Path, read_bare, read_phrase, read_regex
from monitor.match.nodes import (
    TEXT_FIELDS,
    VALUE_FIELDS,
    And,
    Concept,
    Count,
    InField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Regex,
    Unit,
    Value,
    Wild,
    Word,
    children,
    walk,
)
from monitor.model.rule import RuleProblem

MAX_DEPTH = 20
"""Brackets, NOTs, fields and distances within each other.  More are no person's work, and a bracket takes 17 calls of
the 1000 that Python allows."""

_DISTANCE = re.compile(r"(NEAR|BEFORE)/(?:0*([1-9]\d{0,5})|([sp]))$")
_COUNT = re.compile(r"COUNT\s*>=\s*0*([1-9]\d{0,5})\s*$")
_NESTING = {"group", "count", "negated", "in_field"}
_PLAIN = {
    "$END": "the end",
    "RPAR": "a closing bracket",
    "LPAR": "an opening bracket",
    "VALUE": "a value",
    "PHRASE": "a phrase",
    "WORD": "a word",
}
_OPERANDS = {"WORD", "PHRASE", "LPAR"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of an expression; `node` is None when there is an error among the problems."""

    node: Node | None
    problems: tuple[RuleProblem, ...] = ()


def parse_expression(text: str, *, path: Path = ("match",)) -> Parsed:
    """Parse `text`; `path` says in the problems which value of the rule it is.  Raises nothing."""
    notes = Notes(path)
    if not text.strip():
        notes.error("syntax", "the expression is empty", 0, len(text))
        return Parsed(None, tuple(notes.problems))
    try:
        tree = _parser().parse(text)
    except UnexpectedToken as error:
        _explain_token(text, error, notes)
    except UnexpectedCharacters as error:  # the grammar knows every character but a quote without another one
        at = error.pos_in_stream or 0
        notes.error("unclosed-quote", "this quote is never closed", at, at + 1, 'add " where the phrase ends')
    else:
        if _depth(tree) <= MAX_DEPTH:
            node = _Builder(notes).build(tree)
            return Parsed(None if notes.failed else node, tuple(notes.problems))
        notes.error("syntax", f"more than {MAX_DEPTH} brackets, NOTs or distances within each other", 0, len(text))
    return Parsed(None, tuple(notes.problems))


@cache
def _parser() -> Lark:
    grammar = resources.files("monitor.match").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr")


def _depth(tree: Tree[Token]) -> int:
    """How many brackets, NOTs, fields and distances stand within each other."""
    deepest, waiting = 0, [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += len(_tokens(node)) if node.data == "near" else node.data in _NESTING
        deepest = max(deepest, depth)
        waiting.extend((child, depth) for child in node.children if isinstance(child, Tree))
    return deepest


def suggestion(name: str, known: Sequence[str], *, mark: str = "") -> str | None:
    """`did you mean …?` for the closest of `known`, or None."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {mark}{close[0]}?" if close else None


def _explain_token(text: str, error: UnexpectedToken, notes: Notes) -> None:
    expected = error.accepts or set()
    token = error.token
    if token.type == "$END":
        opened = _unclosed(text)
        if opened is not None and "RPAR" in expected:
            notes.error(
                "unclosed-bracket", "this bracket is never closed", opened, opened + 1, "add ) where the group ends"
            )
            return
        start = len(text.rstrip())
        last = text.rsplit(maxsplit=1)[-1]
        notes.error("syntax", f"something is missing after {last}", start - len(last), start, _expected(expected))
        return
    start, end = token.start_pos or 0, token.end_pos or len(text)
    if token.type == "RPAR" and _unopened(text[: start + 1]):
        notes.error(
            "unopened-bracket", "nothing was opened that this bracket closes", start, end, "remove it, or add ( before"
        )
        return
    notes.error("syntax", f"{token} cannot stand here", start, end, _expected(expected))


def _expected(expected: set[str]) -> str:
    if expected >= _OPERANDS:
        return "expected a word, a phrase or an opening bracket"
    named = sorted({_PLAIN.get(name, name) for name in expected} - {"OR"})
    return "expected " + " or ".join(named)


def _outside_quotes(text: str) -> str:
    return re.sub(r'"[^"]*"', lambda found: "x" * len(found[0]), text)


def _unclosed(text: str) -> int | None:
    opened: list[int] = []
    for at, char in enumerate(_outside_quotes(text)):
        if char == "(":
            opened.append(at)
        elif char == ")" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _unopened(text: str) -> bool:
    outside = _outside_quotes(text)
    return outside.count(")") > outside.count("(")


class _Builder:
    """Parse tree to syntax tree, checking on the way what the grammar cannot."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def build(self, tree: Tree[Token]) -> Node:
        make: Callable[[Tree[Token]], Node] = getattr(self, f"_{tree.data}")
        return make(tree)

    def _nodes(self, tree: Tree[Token]) -> list[Node]:
        return [self.build(child) for child in tree.children if isinstance(child, Tree)]

    def _either(self, tree: Tree[Token]) -> Node:
        nodes = self._nodes(tree)
        if len(nodes) == 1:
            return nodes[0]
        for child in tree.children:
            if isinstance(child, Tree) and sum(isinstance(operand, Tree) for operand in child.children) > 1:
                start, end = _extent(child)
                hint = "AND binds tighter: put brackets around what belongs together"
                self._notes.warning("mixed-operators", "AND and OR are mixed without brackets", start, end, hint)
                break
        return Or(tuple(nodes), start=nodes[0].start, end=nodes[-1].end)

    def _both(self, tree: Tree[Token]) -> Node:
        nodes = self._nodes(tree)
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes), start=nodes[0].start, end=nodes[-1].end)

    def _negated(self, tree: Tree[Token]) -> Node:
        start, end = _extent(tree)
        return Not(self._nodes(tree)[0], start=start, end=end)

    def _group(self, tree: Tree[Token]) -> Node:
        return self._nodes(tree)[0]

    def _near(self, tree: Tree[Token]) -> Node:
        nodes = self._nodes(tree)
        operators = _tokens(tree)
        if len({str(operator) for operator in operators}) > 1:
            last = operators[-1]
            hint = "put brackets around the pair that belongs together"
            self._notes.error("mixed-near", "different distances in a row", *_place(last), hint)
        result = nodes[0]
        for operator, right in zip(operators, nodes[1:], strict=True):
            within, ordered = self._distance(operator)
            result = Near(result, right, within, ordered, start=result.start, end=right.end)
        if operators:
            self._check_near(result)
        return result

    def _distance(self, operator: Token) -> tuple[Unit, bool]:
        matched = _DISTANCE.match(operator)
        if not matched:
            hint = "NEAR/8 for words, NEAR/s for a sentence, NEAR/p for a paragraph; BEFORE likewise"
            self._notes.error("bad-near", f"{operator} has no distance", *_place(operator), hint)
            return 1, False
        unit: Unit = int(matched[2]) if matched[2] else "s" if matched[3] == "s" else "p"
        return unit, matched[1] == "BEFORE"

    def _check_near(self, near: Node) -> None:
        for node in walk(near):
            match node:
                case Not():
                    hint = "put it outside: a NEAR/8 b NOT c"
                    self._notes.error(
                        "not-in-near", "NOT cannot stand inside NEAR or BEFORE", node.start, node.end, hint
                    )
                case Value() | Count():
                    what = "COUNT" if isinstance(node, Count) else f"{node.field}:"
                    self._notes.error(
                        "no-position",
                        f"{what} has no position in the text",
                        node.start,
                        node.end,
                        "put it outside NEAR",
                    )
                case _:
                    pass

    def _in_field(self, tree: Tree[Token]) -> Node:
        head, node = _tokens(tree)[0], self._nodes(tree)[0]
        name = str(head).rstrip().rstrip(":")
        start = _place(head)[0]
        if name not in TEXT_FIELDS:
            known = (*TEXT_FIELDS, *VALUE_FIELDS)
            hint = (
                suggestion(name.lower(), known)
                or f"fields are {', '.join(known)}; put the text in quotes if it is meant"
            )
            self._notes.error("unknown-field", f"{name}: is not a field", start, start + len(name) + 1, hint)
        return InField(name, node, start=start, end=node.end)

    def _valued(self, tree: Tree[Token]) -> Node:
        head, value = tree.children
        tokens = (
            [value]
            if isinstance(value, Token)
            else [token for token in _tokens(value) if token.type in {"VALUE", "PHRASE"}]
        )
        values = tuple(str(token).strip('"„“”«»=') for token in tokens)
        start, end = _extent(tree)
        return Value(str(head).rstrip().rstrip(":"), values, start=start, end=end)

    def _count(self, tree: Tree[Token]) -> Node:
        head, node = _tokens(tree)[0], self._nodes(tree)[0]
        matched = _COUNT.match(str(head))
        if not matched:
            self._notes.error("bad-count", f"{str(head).strip()} says no number", *_place(head), "write COUNT>=3(…)")
        for inner in _counted(node):
            if isinstance(inner, And):
                hint = "put a phrase in quotes, or count each by itself"
                self._notes.error(
                    "bad-count", "what is counted is one thing: no AND here", inner.start, inner.end, hint
                )
            elif isinstance(inner, (Not, Value, Count)):
                self._notes.error("bad-count", "only words can be counted", inner.start, inner.end)
        start, end = _extent(tree)
        return Count(int(matched[1]) if matched else 1, node, start=start, end=end)

    def _phrase(self, tree: Tree[Token]) -> Node:
        return read_phrase(*_token(tree), self._notes)

    def _regex(self, tree: Tree[Token]) -> Node:
        return read_regex(*_token(tree), self._notes)

    def _concept(self, tree: Tree[Token]) -> Node:
        text, at = _token(tree)
        return Concept(text[1:], start=at, end=at + len(text))

    def _word(self, tree: Tree[Token]) -> Node:
        return read_bare(*_token(tree), self._notes)


def _counted(node: Node) -> Iterator[Node]:
    """The parts that are counted by themselves: those of a NEAR are one thing."""
    yield node
    if not isinstance(node, Near):
        for child in children(node):
            yield from _counted(child)


def _token(tree: Tree[Token]) -> tuple[str, int]:
    token = _tokens(tree)[0]
    return str(token), _place(token)[0]


def _tokens(tree: Tree[Token]) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token)]


def _place(token: Token) -> tuple[int, int]:
    return token.start_pos or 0, token.end_pos or 0


def _extent(tree: Tree[Token]) -> tuple[int, int]:
    return _place(_edge(tree, 0))[0], _place(_edge(tree, -1))[1]


def _edge(tree: Tree[Token], side: int) -> Token:
    """The first (0) or the last (-1) token below a tree; every rule of the grammar has one."""
    child = tree.children[side]
    return _edge(child, side) if isinstance(child, Tree) else child


def print_expression(node: Node) -> str:
    """The expression that parses to `node` again."""
    match node:
        case Or():
            return " OR ".join(_inner(item, (Or, And)) for item in node.items)
        case And():
            return " AND ".join(_inner(item, (Or, And)) for item in node.items)
        case Not():
            return f"NOT {_inner(node.item, (Or, And))}"
        case Near():
            operator = f"{'BEFORE' if node.ordered else 'NEAR'}/{node.within}"
            left = _print_left(node, operator)
            return f"{left} {operator} {_inner(node.right, (Or, And, Near))}"
        case InField():
            return f"{node.field}:{_inner(node.item, (Or, And, Not, Near, InField))}"
        case Count():
            return f"COUNT>={node.least}({print_expression(node.item)})"
        case _:
            return _print_leaf(node)


def _print_left(node: Near, operator: str) -> str:
    left = node.left
    if isinstance(left, Near) and (left.within, left.ordered) == (node.within, node.ordered):
        return f"{_print_left(left, operator)} {operator} {_inner(left.right, (Or, And, Near))}"
    return _inner(left, (Or, And, Near))


def _inner(node: Node, bracketed: tuple[type, ...]) -> str:
    text = print_expression(node)
    return f"({text})" if isinstance(node, bracketed) else text


def _print_leaf(node: Node) -> str:
    match node:
        case Word():
            return _print_word(node)
        case Phrase():
            words = " ".join(_print_word(word) for word in node.words)
            return f'{"=" if node.exact else ""}"{words}"' + (f"~{node.gap}" if node.gap else "")
        case Regex():
            return f"/{node.pattern}/{'i' if node.ignore_case else ''}"
        case Concept():
            return f"${node.name}"
        case Value():
            values = " OR ".join(f'"{value}"' for value in node.values)
            return f"{node.field}:({values})" if len(node.values) > 1 else f"{node.field}:{values}"
        case _:  # pragma: no cover - there are no other leaves; a new one must be printed before anything else
            raise AssertionError(node)


def _print_word(word: Word) -> str:
    opens = "*" if word.wild in {Wild.SUFFIX, Wild.INFIX} else ""
    closes = "*" if word.wild in {Wild.PREFIX, Wild.INFIX} else ""
    mark = "=" if word.exact else str(word.parts.value)
    return f"{mark}{opens}{word.text}{closes}"
