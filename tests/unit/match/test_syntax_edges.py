"""Expressions to the letter: what each problem says and where, where nodes stand, how they are printed."""

from __future__ import annotations

import pytest

from monitor.match.nodes import Value, walk
from monitor.match.syntax import MAX_DEPTH, parse_expression, print_expression, suggestion

OPERAND = "expected a word, a phrase or an opening bracket"
BRACKET = "add ) where the group ends"
NOT_OPENED = "remove it, or add ( before"
DISTANCE = "NEAR/8 for words, NEAR/s for a sentence, NEAR/p for a paragraph; BEFORE likewise"
PAIR = "put brackets around the pair that belongs together"
OUTSIDE = "put it outside: a NEAR/8 b NOT c"
ONE_THING = "put a phrase in quotes, or count each by itself"
MIXED = "AND binds tighter: put brackets around what belongs together"
FIELDS = "fields are title, lead, body, author, source, lang, url, section; put the text in quotes if it is meant"


def told(text: str) -> list[tuple[str, str, int, str | None]]:
    """Code, passage, its beginning and hint of every problem."""
    problems = parse_expression(text).problems
    return [(each.code, text[each.start : each.end], each.start, each.hint) for each in problems]


@pytest.mark.parametrize(
    ("text", "code", "passage", "start", "hint"),
    [
        ("  ", "syntax", "  ", 0, None),
        # brackets; those in quotes are text
        ("(a b", "unclosed-bracket", "(", 0, BRACKET),
        ("((a) OR (b)", "unclosed-bracket", "(", 0, BRACKET),
        ('"(" (a', "unclosed-bracket", "(", 4, BRACKET),
        ('(a ")"', "unclosed-bracket", "(", 0, BRACKET),
        ("source:(a", "unclosed-bracket", "(", 7, BRACKET),
        ("a)", "unopened-bracket", ")", 1, NOT_OPENED),
        (") a", "unopened-bracket", ")", 0, NOT_OPENED),
        ("a)(b", "unopened-bracket", ")", 1, NOT_OPENED),
        ("(a) b) c", "unopened-bracket", ")", 5, NOT_OPENED),
        ('"(" a)', "unopened-bracket", ")", 5, NOT_OPENED),
        ("a OR )", "unopened-bracket", ")", 5, NOT_OPENED),
        ("a ( )", "syntax", ")", 4, OPERAND),
        # what is missing
        ("a OR ", "syntax", "OR", 2, OPERAND),
        ("(a OR", "syntax", "OR", 3, OPERAND),
        ("title:", "syntax", "title:", 0, OPERAND),
        ("source:", "syntax", "source:", 0, "expected a phrase or a value or an opening bracket"),
        ("source:(", "syntax", "source:(", 0, "expected a phrase or a value"),
        ("lang:(de fr)", "syntax", "fr", 9, "expected a closing bracket"),
        # quotes
        ('a "b c', "unclosed-quote", '"', 2, 'add " where the phrase ends'),
        ("„b", "unclosed-quote", "„", 0, 'add " where the phrase ends'),
        ("a “", "unclosed-quote", "“", 2, 'add " where the phrase ends'),
        # distances
        ("a NEAR b", "bad-near", "NEAR", 2, DISTANCE),
        ("a NEAR/00 b", "bad-near", "NEAR/00", 2, DISTANCE),
        ("a NEAR/8x b", "bad-near", "NEAR/8x", 2, DISTANCE),
        ("a NEAR/1000000 b", "bad-near", "NEAR/1000000", 2, DISTANCE),
        ("a NEAR/8 b BEFORE/8 c NEAR/9 d", "mixed-near", "NEAR/9", 22, PAIR),
        ("b NEAR/s (a OR (NOT c))", "not-in-near", "NOT c", 16, OUTSIDE),
        ("b NEAR/s source:x", "no-position", "source:x", 9, "put it outside NEAR"),
        ("(x COUNT>=2(a)) NEAR/s b", "no-position", "COUNT>=2(a)", 3, "put it outside NEAR"),
        # fields
        ("b Title:a", "unknown-field", "Title:", 2, "did you mean title?"),
        ("langg:a", "unknown-field", "langg:", 0, "did you mean lang?"),
        ("titleX:a", "unknown-field", "titleX:", 0, "did you mean title?"),
        ("xyz: a", "unknown-field", "xyz:", 0, FIELDS),
        # counting
        ("b COUNT (a)", "bad-count", "COUNT ", 2, "write COUNT>=3(…)"),
        ("COUNT>=00(a)", "bad-count", "COUNT>=00", 0, "write COUNT>=3(…)"),
        ("COUNT>=1000000(a)", "bad-count", "COUNT>=1000000", 0, "write COUNT>=3(…)"),
        ("COUNT>=2(a OR (b c))", "bad-count", "b c", 15, ONE_THING),
        ("COUNT>=2(a OR NOT b)", "bad-count", "NOT b", 14, None),
        ("COUNT>=2(source:b)", "bad-count", "source:b", 9, None),
        # operators mixed: the first place is shown
        ("a OR b c", "mixed-operators", "b c", 5, MIXED),
        ("a b OR c d", "mixed-operators", "a b", 0, MIXED),
        ("x (a OR b c)", "mixed-operators", "b c", 8, MIXED),
    ],
)
def test_a_problem(text: str, code: str, passage: str, start: int, hint: str | None) -> None:
    assert told(text) == [(code, passage, start, hint)]


