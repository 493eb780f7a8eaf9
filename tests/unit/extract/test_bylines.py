"""Dates that a page shows for people, and those that are not the article's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.extract.article import extract_article

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROSE = (
    "<p>The council of Velmora voted on Monday to close the old harbour bridge for at least two years.</p>"
    "<p>Engineers found the damage during an inspection, the mayor told reporters after the meeting on Monday.</p>"
)


def date_of(inner: str, around: str = "", url: str = "https://courier.example/news/bridge.html") -> datetime | None:
    html = f"<html><body><article><h1>Bridge closed</h1>{inner}{PROSE}</article>{around}</body></html>"
    return extract_article(html.encode(), url=url, content_type="text/html", now=NOW).published_at


@pytest.mark.parametrize(
    ("inner", "at"),
    [
        ('<time datetime="2026-11-20T10:15:00+01:00">yesterday</time>', datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ("<div class=byline>By Dana Kolar | 20 November 2026, 10:15</div>", datetime(2026, 11, 20, tzinfo=UTC)),
        ("<div>Stand: 20.11.2026 10:15 Uhr</div>", datetime(2026, 11, 20, tzinfo=UTC)),
        ("<div>20 ноября 2026, 10:15</div>", datetime(2026, 11, 20, tzinfo=UTC)),
        ("<p>Publié le 20 novembre 2026 à 10h15.</p>", datetime(2026, 11, 20, tzinfo=UTC)),
        (
            '<abbr class="published" title="2026-11-20T10:15:00+01:00">Friday</abbr>',
            datetime(2026, 11, 20, 9, 15, tzinfo=UTC),
        ),
        ('<aside class="meta">20 November 2026</aside>', datetime(2026, 11, 20, tzinfo=UTC)),
        ("<p>January 1, 2026</p>", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_line_is_read(inner: str, at: datetime) -> None:
    assert date_of(inner) == at


@pytest.mark.parametrize(
    ("inner", "around"),
    [
        ("", "<footer>Copyright 2026 Velmora Courier</footer>"),
        ("", "<div>© 2026 Velmora Courier</div>"),
        ("", "<div>Velmora Courier 2026</div>"),
        ("<p>The bridge had been closed once before, on 5 March 2020, when a ship ran into its piers.</p>", ""),
        ("", "<aside><a href=/x>Older story</a> <span>3 November 2025</span></aside>"),
        ("", '<a href=/x><h3>Older</h3><time datetime="2025-11-03T10:00:00Z">3 Nov</time></a>'),
        ("", '<section class=comments><time datetime="2026-11-21T10:00:00Z">1d</time> Well said</section>'),
    ],
)
def test_the_date_of_something_else_is_not_taken(inner: str, around: str) -> None:
    assert date_of(inner, around) is None


def test_of_marked_times_the_one_behind_the_headline_counts() -> None:
    html = f"""<html><body><div><time datetime="2026-11-22T08:00:00Z">now</time></div>
        <h1>Bridge closed</h1><time datetime="2026-11-20T08:00:00Z">20 Nov</time>{PROSE}</body></html>"""
    article = extract_article(html.encode(), url="https://courier.example/a", content_type="text/html", now=NOW)
    assert article.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    before = html.replace('<time datetime="2026-11-20T08:00:00Z">20 Nov</time>', "")
    article = extract_article(before.encode(), url="https://courier.example/a", content_type="text/html", now=NOW)
    assert article.published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_the_address_says_a_day() -> None:
    assert date_of("", url="https://courier.example/2026/11/20/bridge") == datetime(2026, 11, 20, tzinfo=UTC)
