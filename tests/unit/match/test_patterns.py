from __future__ import annotations

import pytest

from monitor.match.patterns import ascii_classes, compiled, fault, has_literal, source


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("Sank", True),
        (r"\bSank\w+", True),
        (r"\d+ab", False),
        ("abc?", False),
        ("abcd?", True),
        ("abc|d", False),
        ("abc|def", True),
        ("[abc]+", False),
        (r"\p{Lu}ab", False),
        ("(?:abc|def) [0-9]|x", False),
        ("(?:abc|defg) (?:1|2)", True),
        ("(abc)?d", False),
        ("(?:a|abc)", False),
    ],
)
def test_literals(pattern: str, *, expected: bool) -> None:
    assert has_literal(pattern) is expected


def test_what_re2_refuses_is_explained() -> None:
    assert fault(r"(a)\1")
    assert fault("a(b")
    assert fault("(?:a{1000}){1000}")
    assert fault("a+b") is None


def test_the_flag_travels_with_the_pattern() -> None:
    assert [found.span() for found in compiled(source("ä", ignore_case=True)).finditer("xÄ ä")] == [(1, 2), (3, 4)]


def test_ascii_classes_beside_other_alphabets_are_noticed() -> None:
    assert ascii_classes(r"\bсуд")
    assert not ascii_classes(r"\bcourt")
    assert not ascii_classes("суд")
