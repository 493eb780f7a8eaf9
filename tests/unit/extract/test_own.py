from __future__ import annotations

from monitor.extract.blocks import page_blocks_of
from monitor.extract.own import best_container, by_container
from monitor.extract.page import Page, parse_page

TEXT = "The council decided on Monday that the harbour stays open for another ten years, the mayor said."


def page(body: str) -> Page:
    found = parse_page(f"<html><body>{body}</body></html>", url="https://a.example/")
    assert isinstance(found, Page)
    return found


def test_the_container_is_what_holds_most_prose_and_never_a_paragraph_itself() -> None:
    tree = page(f"<div id='side'><p>{TEXT}</p></div><div id='main'>{f'<p>{TEXT}</p>' * 8}</div>").tree
    found = best_container(page_blocks_of(tree))
    assert found is not None
    assert found.get("id") == "main"


def test_text_right_in_a_part_counts_for_the_part() -> None:
    tree = page(f"<div id='main'>{TEXT}</div><p>x</p>").tree
    found = best_container(page_blocks_of(tree))
    assert found is not None
    assert found.get("id") == "main"


def test_a_page_without_prose_has_no_container_and_no_lines() -> None:
    blocks = page_blocks_of(page("<ul><li>Home</li><li>Sport</li></ul>").tree)
    assert best_container(blocks) is None
    assert by_container(blocks) == []
