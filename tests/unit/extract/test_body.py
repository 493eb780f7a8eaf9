from __future__ import annotations

from monitor.extract.article import extract_article

TEXT = "The council decided on Monday that the harbour stays open for another ten years, the mayor said. "


def test_a_page_that_is_too_big_for_the_core_is_read_by_our_own_extractor() -> None:
    rows = "<i>x</i>" * 20_000
    page = f"<html><body><main><h1>Harbour stays open</h1>{f'<p>{TEXT}</p>' * 9}</main><footer>{rows}</footer></body>"
    article = extract_article(page.encode(), url="https://a.example/harbour")
    assert article.text.count(TEXT.strip()) == 9
    assert any("too big" in step.verdict for step in article.steps)
    assert article.published_at is None
