from __future__ import annotations

import pytest

from monitor.dedup.headline import about_others

OTHERS = [
    ("en", "Adlera names new finance chief", "Corvex names new finance chief"),
    ("en", "Police seek witnesses after burglary in Dunmere", "Police seek witnesses after burglary in Halstad"),
    ("en", "Exchange closes at 512 points", "Exchange closes at 530 points"),
    ("en", "Quake of magnitude 5.2 hits Dunmere", "Quake of magnitude 5.7 hits Halstad"),
    ("en", "Adlera beat Corvex 2-1 to go top", "Dunmere beat Halstad 4-3 to go top"),
    ("de", "Amtsgericht Adlera: Urteil nach Unfall", "Amtsgericht Corvex: Urteil nach Unfall"),
    ("de", "Unfall bei Adlera: 3 Verletzte", "Unfall bei Corvex: 5 Verletzte"),
    ("ru", "Погода: Тарник, 12 градусов", "Погода: Мурсал, 17 градусов"),
]
THE_SAME = [
    ("en", "Quake of magnitude 5.6 hits Norrholm", "Quake of magnitude 5.8 hits Norrholm"),
    ("de", "Erdbeben der Stärke 5,6 trifft Norrholm", "Erdbeben der Stärke 5,8 trifft Norrholm"),
    ("en", "GM appoints team to investigate recall", "General Motors appoints team to investigate recall"),
    ("en", "Weak China exports hammer stocks", "Weak Chinese exports hammer stocks"),
    ("en", "America strikes harbour of Karsa", "Estavia strikes harbour of Karsa"),
    ("en", "Adlera names new finance chief", "Adlera at last names new finance chief"),
    ("en", "Adlera names new finance chief", "Finance chief leaves Corvex in spring"),
    ("en", "Adlera names finance chief", "Adlera sacks finance chief"),
    ("en", "Adlera Names New Finance Chief", "Corvex Names New Finance Chief"),
    ("en", "Adlera wins", "Corvex wins"),
    ("en", "Adlera names new finance chief", "Adlera names new finance chief"),
    ("en", "", ""),
]


@pytest.mark.parametrize(("language", "one", "other"), OTHERS)
def test_the_same_words_about_others_are_a_series(language: str, one: str, other: str) -> None:
    assert about_others(one, other, language)
    assert about_others(other, one, language)


@pytest.mark.parametrize(("language", "one", "other"), THE_SAME)
def test_a_name_in_common_or_another_frame_is_none(language: str, one: str, other: str) -> None:
    assert not about_others(one, other, language)
    assert not about_others(other, one, language)


def test_a_whole_text_is_no_headline() -> None:
    one, other = "Adlera names new finance chief", "Corvex names new finance chief"
    assert about_others(one, other, "en")
    assert not about_others(f"{one}{' and so on' * 100}", f"{other}{' and so on' * 100}", "en")
