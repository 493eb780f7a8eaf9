"""Answers about words, kept for those that came up lately."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Hashable
from typing import Any, TypeVar

V = TypeVar("V", bound=tuple[Any, ...])

LONGEST = 40
"""Letters of what is kept."""


class Seen:
    """Which words (or the like) were added lately; as words never end, no set of them but a table of their hashes.

    A word takes eight bytes, and the place of another one: that one is seen no more.  Two with the same 64 bits would
    pass for one another, which is not to be expected in a lifetime.
    """

    def __init__(self, places: int) -> None:
        self._hashes = array("q", bytes(8 * places))

    def __contains__(self, word: Hashable) -> bool:
        number = hash(word) or 1  # 0 is an empty place
        return self._hashes[number % len(self._hashes)] == number

    def add(self, word: Hashable) -> None:
        """It is seen from now on."""
        number = hash(word) or 1
        self._hashes[number % len(self._hashes)] = number


class Recent(dict[str, V]):
    """A dict that fills itself by `answer` and holds at most twice `most` answers.

    Names and numbers never end, so a month of news would fill any dict.  When it is full, the present generation
    becomes the former one, which is asked before anything is worked out again: what is used stays, what came once goes,
    and a look-up of a known word costs no more than that of a dict.  Of `barren` words, those without an answer (as
    most are), it is known for longer that they have none.  What is longer than `LONGEST` is not kept at all: a sentence
    in Chinese, an address, a picture written out in letters are hardly seen again, and whoever writes megabytes of them
    shall not fill the memory.
    """

    def __init__(self, most: int, *, barren: int) -> None:
        super().__init__()
        self._most = most
        self._former: dict[str, V] = {}
        self._barren = Seen(barren)

    @abstractmethod
    def answer(self, word: str) -> V:
        """What is kept for a word."""

    def __missing__(self, word: str) -> V:
        if len(word) > LONGEST:
            return self.answer(word)
        if len(self) >= self._most:
            self._former = dict(self)
            self.clear()
        found = self._former.pop(word, None)
        if found is None:
            found = self._found(word)
        self[word] = found
        return found

    def _found(self, word: str) -> V:
        if word in self._barren:
            return ()  # type: ignore[return-value]  # every kind of tuple may be empty
        found = self.answer(word)
        if not found:
            self._barren.add(word)
        return found
