"""Words and numbers of texts, as comparing reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dedup.words import (
    MAX_CHARACTERS,
    MAX_FIGURES,
    corrections,
    figures,
    is_name_like,
    names,
    normal,
    numbered,
    numbers,
    plain,
    quantities,
    raw_tokens,
    similarity,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry_line sank: 12 saved!", ["the", "ferry", "line", "sank", "12", "saved"]),
        ("Zürich\u00ader Straße", ["züricher", "strasse"]),
        ("東京で地震", ["東", "京", "で", "地", "震"]),
        ("ﬁnal", ["final"]),
        (" \t\n--- ", []),
    ],
)
def test_words_are_unified_and_unspaced_scripts_read_by_character(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_is_read_like_every_other_text(text: str) -> None:
    assert raw_tokens(text) == raw_tokens(f"{text} é")[:-1]


@given(st.text())
def test_words_are_found_again_by_their_places(text: str) -> None:
    words = raw_tokens(text)
    distinct, order = numbered(words)
    assert len(set(distinct)) == len(distinct)
    assert [distinct[place] for place in order] == words


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    assert len(normal("ab " * MAX_CHARACTERS)) == MAX_CHARACTERS


@pytest.mark.parametrize("written", ["1.200", "1,200", "1 200", "1\u202f200", "1’200", "01200", "1200,0"])
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert numbers(f"about {written} people") == {"1200"}


def test_fractions_and_marks_of_footnotes_change_no_number() -> None:
    assert numbers("waited 1½ hours for 51¹ trains") == {"1", "51"}


def test_what_stands_around_a_number_shows_which_one_was_corrected() -> None:
    before, after = (
        figures("The toll rose to 51 people, at 12:30 h."),
        figures("The toll rose to 53 people, at 13:40 h."),
    )
    assert corrections(before, after) == [("51", "53")]
    assert len(before) == 1


def test_numbers_that_stand_between_the_same_words_tell_nothing() -> None:
    table = "one two {} three four. one two {} three four. one two 9 trains left."
    assert list(figures(table.format(1, 2)).values()) == ["9"]


@given(st.text(st.sampled_from("0123456789., ab½'\n")))
def test_the_numbers_are_the_same_with_and_without_what_stands_around(text: str) -> None:
    found, around = quantities(text)
    assert found == numbers(text)
    assert found.issuperset(around.values())
    assert len(around) <= MAX_FIGURES


def test_names_stand_inside_a_sentence() -> None:
    assert names("Yesterday Karsa won. Karsa was glad. Nobody else was.") == {"karsa": 2}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("an iPhone, an A and the A4 of Bo_Na", {"a4": 1, "bo": 1, "na": 1}),
        ("in Österreich und bei Ødegård, 3Sat", {"österreich": 1, "ødegård": 1}),
        ("в Москве и у ЁЖа", {"москве": 1, "ёжа": 1}),
        ("東京Tokyo のNHK", {"tokyo": 1, "nhk": 1}),
    ],
)
def test_names_are_whole_words(text: str, found: dict[str, int]) -> None:
    assert names(text) == found
    assert not is_name_like("K")


def test_markup_goes_and_less_than_stays() -> None:
    assert tokens(plain("<p>one</p><br>two")) == ["one", "two"]
    assert plain("no markup") == "no markup"


def test_titles_are_alike_by_their_words() -> None:
    assert similarity("Ferry sinks", "ferry SINKS") == 1.0
    assert similarity("", "") == similarity("a", "") == 0.0
