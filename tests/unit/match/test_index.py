from __future__ import annotations

import pytest

from tests.unit.match.rules import doc, fires


@pytest.mark.parametrize(
    ("expression", "text", "fired"),
    [
        ("NATO*", "NATOs Pläne", True),
        ("NATO*", "natos Pläne", False),
        ("*NATO", "Die antiNATO Partei", True),
        ("*nation*", "Internationale Lage", True),
        ("~Neu", "Das Neuhaus steht", True),
        ("Neu", "Das Neuhaus steht", False),
    ],
)
def test_candidates_of_open_words_and_parts_are_found_as_they_are_meant(
    expression: str, text: str, *, fired: bool
) -> None:
    assert fires(expression, doc(text, language="de")) is fired
