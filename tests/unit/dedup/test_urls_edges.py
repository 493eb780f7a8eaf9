"""Keys, letter for letter: they stand in databases, so that a change of theirs makes old articles new."""

from __future__ import annotations

import pytest

from monitor.dedup.urls import is_home_page, same_site, url_key, usable_canonical


@pytest.mark.parametrize(
    ("url", "key"),
    [
        # host and port
        ("HTTP://WWW.Blatt.Example./a", "blatt.example/a"),
        ("https://www2.blatt.example/a", "blatt.example/a"),
        ("https://mobile.blatt.example/a", "blatt.example/a"),
        ("https://amp.blatt.example/a", "blatt.example/a"),
        ("https://www.example/a", "www.example/a"),  # else nothing but a suffix would be left
        ("https://m.example/a", "m.example/a"),
        ("https://blatt.example:443/a", "blatt.example/a"),
        ("http://blatt.example:80/a", "blatt.example/a"),
        ("http://blatt.example:443/a", "blatt.example:443/a"),
        ("https://blatt.example:80/a", "blatt.example:80/a"),
        ("https://xn--mnchen-3ya.example/a", "münchen.example/a"),
        ("https://www.xn--mnchen-3ya.example/a", "münchen.example/a"),
        ("https://xn--\u00fc.example/a", "xn--\u00fc.example/a"),
        ("https://münchen.example/a", "münchen.example/a"),
        # path
        ("https://blatt.example", "blatt.example"),
        ("https://blatt.example/", "blatt.example"),
        ("https://blatt.example//", "blatt.example"),
        ("https://blatt.example//a//b/", "blatt.example/a/b"),
        ("https://blatt.example/a/./b/../c", "blatt.example/a/c"),
        ("https://blatt.example/a/index.html", "blatt.example/a"),
        ("https://blatt.example/a/Default.aspx", "blatt.example/a"),
        ("https://blatt.example/index.php", "blatt.example"),
        ("https://blatt.example/myindex.html", "blatt.example/myindex.html"),
        ("https://blatt.example/a;JSESSIONID=1F/b;x=1", "blatt.example/a/b;x=1"),
        ("https://blatt.example/%7ejoe/%c3%bc%2f", "blatt.example/~joe/%C3%BC%2F"),
        ("https://blatt.example/ü b", "blatt.example/%C3%BC%20b"),
        ("https://blatt.example/(a)'b", "blatt.example/(a)'b"),
        ("https://blatt.example/100%", "blatt.example/100%"),
        # AMP
        ("https://blatt.example/amp/a", "blatt.example/a"),
        ("https://blatt.example/a/amp/", "blatt.example/a"),
        ("https://blatt.example/a.amp.html", "blatt.example/a.html"),
        ("https://blatt.example/a.amp", "blatt.example/a"),
        ("https://blatt.example/a/amp.html", "blatt.example/a/"),
        ("https://blatt.example/a.html/amp", "blatt.example/a.html"),
        ("https://blatt.example/amp", "blatt.example/amp"),
        ("https://blatt.example/camp", "blatt.example/camp"),
        ("https://blatt.example/amp/X", "blatt.example/X"),
        ("https://blatt.example/X", "blatt.example/X"),
        ("https://blatt.example/amp.html", "blatt.example/amp.html"),
        ("https://blatt.example/a?output=amp", "blatt.example/a"),
        ("https://blatt.example/a?outputType=print", "blatt.example/a?outputType=print"),
        ("https://blatt.example/a?amp", "blatt.example/a"),
        ("https://blatt.example/a?amp=1", "blatt.example/a"),
        ("https://blatt.example/a?AMP=True", "blatt.example/a"),
        ("https://blatt.example/a?outputType=amp", "blatt.example/a"),
        ("https://blatt.example/a?output=print", "blatt.example/a?output=print"),
        ("https://blatt.example/a?amp=2", "blatt.example/a?amp=2"),
        # query
        ("https://blatt.example/a?", "blatt.example/a"),
        ("https://blatt.example/a?b=&a=2&a=1", "blatt.example/a?a=1&a=2&b="),
        ("https://blatt.example/?p=1", "blatt.example?p=1"),
        ("https://blatt.example/a?UTM_Source=x&id=1", "blatt.example/a?id=1"),
        ("https://blatt.example/a?utm_source_x1=x", "blatt.example/a"),
        ("https://blatt.example/a?utm_source_x123=x", "blatt.example/a?utm_source_x123=x"),
        ("https://blatt.example/a?from=rss2", "blatt.example/a"),
        ("https://blatt.example/a?FROM=Twitter", "blatt.example/a"),
        ("https://blatt.example/a?src=other.example", "blatt.example/a"),
        ("https://blatt.example/a?src=2", "blatt.example/a?src=2"),
        ("https://blatt.example/a?q=%FF", "blatt.example/a?q=%FF"),
        ("https://blatt.example/a?q=a+b", "blatt.example/a?q=a+b"),
        ("https://blatt.example/a#b", "blatt.example/a"),
        # as people and feeds write them
        ("  https://blatt.example/a \n", "blatt.example/a"),
        ("https://blatt.exa\n\tmple/a b", "blatt.example/ab"),
        ("https://blatt.example/a\n  b", "blatt.example/ab"),
        ("https://blatt.example/a\t  b", "blatt.example/ab"),
        ("http://ab/\\c", "ab/%5Cc"),
        ("//blatt.example/a", "blatt.example/a"),
        ("https:\\\\blatt.example/a", "blatt.example/a"),
        ("https://blatt.example/a?x=1&amp;y=2", "blatt.example/a?x=1&y=2"),
        ("https://blatt.example/a?x=1&copy=2", "blatt.example/a?copy=2&x=1"),  # no entity without its semicolon
        ("https://http://blatt.example/a", "blatt.example/a"),
        ("HTTP://https:/blatt.example/a", "blatt.example/a"),
        # no address at all
        ("", ""),
        ("urn:uuid:1", "urn:uuid:1"),
        (" mailto:a@b.example ", "mailto:a@b.example"),
        ("ftp://blatt.example/a", "ftp://blatt.example/a"),
        ("http:///a", "http:///a"),
        ("http://[", "http://["),
        ("https://blatt.example:x/", "https://blatt.example:x/"),
    ],
)
def test_the_key_of_an_address(url: str, key: str) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize(
    ("wrapped", "key"),
    [
        ("https://www.google.com/url?q=https://blatt.example/a", "blatt.example/a"),
        ("https://google.co.uk/url?q=x&url=https://blatt.example/a", "blatt.example/a"),
        ("https://www.google.com/search?q=http://blatt.example", "google.com/search?q=http%3A%2F%2Fblatt.example"),
        ("https://www.google.com/url?q=/local", "google.com/url?q=%2Flocal"),
        ("https://l.facebook.com/l.php?u=http%3A%2F%2Fblatt.example%2Fa%3Futm_id%3D1", "blatt.example/a"),
        ("https://l.instagram.com/?u=https://blatt.example/a", "blatt.example/a"),
        ("https://m.youtube.com/redirect?q=https://blatt.example/a", "blatt.example/a"),
        ("https://www.bing.com/news/apiclick.aspx?url=https://blatt.example/a", "blatt.example/a"),
        ("https://evilgoogle.com/url?q=http://blatt.example", "evilgoogle.com/url?q=http%3A%2F%2Fblatt.example"),
        ("https://x.cdn.ampproject.org/c/s/blatt.example/a?b=1", "blatt.example/a?b=1"),
        ("https://x.cdn.ampproject.org/v/blatt.example/a", "blatt.example/a"),
        ("https://x.cdn.ampproject.org/c/s/nohost", "x.cdn.ampproject.org/c/s/nohost"),
        ("https://www.google.com/amp/s/blatt.example/a", "blatt.example/a"),
        ("https://www.google.de/amp/blatt.example:443/a", "blatt.example:443/a"),
        ("https://www.google.de/amp/s/blatt.example:443/a", "blatt.example/a"),
        ("https://other.example/amp/s/blatt.example/a", "other.example/s/blatt.example/a"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fblatt.example%252Fa",
            "blatt.example/a",
        ),
    ],
)  # fmt: skip
def test_what_a_redirector_or_a_cache_holds(wrapped: str, key: str) -> None:
    assert url_key(wrapped) == key


