from __future__ import annotations

import pytest

from monitor.parse.clocks import names_half, take_clock


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("5 March 2024", None),
        ("5 March 2024 13:05", (13, 5, 0)),
        ("5 March 2024 13:05:07.25", (13, 5, 7)),
        ("5 March 2024 1:05 pm", (13, 5, 0)),
        ("5 March 2024 1:05 p.m.", (13, 5, 0)),
        ("5 March 2024 12:05 am", (0, 5, 0)),
        ("5 March 2024 12:05am", (0, 5, 0)),
        ("AM 12:05, 5 March 2024", (0, 5, 0)),
        ("5 March 2024 1:05P", (13, 5, 0)),
        ("5 March 2024 12:05a", (0, 5, 0)),
        ("5 March 2024 12 pm", (12, 0, 0)),
        ("Dienstag, am 5. Maerz 2024 um 12:30 Uhr", (12, 30, 0)),
        ("12:30 Uhr am 5. Maerz 2024", (12, 30, 0)),
        ("am 5. Maerz 2024 um 12.30 Uhr", (12, 30, 0)),
        ("5. marts 2024 12.30", (12, 30, 0)),
        ("5. marts 2024 12.30 CET", (12, 30, 0)),
        ("2024-03-05 12.30", (12, 30, 0)),
        ("5/03/2024 - 12.30", (12, 30, 0)),
        ("5 marca 2024 r., 12.30", (12, 30, 0)),
        ("5 marca 2024, godz. 12.30", (12, 30, 0)),
        ("5 marzo 2024 ore 12.30", (12, 30, 0)),
        ("5 marzo 2024 alle 12.30", (12, 30, 0)),
        ("5 de marzo de 2024 a las 12.30 h", (12, 30, 0)),
        ("5 maart 2024 om 12.30 uur", (12, 30, 0)),
        ("alle 12.03.2024", None),
        ("2024-03-05-12.30", None),
        ("2024年3月5日09时30分", (9, 30, 0)),
        ("2024 年 3 月 5 日 21 時 40 分 15 秒", (21, 40, 15)),
        ("2024年3月5日 10时", (10, 0, 0)),
        ("2024年3月5日晚8:00", (20, 0, 0)),
        ("2024年3月5日下午3:20", (15, 20, 0)),
        ("2024年3月5日午後3時20分", (15, 20, 0)),
        ("2024年3月5日凌晨12:10", (0, 10, 0)),
        ("2024년 3월 5일 오후 3시 20분 7초", (15, 20, 7)),
        ("5 mars 2024 2:30 m.d.", (14, 30, 0)),
        ("5 mars 2024 12:30 p.d.", (0, 30, 0)),
        ("5 مارس 2024 3:20 مارس", (3, 20, 0)),
        ("5 मार्च 2024 3:20 अपराह्न", (15, 20, 0)),
        ("5 मार्च 2024 15:20 सांझ", (15, 20, 0)),
        ("5 de marzo de 2024, 5:30 de la tarde", (17, 30, 0)),
        ("5 mars 2024, 8:15 du soir", (20, 15, 0)),
        ("5 mars 2024, 14:30 de la presse", (14, 30, 0)),
        ("5 марта 2024, 9:30 вечера", (21, 30, 0)),
        ("5 март 2024 02:27 по подне", (14, 27, 0)),
        ("5 March 2024 12:30 in the afternoon", (12, 30, 0)),
        ("5 March 2024 22:30 at night", (22, 30, 0)),
    ],
)
def test_a_clock_is_found_with_its_half_of_the_day(text: str, clock: tuple[int, int, int] | None) -> None:
    found, rest = take_clock(text)
    assert found == clock
    assert "2024" in rest


@pytest.mark.parametrize("text", ["5 मार्च 2024 3:20 सांझ", "5 de marzo de 2024, 2:30 de la noche"])
def test_a_half_that_nobody_knows_is_no_clock(text: str) -> None:
    with pytest.raises(ValueError, match="2024"):
        take_clock(text)


@pytest.mark.parametrize(("word", "answer"), [("AM", True), ("p.m.", True), ("P", True), ("GMT", False)])
def test_words_for_halves(word: str, answer: bool) -> None:
    assert names_half(word) is answer
