from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.model.entry import Entry
from monitor.parse.raw import Link, RawItem, Surroundings, content_hash, entry_of, language_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
AROUND = Surroundings((None, "https://paper.example/", "https://feeds.example/f.xml"), NOW)


def entry(**fields: object) -> Entry:
    raw = RawItem()
    for name, value in fields.items():
        setattr(raw, name, value)
    return entry_of(raw, AROUND)


def test_the_html_alternate_is_the_address() -> None:
    links = [Link("self", "", "/s"), Link("alternate", "application/json", "/j"), Link("alternate", "text/html", "/h")]
    assert entry(links=links).url == "https://paper.example/h"
    assert entry(links=links[:2]).url == "https://paper.example/j"
    assert entry(links=links[:1]).url == "https://paper.example/s"


def test_a_guid_that_is_a_link_and_an_enclosure_stand_in() -> None:
    assert entry(id="https://a.example/1", id_is_link=True).url == "https://a.example/1"
    assert entry(id="https://a.example/1").url is None
    assert entry(enclosures=["https://a.example/1.mp3"]).url == "https://a.example/1.mp3"


def test_titles_are_made_up_where_there_is_none() -> None:
    assert entry(summary="<p>First words.</p>").title == "First words."
    assert entry(other_title="Clip").title == "Clip"
    assert entry(id="tag:1").title == "tag:1"
    assert entry(links=[Link("", "", "https://a.example/1")]).title == "https://a.example/1"


def test_a_summary_that_repeats_the_content_is_dropped() -> None:
    made = entry(summary="same", contents=["same"])
    assert (made.summary, made.content) == ("", "same")


def test_the_longest_content_is_kept() -> None:
    assert entry(contents=["short", "much longer"]).content == "much longer"


def test_dates() -> None:
    made = entry(published="2024-01-02T03:04:05Z", updated="1970-01-01T00:00:00Z")
    assert made.published_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert made.updated_at is None
    assert entry(created="2024-01-02").published_at is not None
    assert entry(updated="2024-01-02").published_at is None
    rss = replace(AROUND, updated_is_published=True)
    assert entry_of(RawItem(updated="2024-01-02"), rss).published_at is not None


def test_names_are_plain_unique_and_bounded() -> None:
    made = entry(authors=["<b>Ann</b>", "Ann", ""], categories=[str(number) for number in range(500)])
    assert made.authors == ("Ann",)
    assert len(made.categories) == 50


def test_the_content_hash_sees_only_what_is_said() -> None:
    one = entry(
        id="1", title="News", contents=['<p>Text</p><img src="t?1">'], links=[Link("", "", "https://a.example/?s=1")]
    )
    two = entry(id="2", title="NEWS ", contents=["<div>Text</div>"], published="2024-01-02")
    assert one.content_hash == two.content_hash
    assert entry(title="News", contents=["Other"]).content_hash != one.content_hash
    assert content_hash("", "", "a") != content_hash("", "", "b")


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("DE", "de"),
        ("en_us", "en-US"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("english", None),
        ("", None),
        (None, None),
        ("e!", None),
    ],
)
def test_languages(given: str | None, tag: str | None) -> None:
    assert language_of(given) == tag
