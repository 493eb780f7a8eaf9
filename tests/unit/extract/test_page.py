from __future__ import annotations

import pytest

from monitor.extract.page import MAX_ELEMENTS, MAX_HTML_BYTES, Page, host_of, parse_page, read_page, web_address
from monitor.model.reasons import Reason

URL = "https://a.example/news/1"


def reason(body: bytes) -> str:
    found = read_page(body, url=URL)
    assert isinstance(found, Reason), "this is a page"
    return found.code


def test_what_is_no_page_says_why() -> None:
    assert reason(b" \r\n") == "empty"
    assert reason(b"<!-- -->") == "empty"
    assert reason(b"x" * (MAX_HTML_BYTES + 1)) == "too-large"
    assert reason(b"<p>" * (MAX_ELEMENTS + 10)) == "too-large"


def test_a_page_that_is_nested_without_end_is_read_up_to_there() -> None:
    page = read_page(b"<p>first</p>" + b"<div>" * 5_000 + b"last", url=URL)
    assert isinstance(page, Page)
    assert page.problem is not None
    assert page.problem.code == "too-deep"
    assert "first" in page.tree.text_content()


def test_an_element_with_a_hundred_thousand_attributes_costs_no_time_and_loses_them() -> None:
    monster = "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">text</div>"
    long = f"<p title='{'x' * 20_000}'>kept</p>"
    page = parse_page(f"<?xml version='1.0'?><html><body>{monster}{long}</body></html>", url=URL)
    assert isinstance(page, Page)
    (div,), (paragraph,) = page.tree.iter("div"), page.tree.iter("p")
    assert (len(div.attrib), div.text, len(paragraph.get("title") or "")) == (0, "text", 20_000)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", "https://a.example/news/x"),
        ("<base>", "https://a.example/news/x"),
        ("<base href='/other/'>", "https://a.example/other/x"),
        ("<base href='https://b.example/'>", "https://b.example/x"),
        ("<base href='http://[broken'>", "https://a.example/news/x"),
    ],
)
def test_relative_addresses_start_at_the_base_of_the_page(base: str, expected: str) -> None:
    page = parse_page(f"<html><head>{base}</head><body>text</body></html>", url=URL)
    assert isinstance(page, Page)
    assert page.absolute("x#part") == expected


NO_ADDRESSES = (None, "", " ", "#top", "javascript:go()", "mailto:a@b.example", "ftp://x/y", "http://[x")


@pytest.mark.parametrize("href", NO_ADDRESSES)
def test_what_is_no_web_address(href: str | None) -> None:
    assert web_address(URL, href) is None


def test_the_host_of_an_address() -> None:
    assert [host_of(url) for url in ("https://www.A.example:81/x", "nothing", "http://[x")] == ["a.example", "", ""]
