from __future__ import annotations

import pytest

from monitor.match.languages import base_language, candidate_languages, recognise

GERMAN = (
    "Die Regierung hat am Montag beschlossen, dass die neuen Regeln für alle Unternehmen gelten. Der Minister sagte, "
    "es gehe um die Sicherheit der Menschen und nicht um Geld. Auch die Opposition ist mit dem Vorschlag zufrieden, "
    "will aber noch über die Kosten reden."
)
ENGLISH = (
    "The government decided on Monday that the new rules will apply to all companies. The minister said it was about "
    "the safety of the people and not about money. The opposition is happy with the proposal, but wants to talk about "
    "the costs of the plan and the time that it needs."
)


def test_a_long_text_is_sure() -> None:
    assert recognise(GERMAN, declared=None) == ("de", True)
    assert recognise(ENGLISH, declared="en_US") == ("en", True)


def test_a_short_text_is_never_sure() -> None:
    assert recognise("Die Regierung hat am Montag beschlossen", declared="de") == ("de", False)


def test_a_disagreement_is_never_sure_and_a_clear_text_wins() -> None:
    assert recognise(ENGLISH, declared="de-AT") == ("en", False)
    assert recognise("Kreml kommentiert Gipfel", declared="de") == ("de", False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Президент России заявил, что не поедет", "ru"),
        ("Президент України заявив, що він не поїде", "uk"),
        ("習近平氏が訪問した", "ja"),
        ("习近平访问德国", "zh"),
        ("الرئيس يزور باريس", "ar"),
        ("대통령이 방문했다", "ko"),
        ("Le président de la République a dit que c'est non", "fr"),
        ("El presidente de la República dijo que no es así", "es"),
        ("Il presidente della Repubblica ha detto che non è così", "it"),
        ("O presidente da República disse que não é assim", "pt"),
        ("Prezydent powiedział, że nie jest to możliwe w tym roku", "pl"),
        ("De president heeft gezegd dat het niet zo is", "nl"),
        ("1234 !?", None),
    ],
)
def test_script_and_stop_words(text: str, language: str | None) -> None:
    assert recognise(text, declared=None)[0] == language


@pytest.mark.parametrize(
    ("declared", "language"),
    [("de-AT", "de"), ("EN_us", "en"), (" fr ", "fr"), (None, None), ("", None), ("german", None), ("iw", "he")],
)
def test_language_tags(declared: str | None, language: str | None) -> None:
    assert base_language(declared) == language


def test_languages_of_a_script() -> None:
    assert candidate_languages("санкция") == ("ru", "uk")
    assert "de" in candidate_languages("Sanktion")
    assert "ru" not in candidate_languages("Sanktion")
