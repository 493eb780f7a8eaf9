from __future__ import annotations

import ast
from pathlib import Path

import pytest

from monitor.model.references import read_references, storable

PACKAGE = Path(__file__).parents[3] / "monitor"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("caf&eacute; &amp;amp; &#8364;&#x20ac;", "café &amp; €€"),
        ("&#0000000065; &#00000000000;", "A \ufffd"),
        (f"&#{'9' * 10_000}; end", "\ufffd end"),
        (f"&#x{'f' * 10_000}; &#xD83D;", "\ufffd \ufffd"),
        ("&#; &nosuch; AT&T", "&#; &nosuch; AT&T"),
    ],
)
def test_references_are_read_as_browsers_do(text: str, read: str) -> None:
    assert read_references(text) == read


def test_references_are_read_in_one_place() -> None:
    """Everywhere else, a number of thousands of digits would be forgotten about."""
    found = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and node.attr == "unescape"
    }
    assert found == {"references.py"}


@pytest.mark.parametrize(
    ("text", "stored"),
    [("one\n\ttwo – 😀\u200d", "one\n\ttwo – 😀\u200d"), ("cut \ud83d", "cut "), ("a\x00b\x1b\uffff\udc00c", "abc")],
)
def test_what_no_database_takes_is_left_out(text: str, stored: str) -> None:
    assert storable(text) == stored
