"""Words are filed behind the texts."""

from __future__ import annotations

from monitor.loops.vocabulary import Vocabulary
from monitor.store.vocabulary import UnreadText


def filing(word: str, language: str | None) -> list[str]:
    return [f"={word.lower()}", f"{language}"]


def test_a_word_is_filed_under_all_its_keys_in_small_letters() -> None:
    words, filed = Vocabulary(filing).read([UnreadText(1, "de", "Der Zug, der ZUG")])
    assert words == {("Der", "de"), ("Zug", "de"), ("der", "de"), ("ZUG", "de")}
    assert filed == {("=der", "der"), ("de", "der"), ("=zug", "zug"), ("de", "zug")}


def test_a_word_seen_before_is_not_filed_again_but_in_another_language_it_is() -> None:
    vocabulary = Vocabulary(filing)
    vocabulary.remember(vocabulary.read([UnreadText(1, "de", "Zug")])[0])
    assert vocabulary.read([UnreadText(2, "de", "Zug")]) == (set(), set())
    assert vocabulary.read([UnreadText(2, None, "Zug")])[0] == {("Zug", None)}
