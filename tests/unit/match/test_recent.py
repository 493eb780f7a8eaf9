from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.recent import LONGEST, Recent, Seen


class Vowels(Recent[tuple[str, ...]]):
    """The vowels of a word, and what was asked."""

    def __init__(self, most: int, barren: int = 64) -> None:
        super().__init__(most, barren=barren)
        self.asked: list[str] = []

    def answer(self, word: str) -> tuple[str, ...]:
        self.asked.append(word)
        return tuple(letter for letter in word if letter in "aeiou")


def test_a_word_in_use_is_worked_out_once() -> None:
    kept = Vowels(most=3)
    for number in range(50):
        assert kept["often"] == ("o", "e")
        assert kept[f"once {number}"] == ("o", "e")
    assert kept.asked.count("often") == 1


def test_what_came_once_goes() -> None:
    kept = Vowels(most=2)
    for word in ("a", "e", "i", "o", "u", "a"):
        assert kept[word] == (word,)
    assert kept.asked == ["a", "e", "i", "o", "u", "a"]


def test_that_a_word_has_no_answer_is_known_for_longer() -> None:
    kept = Vowels(most=2, barren=1 << 16)
    for word in ("tsk", "a", "e", "i", "o", "u", "tsk"):
        kept[word]
    assert "tsk" not in kept._former
    assert kept.asked == ["tsk", "a", "e", "i", "o", "u"]


@given(st.lists(st.text("aeixyz", max_size=3)), st.integers(1, 5), st.integers(1, 5))
def test_answers_are_right_and_few_are_kept(words: list[str], most: int, barren: int) -> None:
    kept = Vowels(most, barren)
    for word in words:
        assert kept[word] == tuple(letter for letter in word if letter in "aeiou")
        assert len(kept) <= most
        assert len(kept._former) <= most


@given(st.lists(st.text(max_size=3)), st.integers(1, 50))
def test_what_was_seen_last_is_seen_and_nothing_passes_for_it(words: list[str], places: int) -> None:
    seen = Seen(places)
    assert not any(word in seen for word in words)
    for word in words:
        seen.add(word)
        assert word in seen
    assert sum(word in seen for word in set(words)) <= places


def test_what_is_very_long_is_answered_and_not_kept() -> None:
    kept = Vowels(most=3)
    assert kept["a" * (LONGEST + 1)] == ("a",) * (LONGEST + 1)
    assert kept["a" * LONGEST] == ("a",) * LONGEST
    assert list(kept) == ["a" * LONGEST]
