from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.recent import Recent


class Lengths(Recent[int]):
    """How long a word is, and how often that was asked."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.asked: list[str] = []

    def answer(self, word: str) -> int:
        self.asked.append(word)
        return len(word)


def test_a_word_in_use_is_worked_out_once() -> None:
    kept = Lengths(most=3)
    for number in range(50):
        assert kept["often"] == 5
        assert kept[f"once {number}"] > 5
    assert kept.asked.count("often") == 1


def test_what_came_once_goes() -> None:
    kept = Lengths(most=2)
    for word in ("a", "b", "c", "d", "e", "a"):
        assert kept[word] == 1
    assert kept.asked == ["a", "b", "c", "d", "e", "a"]


@given(st.lists(st.text(max_size=3)), st.integers(1, 5))
def test_answers_are_right_and_few_are_kept(words: list[str], most: int) -> None:
    kept = Lengths(most)
    for word in words:
        assert kept[word] == len(word)
        assert len(kept) <= most
        assert len(kept._former) <= most
