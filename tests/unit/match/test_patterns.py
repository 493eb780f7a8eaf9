from __future__ import annotations

import pytest

from monitor.match.patterns import compiled, fault, has_literal, source


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
