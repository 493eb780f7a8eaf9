from __future__ import annotations

import pytest

from monitor.extract.kind import looks_like, sniff
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
        (b"\x00 \x00\n", "other"),
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


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"", None, "empty"),
        (b"\x00\x00\x00\x20ftypavif", None, "image"),
        (b"PK\x03\x04rest", None, "other"),
        (b"anything", "video/mp4", "other"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, "image"),
        (b"<?xml version='1.0'?><other/>", None, "html"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', None, "feed"),
        (b'{"a": 1}', None, "other"),
        (b"strange", "image/heic", "image"),
        (b"words without tags", "text/html", "html"),
        (b"words without tags", "text/plain", "text"),
        (b"words without tags", "application/msword", "other"),
        (b"\xc3\x28\xa0\xa1" * 40, None, "other"),
        (b"\x00\x00\x00", None, "other"),
    ],
)
def test_the_first_bytes_say_more_than_the_header(body: bytes, content_type: str | None, kind: str) -> None:
    assert looks_like(body, content_type=content_type) == kind


PROSE = "".join(
    f"<p>The council decided on bridge number {n} after a long debate in the old hall.</p>" for n in range(12)
)
LINKS = "".join(f"<h2><a href='/n/{n}'>The council decides on bridge {n}</a></h2>" for n in range(20))


@pytest.mark.parametrize(
    ("head", "body", "url", "kind"),
    [
        ("", PROSE, "https://a.example/story/1", "article"),
        ("", LINKS, "https://a.example/story/1", "listing"),
        ("<meta property='og:type' content='article'>", "<p>Short.</p>", "https://a.example/x/1", "article"),
        ("<meta property='og:type' content='website'>", "<p>Short.</p>", "https://a.example/x/1", "listing"),
        (
            "<meta property='article:published_time' content='2026-03-01'>",
            "<p>Hi.</p>",
            "https://a.example/",
            "listing",
        ),
        (
            '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "headline": "x"}</script>',
            "<p>Short.</p>",
            "https://a.example/x/1",
            "article",
        ),
        (
            '<script type=\'application/ld+json\'>{"@type": "CollectionPage"}</script>',
            "<p>Short.</p>",
            "https://a.example/x/1",
            "listing",
        ),
    ],
)
def test_a_page_is_an_article_or_a_list_by_what_it_says_and_holds(head: str, body: str, url: str, kind: str) -> None:
    page = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    assert sniff(page, url=url) == kind


def test_what_cannot_be_read_as_a_page_is_neither() -> None:
    assert sniff(b"<!-- -->", url="https://a.example/") == "other"
    assert sniff(b"", url="https://a.example/") == "other"
