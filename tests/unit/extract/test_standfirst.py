from __future__ import annotations

from monitor.extract.standfirst import Standfirst, find_standfirst

LONG = "The council decided on Monday that the harbour stays open for another ten years"


def of_lines(*lines: str, description: str) -> Standfirst | None:
    """Of a text that stands in no block of the page: it came from the page's data."""
    return find_standfirst((), lines, title="Head", description=description)


def test_of_a_text_that_is_only_data_the_first_line_is_the_standfirst_if_it_is_the_description() -> None:
    found = of_lines(f"{LONG}.", "More.", description=f"{LONG}.")
    assert found == Standfirst(f"{LONG}.", missing=False, why="first line is the page's description")
    cut = of_lines(f"{LONG}.", description=f"{LONG[:60]}...")
    assert cut is not None
    assert cut.text == f"{LONG}."


def test_a_first_line_that_says_something_else_is_no_standfirst() -> None:
    assert of_lines("Something else was decided.", description=LONG) is None
    assert of_lines(f"{LONG}.", description="") is None
    assert of_lines("Short", description="Short") is None
    assert of_lines(description=LONG) is None
