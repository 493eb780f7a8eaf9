"""What makes a link of a page a story."""

from __future__ import annotations

import pytest

from monitor.extract.links import Anchor, anchors_of, same_site, url_shape
from monitor.extract.linkscore import ACCEPT, Scored, score_links, word_count
from monitor.extract.page import Page, parse_page
from monitor.extract.zones import Zone

URL = "https://a.example/"
STORY = "Council decides on the new harbour bridge today"


def score(**about: object) -> Scored:
    anchor = Anchor(**({"url": f"{URL}one", "title": STORY} | about))  # type: ignore[arg-type]  # by name
    (found,) = score_links([anchor], page_url=URL)
    return found


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"title": STORY}, {"title": "Harbour bridge decided today"}),
        ({"title": "Harbour bridge decided today"}, {"title": "Harbour bridge today"}),
        ({"title": "Harbour bridge today"}, {"title": "Harbour"}),
        ({"title": "Harbour"}, {"title": "Read more"}),
        ({"heading": True}, {}),
        ({"dated": True}, {}),
        ({"card": True}, {}),
        ({}, {"zone": Zone.FOOTER}),
        ({"zone": Zone.META, "heading": True}, {"zone": Zone.META}),
        ({"url": f"{URL}2026/03/01/one"}, {}),
        ({"url": f"{URL}one-12345"}, {}),
        ({"url": f"{URL}show?id=12345"}, {"url": f"{URL}show?lang=en"}),
        ({"url": f"{URL}news/one"}, {"url": f"{URL}list/one"}),
        ({"url": f"{URL}the-new-harbour-bridge"}, {"url": f"{URL}new-harbour-bridge"}),
        ({"url": f"{URL}new-harbour-bridge"}, {}),
        ({"url": f"{URL}a/one"}, {"url": f"{URL}tag/one"}),
        ({"url": f"{URL}city/one"}, {"url": f"{URL}city/videos"}),
        ({}, {"url": "https://other.example/one"}),
        ({}, {"url": URL}),
        ({}, {"url": f"{URL}one.pdf.zip"}),
    ],
)
def test_the_one_is_more_of_a_story_than_the_other(more: dict[str, object], less: dict[str, object]) -> None:
    assert score(**more).score > score(**less).score


def test_every_point_says_why() -> None:
    found = score(heading=True, url=f"{URL}2026/03/01/one-12345")
    assert found.why == [
        "+3 headline of six words or more",
        "+2.5 in a heading",
        "+2.5 date in the address",
        "+1.5 number in the address",
        "-0.5 few words in the address",
    ]


def test_scripts_without_blanks_count_two_characters_for_a_word() -> None:
    assert (word_count("Harbour bridge decided"), word_count("港口大桥今天决定")) == (3, 4)


def test_links_of_one_list_rise_and_fall_together() -> None:
    anchors = [Anchor(f"{URL}2026/03/01/story-{n}", STORY, heading=n != 0, place="li < ul") for n in range(6)]
    odd, *others = score_links(anchors, page_url=URL)
    assert any("like its neighbours by place" in why for why in odd.why)
    assert all(one.score >= ACCEPT for one in others)


def test_a_section_prefers_its_own_stories_to_undated_guides_of_others() -> None:
    own = [Anchor(f"{URL}city/the-harbour-bridge-story-{n}", STORY, heading=True) for n in range(12)]
    guide = Anchor(f"{URL}guides/the-best-harbour-hotels", STORY, heading=True)
    dated = Anchor(f"{URL}sport/2026/03/01/the-harbour-race", STORY, heading=True)
    found = score_links([*own, guide, dated], page_url=f"{URL}city")
    assert "-5 another section, undated" in found[-2].why
    assert "-5 another section, undated" not in found[-1].why
    assert "-5 another section, undated" not in score_links([*own, guide], page_url=URL)[-1].why


def anchors(body: str) -> list[Anchor]:
    page = parse_page(f"<html><body>{body}</body></html>", url=URL)
    assert isinstance(page, Page)
    return anchors_of(page)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<a href='/1'>Text</a>", "Text"),
        ("<a href='/1' title='Named'><img alt='x'></a>", "Named"),
        ("<a href='/1' aria-label='Said'></a>", "Said"),
        ("<a href='/1'><img alt='Pictured'></a>", "Pictured"),
        ("<a href='/1'></a>", ""),
        ("<a href='/1'><h3>Head</h3><p>Text</p></a>", "Head"),
        ("<article><a href='/1'><img></a><h3>Beside</h3></article>", "Beside"),
        ("<article><a href='/1'><img></a><h3>One</h3><h3>Two</h3></article>", ""),
    ],
)
def test_a_link_is_called_what_a_reader_would_call_it(body: str, title: str) -> None:
    (found,) = anchors(body)
    assert found.title == title


def test_an_address_is_listed_once_with_the_best_that_is_said_of_it() -> None:
    picture = "<li><a href='/1'><img></a></li>"
    card = "<article><h2><a href='/1'>The bridge opens</a></h2><time datetime='2026-03-01'>x</time></article>"
    (found,) = anchors(
        picture + card + "<a href='/1'>more</a>" + f"<a href='/{'x' * 3000}'>long</a><a href='#a'>top</a>"
    )
    assert (found.title, found.heading, found.card, found.dated, found.image) == (
        "The bridge opens",
        True,
        True,
        True,
        True,
    )
    assert found.published_at is not None


def test_a_card_with_many_times_or_an_odd_one_is_not_dated_by_them() -> None:
    many = "".join("<time datetime='2026-03-01'>x</time>" for _ in range(4))
    (crowded,) = anchors(f"<article><a href='/1'>x</a>{many}</article>")
    (odd,) = anchors("<article><a href='/1'>x</a><time datetime='soon'>soon</time></article>")
    assert [(one.dated, one.published_at) for one in (crowded, odd)] == [(False, None), (True, None)]


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://www.a.example/1", "https://a.example/", True),
        ("https://news.a.example/1", "https://www.a.example/", True),
        ("https://a.example/1", "https://news.a.example/", True),
        ("https://b.co.uk/1", "https://a.co.uk/", False),
        ("https://news.a.co.uk/1", "https://a.co.uk/", True),
        ("nothing", "https://a.example/", False),
    ],
)
def test_hosts_below_one_name_are_one_site(url: str, other: str, same: bool) -> None:
    assert same_site(url, other) is same


def test_links_of_one_list_have_one_shape() -> None:
    urls = (f"{URL}2026/03/01/the-new-bridge.html", f"{URL}2025/12/24/merry-christmas-to-all.html")
    assert {url_shape(url) for url in urls} == {"a.example/<date>/<date>/<date>/<slug>"}
    assert url_shape(f"{URL}news/12?b=1&a=2") == "a.example/news/<date>?a,b"
    assert url_shape(f"{URL}a-b/123456/x") == "a.example/<pair>/<id>/x"
