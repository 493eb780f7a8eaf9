"""VOCABULARY, behind the texts: unread texts | their words and keys | file them, a batch a unit.

Searching looks words up here, so a text that has just come is found by the words it has in common with older ones, and
half a minute later by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from monitor.loops.context import Context, in_thread
from monitor.match.recent import Seen
from monitor.match.tokens import tokenise
from monitor.store.vocabulary import UnreadText, any_unread, file_words, unread_texts

BATCH = 25
"""A text brings some hundred new words, each with half a dozen keys."""
SETTLED = timedelta(seconds=30)
"""Ids are given before units end: a younger text may still get one with a lower id, from another process."""
PLACES = 1 << 17
"""As many words are remembered as filed: most of those of four languages.  One that was pushed out is filed again,
which changes nothing."""

Word = tuple[str, str | None]
"""A word as written, and its language."""
Filing = Callable[[str, str | None], Iterable[str]]
"""A word as written and its language -> the keys to file it under."""


class Vocabulary:
    """Files the words of texts; keeps in memory which it has seen lately."""

    def __init__(self, filing: Filing) -> None:
        self._filing = filing
        self._filed = Seen(PLACES)

    def waits(self, context: Context) -> bool:
        """Whether there are texts to read."""
        with context.database.reading() as connection:
            return any_unread(connection, before=context.clock.now() - SETTLED)

    async def learn(self, context: Context) -> int:
        """Read what has not been read yet; how many texts those were."""
        texts = 0
        while read := await in_thread(self._batch, context):
            texts += read
        return texts

    def _batch(self, context: Context) -> int:
        with context.database.reading() as connection:
            texts = unread_texts(connection, before=context.clock.now() - SETTLED, limit=BATCH)
        if not texts:
            return 0
        words, filed = self.read(texts)
        with context.database.unit() as connection:
            file_words(connection, filed, upto=texts[-1].revision_id)
        self.remember(words)
        return len(texts)

    def read(self, texts: Iterable[UnreadText]) -> tuple[set[Word], set[tuple[str, str]]]:
        """The words that have not been seen yet, with their language, and (key, word) pairs to be filed."""
        words = {(word, text.language) for text in texts for word in tokenise(text.text, language=text.language).words}
        words = {word for word in words if word not in self._filed}
        return words, {(key, word.lower()) for word, language in words for key in self._filing(word, language)}

    def remember(self, words: Iterable[Word]) -> None:
        """These are filed: they need not be again."""
        for word in words:
            self._filed.add(word)
