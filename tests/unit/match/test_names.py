from __future__ import annotations

import pytest

from monitor.match.names import name_forms


@pytest.mark.parametrize(
    ("name", "language", "forms"),
    [
        ("байден", "ru", "байдена байдену байденом байдене"),
        ("путин", "ru", "путина путину путиным путине"),
        ("захарова", "ru", "захаровой захарову"),
        ("зеленский", "ru", "зеленского зеленскому зеленским зеленском"),
        ("москва", "ru", "москвы москве москву москвой"),
        ("россия", "ru", "россии россию россией"),
        ("кремль", "ru", "кремля кремлю кремлем кремле"),
        ("макаровец", "ru", "макаровца макаровцу макаровцем"),
        ("запорожье", "ru", "запорожья запорожью запорожьем"),
        ("scholz", "de", ""),
        ("merkel", "de", "merkels"),
        ("шевченко", "uk", "шевченка шевченку"),
        ("tusk", "pl", "tuska tuskowi tuskiem"),
        ("київ", "uk", "києва києву"),
        ("лавров", "uk", "лавровим"),
        ("kraków", "pl", "krakowa krakowem"),
        ("rutte", "pl", "ruttego"),
        ("сумы", "ru", "сум сумах"),
        ("warszawa", "pl", "warszawy warszawie warszawę warszawą"),
    ],
)
def test_case_endings(name: str, language: str, forms: str) -> None:
    assert set(forms.split()) <= name_forms(name, [language])


def test_a_language_without_cases_or_another_script_adds_nothing() -> None:
    assert name_forms("macron", ["fr"]) == frozenset()
    assert name_forms("macron", ["ru"]) == frozenset()
    assert name_forms("scholz", ["de"]) == frozenset()
