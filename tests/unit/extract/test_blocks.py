from __future__ import annotations

from lxml.html import document_fromstring

from monitor.extract.blocks import MAX_BLOCKS, MAX_CHARS, fold_space, page_blocks_of


def test_a_page_of_more_parts_or_text_than_any_article_has_is_read_up_to_there() -> None:
    parts = document_fromstring("<html><body>" + "<p>x</p>" * (MAX_BLOCKS + 9) + "</body></html>")
    assert len(page_blocks_of(parts)) == MAX_BLOCKS
    texts = document_fromstring(f"<html><body><p>{'x' * MAX_CHARS}</p><p>y</p><p>z</p></body></html>")
    assert [block.text[0] for block in page_blocks_of(texts)] == ["x", "y"]


def test_marks_that_nobody_sees_leave_no_gap() -> None:
    assert fold_space(" one\u200b two \u00ad three\x00 \ufeff\ud83d ") == "one two three"
    assert fold_space("نمی\u200cدانم") == "نمی\u200cدانم"
