from __future__ import annotations

import pytest

from monitor.match.stems import stem


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("drohnen", "drohne", "de"), ("walking", "walked", "en"), ("санкциями", "санкции", "ru")],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str, language: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_german_umlauts_tell_words_apart() -> None:
    assert stem("schon", "de") != stem("schön", "de")
    assert stem("häfen", "de").startswith("hä")


@pytest.mark.parametrize("language", ["zh", "xx"])
def test_a_language_without_a_stemmer_keeps_its_words(language: str) -> None:
    assert stem("sanctions", language) == "sanctions"
