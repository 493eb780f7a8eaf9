from __future__ import annotations

import pytest

from monitor.extract.authors import clean_names
from monitor.extract.blocks import page_blocks_of
from monitor.extract.dates import parse_page_date
from monitor.extract.jsonld import load_lenient
from monitor.extract.metadata import Metadata, read_metadata
from monitor.extract.page import Page, parse_page
from monitor.extract.titles import without_site


def meta(html: str, url: str = "https://www.kurier.example/a/b-1") -> Metadata:
    page = parse_page(html, url=url)
    assert isinstance(page, Page)
    return read_metadata(page, page_blocks_of(page.tree))


def test_the_h1_most_like_the_other_wordings_is_the_title() -> None:
    html = "<title>Brücke wieder offen - Kurier</title><h1>Kurier</h1><h1>Brücke wieder offen</h1><p>x</p>"
    assert meta(html).title == "Brücke wieder offen"


def test_a_kicker_inside_the_h1_is_no_part_of_the_title() -> None:
    html = "<title>Brücke ist wieder offen</title><h1><span class='kicker'>Verkehr</span> Brücke ist wieder offen</h1>"
    assert meta(html).title == "Brücke ist wieder offen"


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Headline of the day | Kurier", "Headline of the day"),
        ("Kurier » Headline of the day", "Headline of the day"),
        ("A - B", "A - B"),
        ("Rain - and then more rain falls in the long night", "Rain - and then more rain falls in the long night"),
    ],
)
def test_the_sites_name_is_no_part_of_the_title(title: str, bare: str) -> None:
    assert without_site(title, ("kurier",)) == bare


def test_authors_come_from_json_ld_through_references() -> None:
    graph = """{"@graph": [{"@type": "NewsArticle", "headline": "Brücke offen", "author": {"@id": "#eva"}},
    {"@type": "Person", "@id": "#eva", "name": "Eva Muster"}]}"""
    html = f'<script type="application/ld+json">{graph}</script><h1>Brücke offen</h1>'
    assert meta(html).authors == ("Eva Muster",)


def test_a_byline_goes_before_the_publisher() -> None:
    html = """<meta property="og:site_name" content="Kurier"><meta name="author" content="Kurier">
    <h1>Brücke offen</h1><div class="byline">Von Eva Muster und Jan Beispiel</div><p>Text.</p>"""
    assert meta(html).authors == ("Eva Muster", "Jan Beispiel")


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ann Lee, Bo Ray and Cy Fox", ("Ann Lee", "Bo Ray", "Cy Fox")),
        ("von Eva Muster (dpa)", ("Eva Muster",)),
        ("https://a.example/eva", ()),
        ("Eva Muster, Eva Muster", ("Eva Muster",)),
    ],
)
def test_names_are_split_and_cleaned(raw: str, names: tuple[str, ...]) -> None:
    assert clean_names([raw]) == names


@pytest.mark.parametrize(
    ("text", "local", "utc"),
    [
        ("2026-03-05T08:15:00+01:00", "2026-03-05T08:15:00+01:00", "2026-03-05T07:15:00+00:00"),
        ("20260305T0815+0100", "2026-03-05T08:15:00+01:00", "2026-03-05T07:15:00+00:00"),
        ("2026-03-05", "2026-03-05", "2026-03-05T00:00:00+00:00"),
        ("Thu, 05 Mar 2026 08:15:00 +0100", "2026-03-05T08:15:00+01:00", "2026-03-05T07:15:00+00:00"),
        ("1772694900", "2026-03-05T07:15:00+00:00", "2026-03-05T07:15:00+00:00"),
    ],
)
def test_dates_keep_what_the_page_says(text: str, local: str, utc: str) -> None:
    found = parse_page_date(text)
    assert found is not None
    assert (found.local, found.at.isoformat()) == (local, utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-45",
        "1970-01-01T00:00:00Z",
        "x" * 100,
        "Fri, 31 Dec 9999 23:59:59 -0100",
        "Mon, 23 Nov 2026 10:00:00 +99999999999999999999",
    ],
)
def test_what_is_no_date_of_a_news_page_is_none(text: str) -> None:
    assert parse_page_date(text) is None


def test_the_date_of_another_article_is_not_taken() -> None:
    other = '{"@type":"NewsArticle","url":"https://www.kurier.example/other","headline":"Other","datePublished":"2020-01-01"}'
    own = (
        '{"@type":"NewsArticle","url":"https://www.kurier.example/a/b-1","headline":"Own","datePublished":"2026-03-05"}'
    )
    html = f'<script type="application/ld+json">[{other},{own}]</script><h1>Own</h1>'
    date = meta(html).date
    assert date is not None
    assert date.local == "2026-03-05"


@pytest.mark.parametrize(
    "raw", ['{"a": 1,}', '<!-- {"a": 1} -->', '//<![CDATA[\n{"a": 1}\n//]]>', '{"a": 1};', "{&quot;a&quot;: 1}"]
)
def test_broken_json_ld_is_mended(raw: str) -> None:
    assert load_lenient(raw) == {"a": 1}


def test_json_that_cannot_be_mended_is_none() -> None:
    assert load_lenient("{{{{") is None
    assert load_lenient("[" * 100_000) is None


def test_image_address_language_and_section() -> None:
    found = meta(
        """<html lang="de-AT"><meta property="og:image" content="/i.jpg"><link rel="canonical" href="/a/b-1">
        <meta property="article:section" content="Politik"><h1>Own words here</h1></html>"""
    )
    assert found.image == "https://www.kurier.example/i.jpg"
    assert found.canonical_url == "https://www.kurier.example/a/b-1"
    assert (found.language, found.section) == ("de", "Politik")


def test_tags_without_a_name_or_a_value_say_nothing() -> None:
    html = "<meta charset='utf-8'><meta content='x'><meta name='author' content=' '>"
    html += "<meta name='author' content='Eva Muster'>"
    assert meta(f"<html><head>{html}</head><body><h1>Own words here</h1></body></html>").authors == ("Eva Muster",)


def test_of_times_that_are_marked_the_first_that_can_be_read_counts() -> None:
    times = "<time itemprop='datePublished'>soon</time><time itemprop='datePublished' datetime='2026-03-05'>x</time>"
    date = meta(f"<html><body><h1>Own words here</h1>{times}</body></html>").date
    assert date is not None
    assert date.local == "2026-03-05"


def test_a_list_of_ten_thousand_names_is_no_byline() -> None:
    assert len(clean_names([", ".join(f"Anna Number{chr(97 + n % 26)}{'x' * (n % 40)}" for n in range(10_000))])) < 300
    assert len(clean_names(["Anna Berg, " * 10_000])) == 1
