from __future__ import annotations

import pytest

from monitor.match.nodes import And, Concept, InField, Near, Not, Or, Parts, Phrase, Value, Wild, Word
from monitor.match.syntax import MAX_DEPTH, parse_expression, print_expression


def _tree(text: str) -> object:
    parsed = parse_expression(text)
    assert parsed.node is not None, parsed.problems
    return parsed.node


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a b", "a AND b"),
        ("a b OR c", "(a AND b) OR c"),
        ("a OR b AND c", "a OR (b AND c)"),
        ("NOT a b", "(NOT a) AND b"),
        ("NOT a NEAR/8 b", "NOT (a NEAR/8 b)"),
        ("a -b", "a AND NOT b"),
        ("title:a b", "(title:a) AND b"),
        ("title:a NEAR/8 b", "(title:a) NEAR/8 b"),
        ("a NEAR/8 b NEAR/8 c", "(a NEAR/8 b) NEAR/8 c"),
        ("„neue Sanktionen“", '"neue Sanktionen"'),
    ],
)
def test_binding(written: str, meant: str) -> None:
    assert _tree(written) == _tree(meant)


def test_marks_of_words() -> None:
    assert _tree("=Polen") == Word("Polen", exact=True)
    assert _tree("~Gas") == Word("Gas", parts=Parts.ANY_LENGTH)
    assert _tree("~!Gas") == Word("Gas", parts=Parts.NEVER)
    assert _tree("sanktion*") == Word("sanktion", wild=Wild.PREFIX)
    assert _tree("*embargo") == Word("embargo", wild=Wild.SUFFIX)


def test_a_hyphen_inside_a_word_is_no_operator() -> None:
    assert _tree("Putin-Biden") == Word("Putin-Biden")
    assert _tree("Putin -Biden") == And((Word("Putin"), Not(Word("Biden"))))


def test_phrases_have_gaps_and_exactness() -> None:
    assert _tree('"neue Sanktionen"~3') == Phrase((Word("neue"), Word("Sanktionen")), gap=3)
    assert _tree('="Weiße Haus"') == Phrase((Word("Weiße"), Word("Haus")), exact=True)


def test_distances() -> None:
    assert _tree("a BEFORE/8 b") == Near(Word("a"), Word("b"), 8, ordered=True)
    assert _tree("$a NEAR/s (b OR c)") == Near(Concept("a"), Or((Word("b"), Word("c"))), "s")


def test_fields_with_values_take_anything_up_to_a_blank() -> None:
    assert _tree("url:https://a.example/x source:mid-*") == And(
        (Value("url", ("https://a.example/x",)), Value("source", ("mid-*",)))
    )
    assert _tree("lang:(de OR en)") == Value("lang", ("de", "en"))
    assert _tree("lead:(a OR b)") == InField("lead", Or((Word("a"), Word("b"))))


@pytest.mark.parametrize(
    ("text", "code", "passage"),
    [
        ("", "syntax", ""),
        ("(a b", "unclosed-bracket", "("),
        ("a (b OR (c OR d)", "unclosed-bracket", "("),
        ("a)", "unopened-bracket", ")"),
        ("a OR", "syntax", "OR"),
        ("a OR OR b", "bad-operator", "OR"),
        ("AND a", "bad-operator", "AND"),
        ('a "b c', "unclosed-quote", '"'),
        ("a NEAR b", "bad-near", "NEAR"),
        ("a NEAR/0 b", "bad-near", "NEAR/0"),
        ("a NEAR/8 b BEFORE/8 c", "mixed-near", "BEFORE/8"),
        ("(NOT a) NEAR/s b", "not-in-near", "NOT a"),
        ("source:x NEAR/s b", "no-position", "source:x"),
        ("ab* c", "short-wildcard", "ab*"),
        ("*cd", "short-wildcard", "*cd"),
        ("san*ion", "bad-wildcard", "san*ion"),
        ("titel:a", "unknown-field", "titel:"),
        ("COUNT(a)", "bad-count", "COUNT"),
        ("COUNT>=2(a AND b)", "bad-count", "a AND b"),
        ("COUNT>=2(a OR COUNT>=3(b))", "bad-count", "COUNT>=3(b)"),
        ("!Gas", "bad-mark", "!Gas"),
        ("a - b", "no-word", "-"),
        ("/foo", "bad-regex", "/foo"),
        ("/foo/x", "bad-regex", "/foo/x"),
        ("$ a", "bad-concept", "$"),
    ],
)
def test_errors_have_a_code_and_a_place(text: str, code: str, passage: str) -> None:
    parsed = parse_expression(text)
    assert parsed.node is None
    problem = next(problem for problem in parsed.problems if problem.severity == "error")
    assert (problem.code, text[problem.start : problem.end]) == (code, passage)


def test_the_innermost_unclosed_bracket_is_shown() -> None:
    text = "a (b OR (c OR d)"
    assert parse_expression(text).problems[0].start == text.index("(b")


def test_a_missing_operand_says_what_was_expected() -> None:
    assert parse_expression("a AND").problems[0].hint == "expected a word, a phrase or an opening bracket"


def test_misspelt_fields_get_a_suggestion() -> None:
    assert parse_expression("titel:a").problems[0].hint == "did you mean title?"


def test_several_errors_are_told_at_once() -> None:
    assert [problem.code for problem in parse_expression("ab* AND titel:x AND c NEAR d").problems] == [
        "short-wildcard",
        "unknown-field",
        "bad-near",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("a b OR c", "mixed-operators"), ("a or b", "operator-case"), ("a UND b", "operator-case")],
)
def test_warnings_leave_the_expression_usable(text: str, code: str) -> None:
    parsed = parse_expression(text)
    assert parsed.node is not None
    assert [(problem.code, problem.severity) for problem in parsed.problems] == [(code, "warning")]


def test_brackets_make_mixed_operators_clear() -> None:
    assert parse_expression("(a b) OR c").problems == ()


def test_bottomless_brackets_are_refused() -> None:
    depth = MAX_DEPTH + 1
    assert parse_expression("(" * depth + "a" + ")" * depth).problems[0].code == "syntax"


def test_printing_puts_brackets_where_they_matter() -> None:
    assert print_expression(Or((And((Word("a"), Word("b"))), Word("c")))) == "(a AND b) OR c"


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u2028", "\t", "\x1f"])
def test_what_looks_like_a_blank_is_one(blank: str) -> None:
    """Expressions are copied from pages."""
    assert _tree(f"a{blank}b OR{blank}title:{blank}c") == _tree("a b OR title: c")
