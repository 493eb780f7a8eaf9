"""A word of the archive is filed under what a search for any of its forms asks for."""

from __future__ import annotations

import pytest

from monitor.match.forms import BACKWARDS, WHOLE, WORD_MAX, asked_for, beginning, filed_under, within
from monitor.match.nodes import Parts, Wild, Word
from tests.unit.match.vocabulary import lexicon


def finds(word: Word, text: str, language: str | None = "de", kind: str | None = None) -> bool:
    """Whether the search would propose the word of a text."""
    return not asked_for(word, kind, lexicon()).isdisjoint(filed_under(text, language, lexicon()))


@pytest.mark.parametrize("form", ["Haus", "Häuser", "HÄUSERN", "Hauses"])
def test_every_form_finds_every_other_one(form: str) -> None:
    assert finds(Word("Haus"), form)
    assert finds(Word(form), "Häuser")


def test_a_word_that_is_meant_exactly_finds_itself_only() -> None:
    assert finds(Word("Haus", exact=True), "Haus")
    assert not finds(Word("Haus", exact=True), "Häuser")


def test_parts_of_compounds_are_found_unless_somebody_asks_for_whole_words() -> None:
    compound = "Regierungskrise"
    assert finds(Word("Krise"), compound)
    assert finds(Word("Krise"), compound, language=None)
    assert not finds(Word("Krise"), compound, language="en")
    assert not finds(Word("Krise", parts=Parts.NEVER), compound)
    assert not finds(Word("Krise", exact=True), compound)


def test_names_and_acronyms_are_not_looked_for_in_compounds() -> None:
    assert finds(Word("Krise"), "Krises", kind="person")
    assert not finds(Word("Krise"), "Regierungskrise", kind="person")
    assert finds(Word("UN"), "UN")
    assert not finds(Word("UN"), "un")


@pytest.mark.parametrize("word", ["2026", "3,5", "x" * (WORD_MAX + 1)])
def test_numbers_and_noise_are_not_filed(word: str) -> None:
    assert filed_under(word, "de", lexicon()) == frozenset()


@pytest.mark.parametrize(
    ("wild", "text"), [(Wild.PREFIX, "Preisliste"), (Wild.SUFFIX, "Gaspreis"), (Wild.INFIX, "Gaspreisbremse")]
)
def test_a_word_with_an_open_end_asks_for_a_beginning_of_keys(wild: Wild, text: str) -> None:
    word = Word("Preis", wild=wild)
    keys = filed_under(text, "de", lexicon())
    assert any(key.startswith(beginning(word)) and within(word) in key for key in keys)
    for other in ("Streik", "Reispark"):
        others = filed_under(other, "de", lexicon())
        assert not any(key.startswith(beginning(word)) and within(word) in key for key in others)


def test_only_a_word_that_is_open_at_its_front_is_sought_backwards() -> None:
    assert beginning(Word("Preis", wild=Wild.PREFIX)).startswith(WHOLE)
    assert beginning(Word("Preis", wild=Wild.SUFFIX)) == f"{BACKWARDS}sierp"
    assert beginning(Word("Preis", wild=Wild.INFIX)) == BACKWARDS
    assert within(Word("Preis", wild=Wild.SUFFIX)) == ""
