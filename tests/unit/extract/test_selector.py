"""Selectors as people write them."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from monitor.extract.selector import check_selector, select, select_elements

PAGE = document_fromstring(
    "<div class='list'><a class='title' href='/a'>A</a><time datetime='2026-01-05'>today</time></div><p>(end)</p>"
)


@pytest.mark.parametrize(
    "text",
    [
        "a.title",
        "a.title@href",
        "a:has(> b), li:nth-child(2)",
        "//a[not(contains(@class, 'x(y)'))]/@href",
        "//a[@x and (@y or (@z))]",
        "(//a)[1]",
        "./following-sibling::node()[1]",
        "//a[re:test(@href, '^/')]",
    ],
)
def test_what_can_be_used(text: str) -> None:
    assert check_selector(text) is None


@pytest.mark.parametrize("text", ["", "a[", "a >> b", "//a[count(", "//a[missing()]", "//a[my:own()]", "@href"])
def test_what_cannot_is_refused_before_it_is_used(text: str) -> None:
    assert check_selector(text)
    assert select(PAGE, text) == []


def test_elements_and_attributes() -> None:
    assert select(PAGE, "a.title@href") == ["/a"]
    assert select(PAGE, "//time/@datetime") == ["2026-01-05"]
    assert [element.tag for element in select_elements(PAGE, "a.title")] == ["a"]
    assert select_elements(PAGE, "a.title@href") == []


def test_an_expression_may_give_a_text_and_a_number_finds_nothing() -> None:
    assert select(PAGE, "(string(//a))") == ["A"]
    assert select(PAGE, "(string(//h1))") == []
    assert select(PAGE, "(count(//a))") == []
