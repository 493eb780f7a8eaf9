from __future__ import annotations

import pytest

from monitor.match.inflection import base_candidates


@pytest.mark.parametrize(
    ("language", "form", "base"),
    [
        ("de", "evakuiert", "evakuieren"),
        ("de", "verhängten", "verhängen"),
        ("de", "ausgebrochen", "ausbrechen"),
        ("de", "angenervten", "annerven"),
        ("de", "brach", "brechen"),
        ("de", "übernahm", "übernehmen"),
        ("en", "modelling", "model"),
        ("en", "hoping", "hope"),
        ("en", "overtook", "overtake"),
        ("en", "understood", "understand"),
        ("fr", "omis", "omettre"),
        ("fr", "imposées", "imposer"),
        ("fr", "nationaux", "national"),
        ("es", "impuestas", "imponer"),
        ("it", "chiuse", "chiudere"),
        ("pt", "presos", "prender"),
        ("pl", "aresztowano", "aresztować"),
        ("ru", "изображающую", "изображать"),
        ("ru", "перенесены", "перенести"),
        ("ru", "закончившееся", "закончиться"),
        ("ru", "предпринята", "предпринять"),
        ("ru", "использующая", "использовать"),
        ("ru", "банках", "банк"),
        ("ru", "судами", "суд"),
        ("ru", "войск", "войско"),
        ("ru", "новостях", "новость"),
        ("ru", "примут", "принять"),
        ("ru", "окажет", "оказать"),
        ("ru", "районных", "районный"),
        ("de", "fällt", "fallen"),
        ("de", "geboten", "bieten"),
    ],
)
def test_forms_lead_to_their_base(language: str, form: str, base: str) -> None:
    assert base in base_candidates(form, language, capital=False, known=False)


def test_a_capital_german_word_is_no_finite_verb() -> None:
    assert "betreiben" not in base_candidates("betrieb", "de", capital=True, known=True)
    assert "betreiben" in base_candidates("betrieb", "de", capital=False, known=True)


def test_a_known_word_takes_no_weak_endings() -> None:
    assert "placer" not in base_candidates("places", "fr", capital=False, known=True)
    assert "placer" in base_candidates("places", "fr", capital=False, known=False)


@pytest.mark.parametrize("form", ["attaque", "rencontre", "livre", "annonce"])
def test_a_french_present_is_found_though_it_is_spelt_like_a_noun(form: str) -> None:
    assert f"{form}r" in base_candidates(form, "fr", capital=False, known=True)


def test_a_preposition_is_no_french_verb() -> None:
    assert "entrer" not in base_candidates("entre", "fr", capital=False, known=True)
    assert "contrer" not in base_candidates("contre", "fr", capital=False, known=True)


def test_short_forms_that_are_listed_lead_to_their_base() -> None:
    assert list(base_candidates("won", "en", capital=False, known=True)) == ["win"]


def test_no_ing_of_a_short_verb_without_its_doubled_letter() -> None:
    assert "hop" not in base_candidates("hoping", "en", capital=False, known=False)


def test_short_words_and_other_languages_have_no_candidates() -> None:
    assert list(base_candidates("ist", "de", capital=False, known=True)) == []
    assert list(base_candidates("förhandling", "sv", capital=False, known=False)) == []
