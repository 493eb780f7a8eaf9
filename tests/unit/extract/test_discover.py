from __future__ import annotations

import pytest

from monitor.extract.discover import FeedLink, find_feeds, usual_paths

URL = "https://paper.example/news/index.html"


def urls(html: str, **more: object) -> list[str]:
    return [link.url for link in find_feeds(f"<html><head>{html}</head><body></body></html>", url=URL)]


def test_declared_feeds() -> None:
    page = (
        '<link rel="alternate" type="application/rss+xml" title=" All\n news " href="/rss">'
        '<link rel="alternate" type="application/atom+xml" href="atom.xml">'
        '<link rel="alternate" type="application/feed+json" href="//cdn.example/feed.json">'
    )
    assert find_feeds(page, url=URL) == (
        FeedLink("https://paper.example/rss", "All news", "rss", "declared"),
        FeedLink("https://paper.example/news/atom.xml", "", "atom", "declared"),
        FeedLink("https://cdn.example/feed.json", "", "json", "declared"),
    )


@pytest.mark.parametrize(
    "link",
    [
        '<LINK REL="ALTERNATE" TYPE="APPLICATION/RSS+XML" HREF="/rss">',
        '<link rel="home alternate" type="application/rss+xml; charset=utf-8" href="/rss">',
        "<link rel=alternate type=application/rss+xml href=/rss>",
        '<link rel="feed" href="/rss">',
        '<link rel="alternate" type="text/xml" title="RSS feed" href="/rss">',
        '<base href="https://paper.example/"><link rel="alternate" type="application/rss+xml" href="rss#top">',
        '<link rel="alternate" type="appl&#105;cation/rss+xml" href="/rss">',
        '<link rel="alternate" type="application/rss+xml" href="feed://paper.example/rss">'.replace(
            "feed:", "feed:https:"
        ),
    ],
)
def test_spellings(link: str) -> None:
    assert urls(link) == ["https://paper.example/rss"]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate stylesheet" type="text/css" href="/a.css">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?x">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/x/feed/">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:void(0)">',
        '<link rel="search" type="application/opensearchdescription+xml" href="/rss">',
    ],
)
def test_what_is_no_feed(link: str) -> None:
    assert urls(link) == []


def test_the_link_header_comes_first() -> None:
    headers = [
        ("Link", '<https://paper.example/wp-json/>; rel="https://api.w.org/"'),
        ("link", '</x>; rel=next, </h>; rel="alternate"; type="application/rss+xml"'),
        ("X-Other", "</no>; rel=feed"),
    ]
    page = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    found = find_feeds(page, url=URL, headers=headers)
    assert [(link.url, link.why) for link in found] == [
        ("https://paper.example/h", "header"),
        ("https://paper.example/rss", "declared"),
    ]


def test_anchors_that_look_like_feeds_come_last() -> None:
    page = (
        '<a href="/rss.xml"><b>Our</b> RSS</a><a href="https://other.example/feed">x</a><a href="/about">RSS</a>'
        '<a href="#rss">up</a><link rel="alternate" type="application/rss+xml" href="/d">'
    )
    assert [(link.url, link.title, link.why) for link in find_feeds(page, url=URL)] == [
        ("https://paper.example/d", "", "declared"),
        ("https://paper.example/rss.xml", "Our RSS", "anchor"),
        ("https://paper.example/about", "RSS", "anchor"),
    ]


@pytest.mark.parametrize("page", [b"", b"\x00\xff\xfe", "<", b"plain text", "<!-- only -->"])
def test_bad_pages_have_none(page: bytes | str) -> None:
    assert find_feeds(page, url=URL) == ()


def test_the_number_is_bounded() -> None:
    page = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{number}">' for number in range(500))
    assert len(find_feeds(page, url=URL)) == 50


def test_usual_paths_start_below_the_page() -> None:
    paths = usual_paths("https://paper.example/blog")
    assert paths[0] == "https://paper.example/blog/feed"
    assert "https://paper.example/feed.xml" in paths
    assert usual_paths(URL)[0] == "https://paper.example/news/feed"
    assert len(usual_paths("https://paper.example/")) == len(set(usual_paths("https://paper.example/")))


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/rss xml" href="/f">',
        '<link rel="alternate" type="rss" href="/f">',
        '<link rel="alternate" type="application/xml+rss" href="/f">',
        '<link rel="service.feed" type="application/atom+xml" href="/f">',
        '<link rel="http://www.iana.org/assignments/relation/alternate" type="application/atom+xml" href="/f">',
        '<a href="/f">RSS</a>',
        '<a href="/f">Subscribe to our RSS feed</a>',
        '<a href="/f"><img src="/orange.png" alt="RSS 2.0"></a>',
        '<a href="https://feeds.elsewhere.example/rss">Abonnieren</a>',
    ],
)
def test_kinds_of_links_that_name_a_feed(link: str) -> None:
    (found,) = find_feeds(link, url=URL)
    assert found.url in ("https://paper.example/f", "https://feeds.elsewhere.example/rss")


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/atomsvc+xml" href="/service">',
        '<link rel="alternate" type="application/atomcat+xml" href="/categories">',
        '<a href="/2026/03/why-rss-is-not-dead.html">Why RSS is not dead</a>',
        '<a href="/2026/feed-the-hungry">Feed the hungry, says minister</a>',
        '<a href="mailto:rss@paper.example">RSS</a>',
        '<a href="/news">News</a>',
    ],
)
def test_links_that_do_not(link: str) -> None:
    assert find_feeds(link, url=URL) == ()


def test_what_a_template_holds_is_not_declared() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/{0}.xml">'
    page = f"<head>{link.format('real')}<template><div>{link.format('inert')}</div></template></head><p>x"
    assert [found.url for found in find_feeds(page, url="https://paper.example/")] == ["https://paper.example/real.xml"]


@pytest.mark.parametrize("inside", ["http://[/feed", "http://a%E2%84%80b/feed"])
def test_a_broken_address_within_another_is_left_alone(inside: str) -> None:
    (link,) = find_feeds(f"<a href='/subscribe.rss?url={inside}'>RSS</a>", url=URL)
    assert link.url == f"https://paper.example/subscribe.rss?url={inside}"
