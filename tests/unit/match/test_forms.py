"""Under which keys a word of the archive is filed, against those that a searched word asks for."""

from __future__ import annotations

import pytest

from monitor.match.forms import asked_for, beginning, filed_under, within
from monitor.match.nodes import Parts, Wild, Word
from tests.unit.match.vocabulary import lexicon


def finds(word: Word, text: str, language: str | None = "de", *, kind: str | None = None) -> bool:
    return not asked_for(word, kind, lexicon()).isdisjoint(filed_under(text, language, lexicon()))


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        (Word("Sanktion"), "Sanktionen", True),
        (Word("Sanktionen"), "Sanktion", True),
        (Word("Sanktion", exact=True), "Sanktionen", False),
        (Word("Sanktion"), "Vertrag", False),
        (Word("Krise"), "Regierungskrise", True),
        (Word("Krise", exact=True), "Regierungskrise", False),
        (Word("Krise", parts=Parts.NEVER), "Regierungskrise", False),
        (Word("Krise", parts=Parts.NEVER), "Krisen", True),
        (Word("WHO"), "WHO", True),
        (Word("WHO"), "who", False),
    ],
)
def test_a_word_is_found_as_a_rule_would_find_it(word: Word, text: str, *, found: bool) -> None:
    assert finds(word, text) is found


def test_a_name_is_no_part_of_a_compound() -> None:
    assert finds(Word("Krise"), "Regierungskrise")
    assert not finds(Word("Krise"), "Regierungskrise", kind="person")


def test_a_text_of_unknown_language_is_filed_for_all() -> None:
    assert finds(Word("Krise"), "Regierungskrise", None)
    assert finds(Word("sanction"), "sanctions", None)


@pytest.mark.parametrize("text", ["2026", "x" * 41])
def test_numbers_and_addresses_are_not_filed(text: str) -> None:
    assert filed_under(text, "de", lexicon()) == frozenset()


def test_what_is_open_at_an_end_is_looked_up_from_the_other() -> None:
    keys = filed_under("Sanktionen", "de", lexicon())
    assert any(key.startswith(beginning(Word("Sanktio", wild=Wild.PREFIX))) for key in keys)
    assert any(key.startswith(beginning(Word("tionen", wild=Wild.SUFFIX))) for key in keys)
    both = Word("ktion", wild=Wild.INFIX)
    assert any(key.startswith(beginning(both)) and within(both) in key for key in keys)
    other = Word("zoll", wild=Wild.INFIX)
    assert not any(key.startswith(beginning(other)) and within(other) in key for key in keys)
    assert within(Word("zoll", wild=Wild.PREFIX)) == ""
