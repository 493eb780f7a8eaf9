from __future__ import annotations

from monitor.extract.links import Anchor, anchors_of
from monitor.extract.page import Page, parse_page
from monitor.extract.zones import Zone

MOST = 5000


def anchors(body: str) -> list[Anchor]:
    page = parse_page(f"<html><body>{body}</body></html>", url="https://a.example/")
    assert isinstance(page, Page)
    return anchors_of(page)


def test_of_a_page_of_links_without_end_the_first_thousands_count() -> None:
    assert len(anchors("".join(f"<a href='/{n}'>x</a>" for n in range(MOST + 10)))) == MOST


def test_comments_between_links_are_no_elements() -> None:
    (found,) = anchors("<!-- menu --><nav><!-- one --><a href='/1'>One</a></nav>")
    assert Zone.NAV in found.zone


def test_a_card_is_looked_for_nearby_only() -> None:
    near, far = anchors(
        f"<div class='card'><p><a href='/1'>One</a></p></div>"
        f"<div class='card'>{'<span>' * 8}<a href='/2'>Two</a>{'</span>' * 8}</div>"
    )
    assert (near.card, far.card) == (True, False)


def test_a_link_without_words_is_called_what_its_attributes_or_its_picture_say() -> None:
    found = anchors(
        "<a href='/1' title='Harbour opens'></a><a href='/2' aria-label='Ferry sails'><i></i></a>"
        "<a href='/3'><img src='p.jpg' alt='Bridge closes'></a><a href='/4'></a>"
    )
    assert [anchor.title for anchor in found] == ["Harbour opens", "Ferry sails", "Bridge closes", ""]
