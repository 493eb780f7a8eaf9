"""Which sitemaps of a site are tried."""

from __future__ import annotations

import pytest

from monitor.loops.sites import USUAL_SITEMAPS, sitemaps_to_try

SITE = "https://paper.example"


@pytest.mark.parametrize(
    ("robots", "named"),
    [
        ("Sitemap: https://paper.example/news.xml", ["/news.xml"]),
        ("\ufeffSitemap: https://paper.example/news.xml", ["/news.xml"]),
        ("User-agent: *\rSITEMAP:/news.xml\r\n sitemap\t: /b-news.xml # for Google", ["/news.xml", "/b-news.xml"]),
        ("Sitemap https://paper.example/news.xml", ["/news.xml"]),
        ("Sitemap: /pages.xml\nSitemap: /News.xml", ["/News.xml"]),
        ("Sitemap: /pages.xml", USUAL_SITEMAPS),
        ("Sitemap: https://[paper/news.xml\nSitemap: /news.xml", ["/news.xml"]),
        ("Sitemap: mailto:news/paper\nSitemap:\thttps:///news.xml", USUAL_SITEMAPS),
        ("Sitemap: https://news.example/2010.xml", USUAL_SITEMAPS),
        ("Sitemap:\nAllow: /news", USUAL_SITEMAPS),
        ("# Sitemap: /news.xml\nNositemap: /news.xml", USUAL_SITEMAPS),
        ("", USUAL_SITEMAPS),
    ],
)
def test_news_sitemaps_are_those_that_robots_txt_names_or_at_usual_places(robots: str, named: list[str]) -> None:
    assert sitemaps_to_try(f"{SITE}/front/", robots.encode()) == [SITE + path for path in named]


def test_a_line_that_never_comes_to_its_address_is_read_once() -> None:
    assert sitemaps_to_try(SITE, b"Sitemap" + b"\t" * 1_000_000) == [SITE + path for path in USUAL_SITEMAPS]
