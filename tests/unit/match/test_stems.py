from __future__ import annotations

import pytest

from monitor.match.stems import stem


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("en", "strikes", "strike"), ("ru", "санкциями", "санкция"), ("de", "streiken", "streike")],
)
def test_forms_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_german_umlauts_tell_words_apart() -> None:
    assert stem("schön", "de") != stem("schon", "de")


def test_a_language_without_rules_keeps_its_words() -> None:
    assert stem("ストライキ", "ja") == "ストライキ"
