from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from monitor.extract.core import RESET_EVERY, by_trafilatura

LOOSE = "The harbour board met on Tuesday and decided, after years of quarrel, to close the old northern pier for good."
REST = "".join(
    f"<p>Paragraph {at} tells what the fishermen of the town said about it, and what the mayor answered them.</p>"
    for at in range(4)
)


@pytest.mark.parametrize(
    "inside",
    [
        f'<div class="share"><ul><li>Mail</li></ul></div>{LOOSE}{REST}',
        f"{LOOSE}{REST}",
        f'<p><div class="related"><a href="/x">More</a></div>{LOOSE}</p>{REST}',
        f'<p><span id="byLine"></span>{LOOSE}</p>{REST}'.replace("<p>P", '<p><span id="byLine"></span>P'),
    ],
    ids=["behind a block", "before paragraphs", "behind a block in a paragraph", "behind an empty byline"],
)
def test_text_in_no_block_of_its_own_is_read(inside: str) -> None:
    page = f"<html><body><h1>The pier closes</h1><div class='story'>{inside}</div></body></html>"
    lines = by_trafilatura(document_fromstring(page))
    assert LOOSE in lines
    assert sum("Paragraph" in line for line in lines) == 4


def test_the_page_itself_stays_as_it_is() -> None:
    tree = document_fromstring(f"<html><body><div>{LOOSE}<span></span>{REST}</div></body></html>")
    by_trafilatura(tree)
    assert tree.findtext(".//div") == LOOSE
    assert len(tree.findall(".//span")) == 1


def test_cells_of_a_row_are_parted_by_blanks() -> None:
    rows = "".join(f"<tr><td>Pier {at}</td><td>closed in the year {1990 + at}</td></tr>" for at in range(4))
    page = f"<html><body><h1>Piers</h1><article><p>{LOOSE}</p>{REST}<table>{rows}</table></article></body></html>"
    assert any("Pier 2 closed in the year 1992" in line for line in by_trafilatura(document_fromstring(page)))


def test_comments_are_no_part_of_a_text_and_in_no_way_of_it() -> None:
    """Given a tree, trafilatura trips over a comment in an element of its own name; parsing itself, it drops them."""
    odd = "<code>©<item rend='x'><!-- note --></item></code>"
    page = f"<html><body><h1>The pier closes</h1><article><p>{LOOSE}</p>{REST}{odd}<!-- end --></article></body></html>"
    lines = by_trafilatura(document_fromstring(page))
    assert LOOSE in lines
    assert not any("note" in line or "end" in line.split() for line in lines)


def test_many_pages_are_read_one_like_the_other() -> None:
    tree = document_fromstring(f"<html><body><h1>The pier closes</h1><article><p>{LOOSE}</p></article></body></html>")
    assert {tuple(by_trafilatura(tree)) for _ in range(RESET_EVERY + 1)} == {(LOOSE,)}