@pytest.mark.parametrize(
    "text",
    ["a b OR c)", "a OR (b c)", "a OR b NEAR/8 c d)", "(a b) OR (c d)", "a OR NOT b", "COUNT>=2(a NEAR/8 (b c))"],
)
def test_no_warning_where_nothing_is_mixed(text: str) -> None:
    assert "mixed-operators" not in [code for code, *_ in told(text)]


def test_problems_say_in_which_value_they_are() -> None:
    (problem,) = parse_expression("", path=("watchlist", 3, "match")).problems
    assert problem.path == ("watchlist", 3, "match")
    assert parse_expression("a OR").problems[0].path == ("match",)


@pytest.mark.parametrize("piece", ["NOT ", "title:", "(", "COUNT>=2("])
def test_what_is_nested_too_deep_is_refused(piece: str) -> None:
    def refused(levels: int) -> bool:
        problems = parse_expression(piece * levels + "a" + ")" * levels * piece.count("(")).problems
        return any(problem.message.startswith(f"more than {MAX_DEPTH} brackets") for problem in problems)

    assert refused(MAX_DEPTH + 1)
    assert not refused(MAX_DEPTH)


def test_distances_in_a_row_are_nested_too() -> None:
    assert parse_expression("a NEAR/8 " * MAX_DEPTH + "b").problems == ()
    (problem,) = parse_expression("a NEAR/8 " * (MAX_DEPTH + 1) + "b").problems
    assert (problem.code, problem.start, problem.end) == ("syntax", 0, 9 * (MAX_DEPTH + 1) + 1)
    assert parse_expression("title:(a NEAR/8 b) OR " * 50 + "c").problems == ()