def test_five_wrappers_are_one_too_many() -> None:
    def wrapped(times: int) -> str:
        address = "https://blatt.example/a"
        for _ in range(times):
            address = "https://www.google.com/amp/s/" + address.removeprefix("https://")
        return url_key(address)

    assert wrapped(4) == "blatt.example/a"
    assert wrapped(5) == "google.com/s/blatt.example/a"


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://blatt.example/", True),
        ("https://blatt.example/de/", True),
        ("https://blatt.example/de-at", True),
        ("https://blatt.example/sports", False),
        ("https://blatt.example/a/b", False),
        ("https://blatt.example/?p=1", False),
        ("https://blatt.example/de?p=1", False),
    ],
)
def test_what_is_a_home_page(url: str, *, home: bool) -> None:
    assert is_home_page(url) is home


def test_sites_are_those_of_one_owner() -> None:
    assert same_site("https://news.blatt.example/a", "http://BLATT.example")
    assert not same_site("https://blatt.example/", "https://other.example/")
    assert not same_site("https://a.co.uk/", "https://b.co.uk/")
    assert not same_site("", "")
    assert not same_site("http://[", "http://[")
    assert not same_site("https://blatt.example/", "http://[")


def test_when_a_canonical_link_serves() -> None:
    page = "https://www.blatt.example/a/long-story"
    assert usable_canonical("HTTP://blatt.example/a/long-story", page, titles=2)
    assert not usable_canonical("ftp://blatt.example/a/long-story", page)
    assert not usable_canonical("https:/blatt.example/a/long-story", page)
    assert not usable_canonical("", page)
    assert usable_canonical("https://blatt.example/", "https://blatt.example/de/")


def test_long_addresses_have_the_keys_of_short_ones() -> None:
    for length in (400, 600):
        assert url_key(f"https://www.blatt.example/{'a' * length}?utm_id=1") == f"blatt.example/{'a' * length}"


def test_a_redirector_with_a_broken_host_is_compared_as_it_is() -> None:
    assert url_key("https://[google.com/url?q=https://news.example/a") != url_key("https://news.example/a")
