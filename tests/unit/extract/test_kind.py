from __future__ import annotations

import pytest

from monitor.extract.kind import sniff
from monitor.extract.selector import check_selector

PARAGRAPH = "<p>" + "A paragraph of an article that goes on for a while and ends with a full stop. " * 4 + "</p>"
CARD = '<article><h2><a href="/n/{0}">A headline of one of the stories {0}</a></h2></article>'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "feed"),
        (b'<entry xmlns="http://www.w3.org/2005/Atom"><title>One</title></entry>', "feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "feed"),
        (b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "sitemap"),
        (b"%PDF-1.7", "pdf"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"PK\x03\x04", "other"),
        (b"", "other"),
        (b"Just words.\nAnd more of them.", "text"),
        (f"<html><body><h1>One story</h1>{PARAGRAPH * 6}</body></html>".encode(), "article"),
        (("<html><body>" + "".join(CARD.format(at) for at in range(12)) + "</body></html>").encode(), "listing"),
    ],
)
def test_what_a_document_is(body: bytes, kind: str) -> None:
    assert sniff(body, url="https://a.example/x/y") == kind


@pytest.mark.parametrize("selector", ["//article[@class='x']", "./a/@href", "(//p)[1]"])
def test_good_xpath_passes(selector: str) -> None:
    assert check_selector(selector) is None


@pytest.mark.parametrize("selector", ["", "  ", "//a[", "//a[foo("])
def test_bad_selectors_say_what_is_wrong(selector: str) -> None:
    assert check_selector(selector)


def test_css_selectors() -> None:
    pytest.importorskip("cssselect", reason="CSS selectors need the cssselect package")
    assert check_selector("article.teaser > a") is None
    assert check_selector("time@datetime") is None
    assert "no CSS selector" in (check_selector("a[[") or "")
