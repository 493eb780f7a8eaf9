"""What is taken away from an extracted text, and why."""

from __future__ import annotations

from monitor.extract.blocks import Block, key_of, page_blocks_of
from monitor.extract.page import Page, parse_page
from monitor.extract.trim import Trimmed, trim

ONE = "The council decided on Monday that the harbour stays open for another ten years."
TWO = "Opponents announced that they would take the decision to the highest court soon."


def blocks_of(body: str) -> list[Block]:
    page = parse_page(f"<html><body>{body}</body></html>", url="https://a.example/1")
    assert isinstance(page, Page)
    return page_blocks_of(page.tree)


def trimmed(body: str, *lines: str, title: str = "The harbour stays open", agreed: tuple[str, ...] = ()) -> Trimmed:
    return trim(lines, titles=[title], blocks=blocks_of(body), agreed=frozenset(map(key_of, agreed)))


def test_scraps_before_the_first_sentence_go_unless_one_of_them_is_the_standfirst() -> None:
    body = f"<p>Harbour</p><p>Ada Lovelace</p><p>{ONE}</p>"
    assert trimmed(body, "Harbour", "Ada Lovelace", ONE).lines == (ONE,)
    led = f"<p class='lead'>Ten more years</p><p>{ONE}</p>"
    assert trimmed(led, "Ten more years", ONE).lines == ("Ten more years", ONE)


def test_the_headline_is_not_repeated_above_the_text_but_may_occur_far_below() -> None:
    title = "The harbour stays open for another ten years"
    lines = [ONE, TWO] * 4
    assert title not in trimmed("", title, *lines, title=title).lines
    assert trimmed("", *lines, title, TWO, title=title).lines.count(title) == 1
    below = f"<h1>{title}</h1>"
    assert title not in trimmed(below, *lines, title, TWO, title=title).lines


def test_headings_at_the_end_that_announce_what_is_gone_go_too() -> None:
    body = f"<p>{ONE}</p><h2>Read more</h2><h3>From the web</h3>"
    assert trimmed(body, ONE, "Read more", "From the web").lines == (ONE,)


def test_what_the_page_calls_no_text_goes_unless_both_extractors_took_it() -> None:
    body = f"<p>{ONE}</p><aside class='sidebar'><p>{TWO}</p></aside>"
    assert trimmed(body, ONE, TWO).lines == (ONE,)
    assert trimmed(body, ONE, TWO, agreed=(ONE, TWO)).lines == (ONE, TWO)


def test_a_paragraph_for_subscribers_is_text_and_a_word_to_them_is_not() -> None:
    long = f"{ONE} {TWO} {ONE}"
    body = f"<p>{ONE}</p><div class='paywall'><p>{long}</p><p>Subscribe now and read on, please do.</p></div>"
    found = trimmed(body, ONE, long, "Subscribe now and read on, please do.")
    assert long in found.lines
    assert "Subscribe now and read on, please do." not in found.lines


def test_a_line_that_stands_in_very_many_places_costs_no_more_than_one_in_a_few() -> None:
    body = f"<p>{ONE}</p>" + f"<p>{TWO}</p>" * 30
    assert trimmed(body, ONE, TWO).lines == (ONE, TWO)
