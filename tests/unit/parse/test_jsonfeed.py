from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.parse.feed import read_document

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://paper.example/feed.json"
FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Paper & Co",
    "home_page_url": "https://paper.example/",
    "feed_url": "/feed.json",
    "next_url": "?page=2",
    "language": "en",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [
        {
            "id": 7,
            "url": "/a",
            "title": "A < B",
            "content_html": "<p>Text</p>",
            "summary": "short",
            "date_published": "2024-01-02T03:04:05+01:00",
            "date_modified": "2024-01-03T00:00:00Z",
            "authors": [{"name": "Ann"}, 7],
            "tags": ["one", 2],
            "image": "/i.png",
            "attachments": [{"url": "/a.mp3"}, {}],
        },
        {"id": "https://paper.example/b", "content_text": "Only text, no title"},
        "not an item",
    ],
}


def read(body: str | dict[str, Any], **more: Any) -> ParsedFeed | NotAFeed:
    text = body if isinstance(body, str) else json.dumps(body)
    return read_document(text.encode(), url=URL, now=NOW, **more)


def test_a_whole_feed() -> None:
    feed = read(FEED)
    assert isinstance(feed, ParsedFeed)
    assert (feed.kind, feed.title, feed.url, feed.language) == ("json", "Paper & Co", "https://paper.example/", "en")
    assert feed.hints.next_url == "https://paper.example/feed.json?page=2"
    assert feed.hints.hub == "https://hub.example/"
    first, second = feed.entries
    assert (first.id, first.url, first.title) == ("7", "https://paper.example/a", "A < B")
    assert first.published_at == datetime(2024, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert first.authors == ("Ann",)
    assert first.categories == ("one", "2")
    assert first.image == "https://paper.example/i.png"
    assert first.enclosures == ("https://paper.example/a.mp3",)
    assert (second.url, second.title) == ("https://paper.example/b", "Only text, no title")


def test_known_items_are_left_out() -> None:
    feed = read(FEED)
    assert isinstance(feed, ParsedFeed)
    again = read(FEED, known=frozenset(feed.item_hashes[:1]))
    assert isinstance(again, ParsedFeed)
    assert (again.entries, again.known) == (feed.entries[1:], 1)
    assert again.item_hashes == feed.item_hashes


def test_a_cut_feed_keeps_its_complete_items() -> None:
    text = json.dumps(FEED)
    feed = read(text[: text.index("Only text")])
    assert isinstance(feed, ParsedFeed)
    assert [entry.id for entry in feed.entries] == ["7"]
    assert feed.title == "Paper & Co"
    assert [problem.code for problem in feed.problems] == ["truncated"]


def test_other_json_is_no_feed() -> None:
    for body in ("{}", "[1, 2]", '{"items": []}', '{"items": "x", "title": "t"}', "{", '{"error": "no such feed"}'):
        answer = read(body)
        assert isinstance(answer, NotAFeed), body
        assert answer.reason.code == "not-a-feed"


def remarks(body: str) -> tuple[int, list[str]]:
    feed = read(body)
    assert isinstance(feed, ParsedFeed), body[:80]
    return len(feed.entries), [problem.code for problem in feed.problems]


@pytest.mark.parametrize(
    "wrapped",
    ["callback({});", "/**/ news.show1 ({})", "// made for scripts\njQuery_17({})\n", ")]}',\ncallback({});"],
)
def test_a_function_call_around_the_feed_is_seen_through(wrapped: str) -> None:
    assert remarks(wrapped.replace("{}", json.dumps(FEED))) == (2, ["untidy-json"])


def test_a_guard_against_scripts_is_no_fault() -> None:
    assert remarks(")]}'\n" + json.dumps(FEED)) == (2, [])
    assert remarks("while(1);" + json.dumps(FEED)) == (2, [])


def test_comments_and_trailing_commas_are_read() -> None:
    text = """/* made
    by hand */ {"version": "1", "title": "A // B", // the paper
    "items": [{"id": "1", "url": "https://paper.example/1", "content_text": "a /* b */, ]"}, # not this
    ],}"""
    assert remarks(text.replace("# not this", "")) == (1, ["untidy-json"])
    feed = read(text.replace("# not this", "/* the end"))
    assert isinstance(feed, ParsedFeed)
    assert (feed.title, feed.entries[0].url, feed.entries[0].content) == (
        "A // B",
        "https://paper.example/1",
        "a /* b */, ]",
    )
    assert [problem.code for problem in feed.problems] == ["truncated"]


def test_items_under_keys_are_read() -> None:
    items = {str(n): item for n, item in enumerate(FEED["items"]) if isinstance(item, dict)}
    assert remarks(json.dumps({**FEED, "items": items})) == (2, ["untidy-json"])


def test_behind_a_broken_item_the_next_is_read() -> None:
    broken = """{"version": "1", "items": [{"id": "1", "content_text": "one"},
    {"id": "2", "content_text": "he said "no", and left", "url": "https://paper.example/2"},
    {"id": "3", "content_text": "three", "url": "https://paper.example/3"}]}"""
    feed = read(broken)
    assert isinstance(feed, ParsedFeed)
    assert [entry.id for entry in feed.entries] == ["1", "3"]
    assert [problem.code for problem in feed.problems] == ["malformed"]
    inside = broken.replace('"he said', '"x", "attachments": [{"url": "a"}, {"url": "b"}], "summary": "he said')
    again = read(inside)
    assert isinstance(again, ParsedFeed)
    assert [entry.id for entry in again.entries] == ["1", "3"]


def test_nothing_inside_a_cut_item_is_an_item() -> None:
    text = json.dumps(
        {"version": "1", "items": [{"id": "1", "authors": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}]}
    )
    for end in range(len(text) - 3):
        answer = read(text[:end])
        assert isinstance(answer, NotAFeed) or answer.entries == ()


def test_refused_json_names_what_to_do() -> None:
    for body in ('[{"title": "One", "link": "https://paper.example/1"}]', '{"posts": []}', "{'items': []}"):
        answer = read(body)
        assert isinstance(answer, NotAFeed), body
        assert "sources add" in answer.reason.text


@pytest.mark.parametrize(
    "flood",
    [
        "/*" * 100_000,
        "{" + "//\n" * 100_000,
        "f(" * 50_000 + "{",
        '{"items": [' + '{"a": "b" c},{' * 20_000,
        "{" + '"' * 99_999,
        '{"a": "' + '\\"' * 200_000 + "\\",
    ],
)
def test_floods_end(flood: str) -> None:
    read(flood)


def test_halves_of_characters_and_controls_are_left_out() -> None:
    odd = "\\u0000 cut\\ud83d"
    names = f'"id": "1{odd}", "url": "/a{odd}", "title": "T{odd}", "summary": "s{odd}", "content_text": "c{odd}"'
    names += f', "authors": [{{"name": "A{odd}"}}, "B{odd}"], "tags": ["t{odd}"], "image": "/i{odd}"'
    feed = read(f'{{"version": "1", "title": "P{odd}", "items": [{{{names}}}]}}')
    assert isinstance(feed, ParsedFeed)
    (entry,) = feed.entries
    assert (entry.id, entry.title, entry.summary, entry.content) == ("1 cut", "T cut", "s cut", "c cut")
    assert (entry.url, entry.image) == ("https://paper.example/a%20cut", "https://paper.example/i%20cut")
    assert (feed.title, entry.authors, entry.categories) == ("P cut", ("A cut", "B cut"), ("t cut",))


def test_an_id_may_be_a_number_of_any_length() -> None:
    feed = read('{"version": "1", "items": [{"id": ' + "7" * 5_000 + ', "title": "One"}]}')
    assert isinstance(feed, ParsedFeed)
    assert feed.entries[0].id == "7" * 5_000


def test_an_empty_feed_is_a_feed() -> None:
    feed = read({**FEED, "items": []})
    assert isinstance(feed, ParsedFeed)
    assert feed.entries == ()


def test_deep_nesting_is_survived() -> None:
    assert read('{"version": "https://jsonfeed.org/version/1", "items": [' + "[" * 100_000)
    assert read('{"version": "1", "items": [{"id": ' + "[" * 980 + "]" * 980 + "}]}")


@pytest.mark.parametrize(
    ("title", "read_as"), [('"a\nb"', "a b"), ('"a\\u12', ""), ("7", "7"), ('{"x": 1}', ""), ('"a \\"b\\""', 'a "b"')]
)
def test_line_breaks_and_broken_titles_are_survived(title: str, read_as: str) -> None:
    for end in ("]}", "]"):
        feed = read('{"version": "1", "title": ' + title + ', "items": [{"id": 1, "content_text": "one\ntwo"}' + end)
        assert isinstance(feed, ParsedFeed)
        assert (feed.title, len(feed.entries)) == (read_as, 1)
