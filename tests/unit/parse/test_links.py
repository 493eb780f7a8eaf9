from __future__ import annotations

import pytest

from monitor.parse.links import absolute, base_of, tidy

DOCUMENT = "https://paper.example/feeds/all.xml"


@pytest.mark.parametrize(
    ("link", "bases", "expected"),
    [
        ("https://a.example/x", (), "https://a.example/x"),
        ("/x", (None, "https://site.example/blog/", DOCUMENT), "https://site.example/x"),
        ("x", ("posts/", "https://site.example/blog/", DOCUMENT), "https://site.example/blog/posts/x"),
        ("//cdn.example/x", (DOCUMENT,), "https://cdn.example/x"),
        ("www.other.example/x", (DOCUMENT,), "https://www.other.example/x"),
        ("https://a.example/x?y=1&amp;z=2", (DOCUMENT,), "https://a.example/x?y=1&z=2"),
        ("?p=1", (DOCUMENT,), "https://paper.example/feeds/all.xml?p=1"),
        (" https://a.example/\n  x ", (), "https://a.example/x"),
        ("https://a.example/a b", (), "https://a.example/a%20b"),
        ("mailto:a@b.example", (DOCUMENT,), None),
        ("javascript:alert(1)", (DOCUMENT,), None),
        ("https://", (DOCUMENT,), None),
        ("N/A", (DOCUMENT,), None),
        (" # ", (DOCUMENT,), None),
        ("http://[broken", (DOCUMENT,), None),
        ("", (DOCUMENT,), None),
        (None, (DOCUMENT,), None),
        ("/x", (), None),
        ("/x", ("javascript:", DOCUMENT), "https://paper.example/x"),
        ("x" * 9000, (DOCUMENT,), None),
    ],
)
def test_links_become_absolute(link: str | None, bases: tuple[str | None, ...], expected: str | None) -> None:
    assert absolute(link, *bases) == expected


def test_base_of_goes_from_outer_to_inner() -> None:
    assert base_of("c/", "/b/", "https://a.example/z") == "https://a.example/b/c/"
    assert base_of(None, "") is None


def test_tidy_keeps_what_is_inside() -> None:
    assert tidy(" \thttps://a.example/ü?q=1 ") == "https://a.example/ü?q=1"
