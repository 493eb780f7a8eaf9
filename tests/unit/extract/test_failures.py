from __future__ import annotations

from monitor.extract.article import extract_article
from monitor.model.article import TextState

TEXT = "The council decided on Monday that the harbour stays open for another ten years, the mayor said. "


def test_the_text_before_a_part_that_is_nested_too_deep_is_a_teaser() -> None:
    article = f"<article><h1>Harbour stays open</h1>{f'<p>{TEXT}</p>' * 9}</article>"
    page = f"<html><body>{article}{'<div>' * 5_000}<p>The rest.</p></body></html>"
    found = extract_article(page.encode(), url="https://a.example/harbour")
    assert found.text_state is TextState.TEASER
    assert found.text_reason is not None
    assert found.text_reason.code == "too-deep"
    assert TEXT.strip() in found.text
