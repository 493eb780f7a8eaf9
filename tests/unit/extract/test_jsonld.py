from __future__ import annotations

import json

import pytest
from lxml.html import document_fromstring

from monitor.extract.jsonld import Graph, article_node, load_lenient, read_jsonld, text_of

OWN = "https://www.a.example/harbour"
KEYS = frozenset({"a.example/harbour"})


def graph(*scripts: object) -> Graph:
    texts = (script if isinstance(script, str) else json.dumps(script) for script in scripts)
    tags = "".join(f"<script type='application/ld+json'>{text}</script>" for text in texts)
    return read_jsonld(document_fromstring(f"<html><head>{tags}</head><body>x</body></html>"))


def test_empty_scripts_are_passed_over() -> None:
    assert [node["name"] for node in graph("", " \n", {"@type": "Thing", "name": "x"}).nodes] == ["x"]


@pytest.mark.parametrize("about", [OWN, {"@id": OWN}, {"@type": "WebPage", "url": f"{OWN}/"}])
def test_the_article_of_this_page_is_the_one_that_says_so(about: object) -> None:
    other = {"@type": "NewsArticle", "mainEntityOfPage": "https://a.example/ferry", "headline": "Ferry"}
    found = graph(other, {"@type": "NewsArticle", "mainEntityOfPage": about, "headline": "Harbour"})
    assert (article_node(found, urls=KEYS) or {})["headline"] == "Harbour"


def test_news_go_before_weaker_kinds_wherever_they_stand() -> None:
    news = {"@type": "NewsArticle", "url": OWN, "headline": "Harbour"}
    page = {"@type": "WebPage", "url": OWN, "headline": "A page", "name": "x", "description": "y"}
    for found in (graph(news, page), graph(page, news)):
        assert (article_node(found, urls=KEYS) or {})["headline"] == "Harbour"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([[], "", ["One"], "Two"], "One"),
        ([{"@value": " "}, {"name": ["One"]}], "One"),
        ("cut &amp;amp; \ud83d\x00", "cut &"),
        (f"&#{'1' * 5_000};", "\ufffd"),
        ([{"url": "x"}, 7, None], ""),
    ],
)
def test_a_value_is_the_first_text_in_it(value: object, text: str) -> None:
    assert text_of(value) == text


def test_values_may_be_nested_as_deep_as_json_goes() -> None:
    value: object = "deep"
    for _ in range(5_000):
        value = [value]
    assert text_of(value) == "deep"


@pytest.mark.parametrize("flood", ["-->" + " " * 200_000 + "x", "//" + " " * 200_000 + "x", "//" * 100_000])
def test_floods_around_the_data_end(flood: str) -> None:  # a quadratic step would meet the suite's time limit
    assert load_lenient(flood) is None
