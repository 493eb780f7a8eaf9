from __future__ import annotations

import pytest

from monitor.match.folding import fold, foreign_to, normalise, normalise_all, spell_out


@pytest.mark.parametrize(
    ("word", "norm"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Ёлка", "елка"),
        ("San\u00adktion", "sanktion"),
        ("баро́н", "барон"),
        ("ﬁnance", "finance"),
        ("e\u0301tat", "état"),
        ("м’яч", "м'яч"),
        ("Йод", "йод"),
        ("اَلرَّئِيسُ", "الرئيس"),
        ("İstanbul", "istanbul"),
        ("ŁÓDŹ", "łódź"),
        ("Ґанок", "ґанок"),
        ("ŉ", "'n"),
        ("snake_", "snake"),
    ],
)
def test_what_looks_the_same_is_the_same(word: str, norm: str) -> None:
    assert normalise(word) == norm
    assert normalise(norm) == norm


def test_no_letter_is_taken_for_one_that_needs_no_more() -> None:
    letters = [chr(number) for number in range(0x2000) if chr(number).isalpha()]
    whole = [normalise(f"\u00ad{letter}") for letter in letters]  # a soft hyphen is dropped, and makes it look closer
    assert [normalise(letter) for letter in letters] == whole


def test_many_words_at_once_are_normalised_as_each() -> None:
    words = ["Straße", "Ёлка", "San\u00adktion", "plain", "ΣΊΣΥΦΟΣ", "İstanbul"]
    assert normalise_all(words) == [normalise(word) for word in words]


def test_folding_drops_latin_diacritics_only() -> None:
    assert fold("erdoğan") == "erdogan"
    assert fold("łódź") == "lodz"
    assert fold("йод") == "йод"


def test_umlauts_are_spelt_out() -> None:
    assert spell_out("müller") == "mueller"
    assert spell_out("çırağan") == "ciragan"


def test_diacritics_are_foreign_where_the_language_does_not_use_them() -> None:
    assert foreign_to("erdoğan", "de")
    assert not foreign_to("müller", "de")
    assert not foreign_to("pêche", "fr")
    assert foreign_to("pêche", "en")
    assert not foreign_to("pêche", None)
