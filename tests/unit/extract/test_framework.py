"""Articles that a page carries only as data of its scripts."""

from __future__ import annotations

import json

import pytest

from monitor.extract.framework import framework_body, jsonld_body
from monitor.extract.page import Page, parse_page

ONE = "The council decided on Monday that the harbour stays open for another ten years, the mayor said."
TWO = "Opponents announced that they would take the decision to the highest court of the country soon."
HTML = f"<p>{ONE}</p><p>{TWO}</p>"


def body(*scripts: str) -> list[str]:
    page = parse_page(f"<html><body><div id='app'></div>{''.join(scripts)}</body></html>", url="https://a.example/1")
    assert isinstance(page, Page)
    return framework_body(page.tree)


def data(value: object) -> str:
    return f"<script type='application/json'>{json.dumps(value)}</script>"


@pytest.mark.parametrize(
    "value",
    [
        {"props": {"article": {"body": HTML}}},
        {"article": {"content": f"{ONE}\n{TWO}"}},
        {"article": {"body_html": HTML, "text": "short"}},
        {"article": {"blocks": [{"type": "p", "text": ONE}, {"type": "p", "html": f"<b>{TWO}</b>"}]}},
        {"article": {"paragraphs": [ONE, f"<p>{TWO}</p>", 7, {"none": 1}]}},
        {
            "article": {
                "content": [
                    {"children": [{"text": ONE}]},
                    {"data": {"text": TWO}},
                    {"text": " ", "model": {"text": ""}},
                ]
            }
        },
    ],
)
def test_a_body_is_found_in_any_shape_that_editors_give_it(value: object) -> None:
    assert body(data(value)) == [ONE, TWO]


def test_the_longest_body_of_all_counts() -> None:
    teaser = {"body": f"{ONE}\n{ONE}"}
    assert body(data({"teasers": [teaser], "article": {"body": f"{HTML}<p>{TWO}</p>"}}), data({"x": teaser})) == [
        ONE,
        TWO,
        TWO,
    ]


def test_the_state_of_a_script_and_the_pieces_of_a_stream_are_read_too() -> None:
    state = json.dumps({"article": {"body": HTML}})
    assert body(f"<script>window.__INITIAL_STATE__ = {state}; start()</script>") == [ONE, TWO]
    line = f'1:["$","div",null,{state}]\n'
    chunks = (line[:40], line[40:])
    stream = [f"<script>self.__next_f.push([1,{json.dumps(chunk)}])</script>" for chunk in chunks]
    assert body(*stream, '<script>self.__next_f.push([1,"\\\\x"])</script>') == [ONE, TWO]


@pytest.mark.parametrize(
    "script",
    [
        "<script>start()</script>",
        "<script>window.__STATE__ = {broken</script>",
        data({"title": ONE, "body": 7, "text": "Short."}),
        f"<script type='application/ld+json'>{json.dumps({'articleBody': HTML})}</script>",
        data({"body": {"inner": {"body": ["Home", "Contact"]}}}),
    ],
)
def test_what_is_no_article_is_left_alone(script: str) -> None:
    assert body(script) == []


def test_the_body_that_the_metadata_carry_is_plain_lines() -> None:
    assert jsonld_body({"articleBody": HTML}) == [ONE, TWO]
    assert jsonld_body({"articleBody": f"{ONE}\r\n\r\n{TWO}"}) == [ONE, TWO]
    assert jsonld_body(None) == jsonld_body({}) == []


def test_a_piece_of_a_stream_that_is_no_string_is_left_out() -> None:
    whole = json.dumps(f"1:{json.dumps({'article': {'body': HTML}})}\n")
    stream = [f"<script>self.__next_f.push([1,{chunk}])</script>" for chunk in ('"\\q"', whole)]
    assert body(*stream) == [ONE, TWO]


def test_data_without_end_are_read_up_to_some_depth_and_number() -> None:
    assert body(data([{"body": HTML}, *([{}] * 200_000)])) == []
    assert body(data([*([{}] * 1_000), {"body": HTML}])) == [ONE, TWO]


def test_a_flood_of_names_ends() -> None:  # a quadratic step would meet the suite's time limit
    assert body(f"<script>{'A__' * 100_000}</script>") == []
