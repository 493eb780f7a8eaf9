from __future__ import annotations

import pytest

from monitor.extract.page import Page, parse_page
from monitor.extract.pagination import counts_on, next_page

URL = "https://a.example/news/harbour-opens"


def page(body: str, *, head: str = "", url: str = URL) -> Page:
    found = parse_page(f"<html><head>{head}</head><body><p>Text</p>{body}</body></html>", url=url)
    assert isinstance(found, Page)
    return found


@pytest.mark.parametrize(
    ("url", "address", "counts"),
    [
        ("/a", "/a/2", True),
        ("/a.html", "/a,2.html", True),
        ("/a.html", "/a-page2.html", True),
        ("/a-2.html", "/a-3.html", True),
        ("/a/page/2/", "/a/page/3/", True),
        ("/a", "/a?page=2", True),
        ("/a?page=2", "/a?page=3", True),
        ("/a?id=5", "/a?id=5&seite=2", True),
        ("/a?page=3", "/a?page=2", False),
        ("/a", "/a?page=next", False),
        ("/a", "/a?page=%C2%B2", False),
        ("/a", "/a?page=1000", False),
        ("/a", f"/a?page={'9' * 5_000}", False),
        (f"/a?page={'9' * 5_000}", "/a?page=2", True),
        ("/a", "/a?color=2", False),
        ("/a", "/a?page=2&sort=1", False),
        ("/a", "/b", False),
        ("/a-2", "/b-3", False),
        ("/a-2-1", "/a-3-2", False),
        ("/2024/a", "/2025/a", False),
        ("/a", "/a/comments", False),
    ],
)
def test_a_next_page_is_this_address_counted_on(url: str, address: str, counts: bool) -> None:
    assert counts_on(f"https://a.example{url}", f"https://a.example{address}") is counts


@pytest.mark.parametrize(
    "link",
    [
        "<a rel='next' href='?page=2'>more</a>",
        "<a href='?page=2'>Nächste Seite »</a>",
        "<a href='?page=2' aria-label='Next'></a>",
        "<a href='?page=2' title='Next'></a>",
    ],
)
def test_the_next_page_is_named_as_such(link: str) -> None:
    assert next_page(page(link)) == f"{URL}?page=2"


@pytest.mark.parametrize(
    "link",
    [
        "<a>Next</a>",
        "<a href='mailto:a@b.example'>Next</a>",
        f"<a href='{URL}'>Next</a>",
        "<a href='https://other.example/news/harbour-opens?page=2'>Next</a>",
        "<a href='?page=2'>Two</a>",
        "<a rel='next' href='/news/another-story'>Next story</a>",
    ],
)
def test_what_merely_follows_is_no_next_page_of_an_article(link: str) -> None:
    assert next_page(page(link)) is None


def test_of_a_list_the_next_page_may_lie_anywhere_on_the_site() -> None:
    assert next_page(page("<a href='/archive/b'>Older posts</a>"), listing=True) == "https://a.example/archive/b"


def test_the_head_of_a_page_may_name_the_next() -> None:
    assert next_page(page("", head=f"<link rel='next' href='{URL}?page=2'>")) == f"{URL}?page=2"
