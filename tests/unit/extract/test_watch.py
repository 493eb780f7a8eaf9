from __future__ import annotations

import pytest

from monitor.extract.watch import Additions, Redesign, added_blocks, page_blocks

URL = "https://amt.example/warnungen"


def page(*rows: str) -> bytes:
    cells = "".join(f"<tr><td>{row}</td><td><a href='/w/{at}'>mehr</a></td></tr>" for at, row in enumerate(rows))
    return f"<html><body><nav>Menü</nav><main><table>{cells}</table></main></body></html>".encode()


def test_rows_that_were_not_there_are_added() -> None:
    before = page_blocks(page("Rückruf A", "Rückruf B"), url=URL)
    after = page_blocks(page("Rückruf C", "Rückruf A", "Rückruf B"), url=URL)
    change = added_blocks(before.hashes, after)
    assert isinstance(change, Additions)
    assert [block.text for block in change.blocks] == ["Rückruf C · mehr"]
    assert change.blocks[0].url == "https://amt.example/w/0"


def test_blocks_that_move_or_change_their_spaces_are_no_news() -> None:
    before = page_blocks(page("Rückruf A", "Rückruf B"), url=URL)
    change = added_blocks(before.hashes, page_blocks(page("Rückruf  B", "Rückruf A"), url=URL))
    assert isinstance(change, Additions)
    assert change.blocks == ()


def test_a_rebuilt_page_is_no_news() -> None:
    before = page_blocks(page(*(f"Alt {at}" for at in range(8))), url=URL)
    change = added_blocks(before.hashes, page_blocks(page(*(f"Neu {at}" for at in range(8))), url=URL))
    assert isinstance(change, Redesign)
    assert change.reason.code == "redesign"


def test_only_the_selected_part_is_watched() -> None:
    body = b"<html><body><div id=a><p>One.</p></div><div id=b><p>Two.</p></div></body></html>"
    assert [block.text for block in page_blocks(body, url=URL, selector="//div[@id='b']").blocks] == ["Two."]


def test_a_selector_that_matches_nothing_adds_nothing() -> None:
    blocks = page_blocks(page("A"), url=URL, selector="//section")
    assert blocks.problem is not None
    assert blocks.problem.code == "selector-matches-nothing"
    assert isinstance(added_blocks(["x"], blocks), Redesign)


@pytest.mark.parametrize("body", [b"%PDF-1.4 stream", b"\x89PNG\r\n\x1a\n\0", b"<rss version='2.0'><channel/></rss>"])
def test_what_is_no_page_is_not_watched(body: bytes) -> None:
    found = page_blocks(body, url="http://amt.example/board")
    assert (found.blocks, found.problem is not None and found.problem.code) == ((), "not-a-page")


def test_a_page_that_is_drawn_by_scripts_says_so_whether_a_part_was_asked_for_or_not() -> None:
    body = b"<html><body><div id='app'></div><script src='/a.js'></script></body></html>"
    for selector in (None, "#list"):
        found = page_blocks(body, url=URL, selector=selector)
        assert (found.blocks, found.problem is not None and found.problem.code) == ((), "needs-javascript")


def test_rows_and_items_are_one_block_each_and_other_text_is_by_paragraph() -> None:
    body = b"<html><body><main>Notice<p>One</p><ul><li><b>Two</b><p>and three</p></li></ul></main></body></html>"
    assert [block.text for block in page_blocks(body, url=URL).blocks] == [
        "Notice",
        "One",
        "Two · and three",
    ]
    rows = [block.text for block in page_blocks(body, url=URL, selector="li").blocks]
    assert rows == ["Two", "and three"]
