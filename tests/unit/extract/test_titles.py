from __future__ import annotations

from monitor.extract.blocks import page_blocks_of
from monitor.extract.metadata import read_metadata
from monitor.extract.page import Page, parse_page
from monitor.extract.titles import title_of_document


def page(head: str = "", body: str = "") -> Page:
    found = parse_page(f"<html><head>{head}</head><body>{body}<p>Text</p></body></html>", url="https://a.example/1")
    assert isinstance(found, Page)
    return found


def title(head: str, body: str, *, hint: str | None = None) -> str:
    found = page(head, body)
    return read_metadata(found, page_blocks_of(found.tree), title_hint=hint).title


def test_a_class_that_names_the_whole_heading_is_no_kicker() -> None:
    inside = "<span class='section-title'>Bridge opens again</span>"
    assert title("<title>Bridge opens again</title>", f"<h1>{inside}</h1>") == "Bridge opens again"


def test_a_headline_without_letters_is_like_no_other() -> None:
    assert title("<title>…</title>", "<h1>Bridge opens again</h1>", hint="—") == "Bridge opens again"


def test_the_title_of_a_drawing_is_not_the_page_s() -> None:
    drawing = "<svg><title>Magnifying glass</title></svg>"
    assert title_of_document(page(body=drawing)) == ""
    assert title_of_document(page("<title>Bridge</title>", drawing)) == "Bridge"
