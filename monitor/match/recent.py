"""Answers about words, kept for those that came up lately."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

V = TypeVar("V")


class Recent(dict[str, V]):
    """A dict that fills itself by `answer` and holds at most twice `most` answers.

    Names and numbers never end, so a month of news would fill any dict.  When it is full, the present generation
    becomes the former one, which is asked before anything is worked out again: what is used stays, what came once goes,
    and a look-up of a known word costs no more than that of a dict.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._former: dict[str, V] = {}

    @abstractmethod
    def answer(self, word: str) -> V:
        """What is kept for a word."""

    def __missing__(self, word: str) -> V:
        if len(self) >= self._most:
            self._former = dict(self)
            self.clear()
        found = self._former.pop(word, None)
        if found is None:
            found = self.answer(word)
        self[word] = found
        return found