@pytest.mark.parametrize("piece", ["NOT ", "title:", "a NEAR/8 ", "(", "-("])
def test_nothing_exhausts_the_stack(piece: str) -> None:
    assert parse_expression(piece * 1000 + "a").node is None
    assert parse_expression(f"a NEAR/{'9' * 5000} b").node is None
    assert parse_expression(f"COUNT>={'9' * 5000}(a)").node is None


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("a OR b", ["Or a OR b", "Word a", "Word b"]),
        ("x a b", ["And x a b", "Word x", "Word a", "Word b"]),
        (
            "x (a OR b OR c) y",
            ["And x (a OR b OR c) y", "Word x", "Or a OR b OR c", "Word a", "Word b", "Word c", "Word y"],
        ),
        ("x NOT a", ["And x NOT a", "Word x", "Not NOT a", "Word a"]),
        ("x -(a b) ", ["And x -(a b)", "Word x", "Not -(a b)", "And a b", "Word a", "Word b"]),
        (
            "x a NEAR/8 b NEAR/8 c",
            [
                "And x a NEAR/8 b NEAR/8 c",
                "Word x",
                "Near a NEAR/8 b NEAR/8 c",
                "Near a NEAR/8 b",
                "Word a",
                "Word b",
                "Word c",
            ],
        ),
        ("x title: a", ["And x title: a", "Word x", "InField title: a", "Word a"]),
        ("x url:a", ["And x url:a", "Word x", "Value url:a"]),
        ('x url:(a OR "b")', ['And x url:(a OR "b")', "Word x", 'Value url:(a OR "b")']),
        ("x COUNT>=2(a)", ["And x COUNT>=2(a)", "Word x", "Count COUNT>=2(a)", "Word a"]),
        ('x $a /b/i "c d"~3', ['And x $a /b/i "c d"~3', "Word x", "Concept $a", "Regex /b/i", 'Phrase "c d"~3']),
    ],
)
def test_nodes_know_where_they_stand(text: str, nodes: list[str]) -> None:
    node = parse_expression(text).node
    assert node is not None
    assert [f"{type(each).__name__} {text[each.start : each.end]}" for each in walk(node)] == nodes


@pytest.mark.parametrize(
    "text",
    [
        "a OR b OR c",
        "a AND b AND c",
        "(a OR b) AND c",
        "(a AND b) OR c",
        "NOT (a OR b)",
        "NOT NOT a",
        "NOT a NEAR/8 b",
        "a NEAR/12 b",
        "a BEFORE/s b",
        "a BEFORE/p b",
        "a NEAR/8 b NEAR/8 c",
        "(a NEAR/8 b) NEAR/9 c",
        "(a NEAR/8 b) BEFORE/8 c",
        "a NEAR/8 (b NEAR/8 c)",
        "(a OR b) NEAR/8 (c AND d)",
        "a NEAR/8 (b OR c) NEAR/8 d",
        "a NEAR/8 (b NEAR/9 c) NEAR/8 d",
        "title:a",
        "title:(a OR b)",
        "title:(NOT a)",
        "title:(a NEAR/8 b)",
        "title:(lead:a)",
        "COUNT>=12(a OR b)",
        'source:"a b"',
        'source:("a" OR "b c")',
        "$a.b-c",
        "/a b/",
        "/a b/i",
        '"a b"',
        '="a b"~3',
        '"=a ~bcd* ~!c *def *efg*"',
        "=a AND ~b AND ~!c AND abc* AND *abc AND *abc*",
    ],
)
def test_what_is_printed_is_what_was_written(text: str) -> None:
    node = parse_expression(text).node
    assert node is not None
    assert print_expression(node) == text


def test_values_lose_their_quotes() -> None:
    assert parse_expression("source:XaX").node == Value("source", ("XaX",))
    parsed = parse_expression('source:(a OR "b c" OR „d“ OR =e OR ="f")')
    assert parsed.node == Value("source", ("a", "b c", "d", "e", "f"))
    assert parse_expression("url: https://a.example/x?y=1").node == Value("url", ("https://a.example/x?y=1",))


def test_any_blank_is_one() -> None:
    assert parse_expression("a\xa0NEAR/8\u2003b\n").node == parse_expression("a NEAR/8 b").node


def test_suggestions_are_close() -> None:
    assert suggestion("contct", ["contact", "context"], mark="$") == "did you mean $contact?"
    assert suggestion("titel", ["title"]) == "did you mean title?"
    assert suggestion("xyz", ["contact", "title"]) is None
    assert suggestion("abcde", ["abcxx"]) == "did you mean abcxx?"
    assert suggestion("abcdef", ["abcxxx"]) is None
