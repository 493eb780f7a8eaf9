from __future__ import annotations

import pytest

from monitor.dedup.domains import registrable_domain
from monitor.dedup.urls import is_home_page, same_site, url_key, usable_canonical


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://www.blatt.example/politik/1?utm_source=x&at_medium=rss", "http://blatt.example/politik/1"),
        ("https://m.blatt.example/a/", "https://blatt.example/a"),
        ("https://blatt.example/a/amp", "https://blatt.example/a"),
        ("https://blatt.example/a?ref=feed", "https://blatt.example/a"),
        ("https://blatt.example/b/../a?b=2&a=1#top", "https://blatt.example/a?a=1&b=2"),
        ("https://www.google.com/url?q=https://blatt.example/a&sa=U", "https://blatt.example/a"),
        ("https://blatt-example.cdn.ampproject.org/c/s/blatt.example/a", "https://blatt.example/a"),
        (
            "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fblatt.example%2Fa&data=5",
            "https://blatt.example/a",
        ),
        ("https://blatt.example/a?mod=rss_markets&feedType=RSS&rss=1", "https://blatt.example/a"),
        ("https://blatt.example/a;jsessionid=1F?x=1", "https://blatt.example/a?x=1"),
        ("https://www.google.com/amp/s/blatt.example/a?x=1", "https://blatt.example/a?x=1"),
        ("https:\\\\blatt.example\\a", "https://blatt.example/a"),
        ("https://https://blatt.example/a", "https://blatt.example/a"),
        ("https://blatt.example/%7Eanna/%c3%a4/index.php", "https://blatt.example/~anna/%C3%A4/"),
        ("https://blatt.example/a&utm_source=rss&utm_medium=feed", "https://blatt.example/a"),
        ("https://blatt.example/a?x=1?utm_source=rss&utm_medium=feed", "https://blatt.example/a?x=1"),
        ("https://blatt.example/a?utm_source=rss?x=1", "https://blatt.example/a"),
        ("https://blatt.example/a%3Futm_source=rss", "https://blatt.example/a"),
        ("https://blatt.example/a?utm_source=rss;utm_medium=feed&x=1", "https://blatt.example/a?x=1"),
        ("https://blatt.example/a?format=amp&view=AMP", "https://blatt.example/a"),
        ("https://blatt.example/a?at_custom1=x&utm_social-type=y&INTCMP=z&__hstc=1&ito=14", "https://blatt.example/a"),
    ],
)
def test_spellings_of_one_address_share_a_key(a: str, b: str) -> None:
    assert url_key(a) == url_key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://blatt.example/a?id=1", "https://blatt.example/a?id=2"),
        ("https://blatt.example/a?ref=17", "https://blatt.example/a?ref=18"),
        ("https://blatt.example/a?gallery=1", "https://blatt.example/a"),
        ("https://blatt.example/A", "https://blatt.example/a"),
        ("https://news.blatt.example/a", "https://blatt.example/a"),
        ("https://blatt.example:8443/a", "https://blatt.example/a"),
        ("https://blatt.example/#/news/1", "https://blatt.example/#/news/2"),
        ("https://blatt.example/#!/1", "https://blatt.example/#!/2"),
        ("https://blatt.example/a?view=1", "https://blatt.example/a?view=2"),
        ("https://blatt.example/a?trk=1", "https://blatt.example/a?trk=2"),
        ("https://blatt.example/a?utmost_=1", "https://blatt.example/a?utmost_=2"),
    ],
)
def test_different_articles_never_share_a_key(a: str, b: str) -> None:
    assert url_key(a) != url_key(b)


@pytest.mark.parametrize(
    "odd", ["", "  ", "http://[", "urn:uuid:1", "mailto:a@b.example", "https://x.example:99999/", "//"]
)
def test_no_address_raises_nothing(odd: str) -> None:
    assert isinstance(url_key(odd), str)
    assert not same_site(odd, "https://blatt.example/")


def test_a_key_of_a_key_is_itself() -> None:
    key = url_key("https://www.blatt.example/a/?b=2&a=1&utm_source=x")
    assert url_key(f"https://{key}") == key


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.blatt.example", "blatt.example"),
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("a.b.gov.br", "b.gov.br"),
        ("anna.blogspot.com", "anna.blogspot.com"),
        ("192.168.0.1", "192.168.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_registrable_domains(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_a_canonical_link_is_trusted_within_its_site_only() -> None:
    page = "https://www.blatt.example/a/1"
    assert usable_canonical("https://blatt.example/a/1", page)
    assert not usable_canonical("https://other.example/a/1", page)
    assert not usable_canonical("https://blatt.example/", page)
    assert not usable_canonical("https://blatt.example/a/1", page, titles=3)
    assert not usable_canonical(None, page)
    assert not usable_canonical("/a/1", page)
    assert is_home_page("https://blatt.example/de/")


def test_an_address_of_any_length_has_its_key() -> None:
    path = "a" * 5000
    assert url_key(f"https://www.news.example/{path}?utm_source=x") == f"news.example/{path}"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/\ud800",
        "https://news.example/?q=\ud800",
        "https://news.example/#/\ud800",
        "https://www.google.com/url?url=https://news.example/\ud800",
        "https://xn--" + "a\ud800".encode("punycode").decode() + ".example/",
        "https://xn--" + "\ud800b\udfff".encode("punycode").decode() + ".example/",
    ],
)
def test_a_key_has_nothing_that_a_database_does_not_take(url: str) -> None:
    assert url_key(url).encode()


def test_what_is_too_long_for_a_host_is_not_decoded() -> None:
    label = "xn--" + ("ü" * 60).encode("punycode").decode()
    assert url_key(f"https://{label}.example/") == f"{label}.example"
    assert url_key("https://xn--mller-kva.example/") == "müller.example"


def test_a_reference_without_end_breaks_no_address() -> None:
    assert url_key("https://a.example/?a=1&#" + "1" * 5_000 + ";") == url_key("https://a.example/?a=1\ufffd")
