from __future__ import annotations

import pytest

from monitor.parse.direct import parse_strict
from monitor.parse.markup import content_of, inner_html, language_in, text_of


@pytest.mark.parametrize(
    ("xml", "content"),
    [
        ('<c type="html">&lt;p&gt;x&lt;/p&gt;</c>', "<p>x</p>"),
        (
            '<c type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p a="1">x &amp; y<br/></p></div></c>',
            '<p a="1">x &amp; y<br/></p>',
        ),
        ("<c><div>a</div><div>b</div></c>", "<div>a</div><div>b</div>"),
        ('<c mode="base64" type="text/plain">aGVsbG8=</c>', "hello"),
        ('<c type="application/octet-stream">%%%</c>', "%%%"),
        ('<c type="image/svg+xml"><x:svg xmlns:x="urn:x"><x:g/></x:svg></c>', "<svg><g></g></svg>"),
        ("<c> \n </c>", ""),
    ],
)
def test_content_is_unpacked(xml: str, content: str) -> None:
    root = parse_strict(xml.encode())
    assert root is not None
    assert content_of(root) == content


def test_text_keeps_tails_and_escapes() -> None:
    root = parse_strict(b"<c>a &lt; b <i>c</i> d</c>")
    assert root is not None
    assert text_of(root) == inner_html(root) == "a &lt; b <i>c</i> d"


def test_elements_with_thousands_of_attributes_lose_them() -> None:
    attributes = " ".join(f'a{number}="1"' for number in range(500))
    root = parse_strict(f"<c><p {attributes}>x</p></c>".encode())
    assert root is not None
    assert inner_html(root) == "<p>x</p>"


def test_language() -> None:
    root = parse_strict(b'<c xml:lang="de"/>')
    assert root is not None
    assert language_in(root) == "de"
