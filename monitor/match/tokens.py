"""Words of a text, with offsets into the original.

One compiled expression finds the words (the measured floor: about 80 us for 500 words); everything else about them,
positions, sentences, normal forms, is worked out when it is asked for.  Hyphens and apostrophes divide words
(Putin-Biden-Gespräch is three), except the apostrophe inside a Cyrillic word; an English possessive 's is no word.
Scripts written without spaces give one token per character, so that their words are found as phrases.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise, repeat
from typing import Final, NamedTuple, overload

from monitor.match.folding import normalise
from monitor.match.sentences import split_sentences

# Marks that may stand inside a word: soft hyphen, combining accents, Arabic vowel signs and tatweel.
_MARKS: Final = "\u00ad\u0300-\u036f\u0640\u064b-\u065f\u0670\u200c\u200d\u2060"
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
_WORD: Final = re.compile(rf"\w[\w{_MARKS}]*")
_CYRILLIC_WORD: Final = re.compile(rf"\w[\w{_MARKS}]*(?:['’ʼ](?=[\u0400-\u04ff])[\w{_MARKS}]+)*")
_SPACED: Final = rf"(?:[^\W{_UNSPACED}][{_MARKS}]*)+"
_MIXED_WORD: Final = re.compile(
    rf"[{_UNSPACED}][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|{_SPACED}(?:['’ʼ](?=[\u0400-\u04ff]){_SPACED})*"
)
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’][sS]\b")
_CYRILLIC_APOSTROPHE: Final = re.compile("['’ʼ][\u0400-\u04ff]")
_HAS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")


class Token(NamedTuple):
    """One word.

    `start` and `end` are offsets into the original text, `text` the word as written, `norm` its normal form,
    `position` its number in the text, `sentence` and `paragraph` the numbers of theirs (a line break ends a
    paragraph).  `all_caps` means capitals that say something: not in a sentence that is all capitals.
    """

    start: int
    end: int
    text: str
    norm: str
    position: int
    sentence: int
    paragraph: int
    sentence_start: bool
    capital: bool
    all_caps: bool


class Tokens(Sequence[Token]):
    """The words of one text, as columns, each worked out when it is asked for; a word's index is its position."""

    def __init__(self, text: str, language: str | None) -> None:
        self.text = text
        self.language = language

    @cached_property
    def words(self) -> list[str]:
        """The words as written."""
        return words_of(self.text)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each word in the original text."""
        return tuple([found.span() for found in _expression_for(self.text).finditer(_without_possessive(self.text))])

    @cached_property
    def sentence_spans(self) -> list[tuple[int, int]]:
        """Start and end of each sentence in the original text."""
        return split_sentences(self.text, self.language)

    @cached_property
    def sentences(self) -> tuple[int, ...]:
        """The number of the sentence that each word stands in."""
        words = [start for start, _ in self.spans]
        # A look for each sentence, not for each word.
        edges = [0, *(bisect_left(words, start) for start, _ in self.sentence_spans[1:]), len(words)]
        return tuple(chain.from_iterable(repeat(n, b - a) for n, (a, b) in enumerate(pairwise(edges))))

    @cached_property
    def paragraphs(self) -> tuple[int, ...]:
        """The number of the paragraph (line) that each word stands in."""
        breaks = [found.start() for found in re.finditer("\n", self.text)]
        return tuple(bisect_right(breaks, start) for start, _ in self.spans)

    @cached_property
    def _shouted_sentences(self) -> frozenset[int]:
        return frozenset(n for n, (start, end) in enumerate(self.sentence_spans) if is_shouting(self.text[start:end]))

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, index: int | slice) -> Token | tuple[Token, ...]:
        if isinstance(index, slice):
            return tuple(self._token(position) for position in range(*index.indices(len(self.words))))
        if not -len(self.words) <= index < len(self.words):
            raise IndexError(index)
        return self._token(index % len(self.words))

    def __iter__(self) -> Iterator[Token]:
        return map(self._token, range(len(self.words)))

    def _token(self, position: int) -> Token:
        word, sentence = self.words[position], self.sentences[position]
        start, end = self.spans[position]
        return Token(
            start=start,
            end=end,
            text=word,
            norm=normalise(word),
            position=position,
            sentence=sentence,
            paragraph=self.paragraphs[position],
            sentence_start=position == 0 or self.sentences[position - 1] != sentence,
            capital=word[0].isupper(),
            all_caps=len(word) > 1 and word.isupper() and sentence not in self._shouted_sentences,
        )


def _expression_for(text: str) -> re.Pattern[str]:
    """The cheapest expression that divides this text: most have neither unspaced scripts nor Cyrillic apostrophes."""
    if text.isascii():
        return _WORD
    if _HAS_UNSPACED.search(text):
        return _MIXED_WORD
    return _CYRILLIC_WORD if _CYRILLIC_APOSTROPHE.search(text) else _WORD


def _without_possessive(text: str) -> str:
    """Two blanks for two letters, so that offsets stay."""
    return _POSSESSIVE.sub("  ", text) if "'" in text or "’" in text else text


def words_of(text: str) -> list[str]:
    """The words of a text as written; those of its chunks between white space, one after another, are the same."""
    words: list[str] = _expression_for(text).findall(_without_possessive(text))
    return words


def tokenise(text: str, *, language: str | None) -> Tokens:
    """The words of `text`; `language` (ISO 639-1, None: unknown) only helps to find the ends of sentences."""
    return Tokens(text, language)


def is_shouting(text: str) -> bool:
    """Whether a headline is all capitals, so that capitals say nothing: two words or more, no small letter."""
    return text.isupper() and len(_WORD.findall(text)) > 1
