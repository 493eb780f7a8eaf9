from __future__ import annotations

import pytest

from monitor.match.transliterate import other_script


@pytest.mark.parametrize(
    ("name", "spelling"),
    [("Putin", "Путин"), ("Scholz", "Шолз"), ("Путин", "Putin"), ("Хрущёв", "Khrushchev"), ("123", None)],
)
def test_likely_spellings(name: str, spelling: str | None) -> None:
    assert other_script(name)[1] == spelling
