from __future__ import annotations

import pytest

from monitor.match.sentences import split_sentences


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("de", ["Am 3. Oktober sprach Dr. Müller u. a. mit A. B. Merkel.", "Danach ging er."]),
        ("de", ["Der 1. FC Köln verlor.", "Das 2. Spiel folgt."]),
        ("de", ["„Wir gehen.“", "Er blieb z. B. hier."]),
        ("de", ["Es kostet ca. 5 Mio. Euro.", "Wirklich?", "Ja!"]),
        ("en", ["The U.S. Senate met Gen. Smith at 5 p.m. on Monday.", "It adjourned."]),
        ("en", ['"We won." He left.'[:9], "He left."]),
        ("en", ["Mr. J. R. Jones paid $3.5 million.", "He works for Acme Inc.", "The firm is old."]),
        ("en", ["Really?!", "Yes… maybe not."]),
        ("ru", ["В 2024 г. компания им. Ленина продала 5 тыс. акций.", "Это много."]),
        ("ru", ["А. С. Пушкин жил в XIX в. в Москве.", "Он писал."]),
        ("fr", ["M. Macron a rencontré Mme. Dupont.", "Il est parti."]),
        ("fr", ["« Non. »", "Il a dit non."]),
        ("zh", ["他来了。", "她走了！"]),
        (None, ["Dr. Smith came.", "He left."]),
    ],
)
def test_sentences_survive_abbreviations_initials_ordinals_and_quotes(
    language: str | None, sentences: list[str]
) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text, language)] == sentences


def test_a_line_break_ends_a_sentence() -> None:
    assert split_sentences("One\nTwo", "en") == [(0, 3), (4, 7)]


def test_nothing_yields_nothing() -> None:
    assert split_sentences(" \n ", "de") == []


@pytest.mark.parametrize("hostile", ["a" + "." * 50_000 + "x", "a." + "»" * 50_000 + "x", "a." + " »" * 50_000 + "x"])
def test_runs_of_marks_cost_no_more_than_their_length(hostile: str) -> None:
    assert split_sentences(hostile, "en")[-1][1] == len(hostile)
