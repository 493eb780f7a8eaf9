"""How the clauses of a text present what a rule found in it: labels of evidence groups."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from monitor.match.guards import Cue, label_group
from monitor.match.languages import candidate_languages
from monitor.match.spans import Hit, Span
from monitor.match.text import PARAGRAPH_STEP, Analysed, Paragraph
from monitor.model.rule import Label

_WIDEST: Final = 600
"""Letters from the first to the last word of a group.  More is a list or a page without full stops, no statement, and
labelling each of its groups would cost the square of its length."""
MOST_GROUPS: Final = 200
"""Groups of one text that are labelled.  No article has as many of one rule, and a text made to cost time (each word a
cue) takes 30 ms for each; what is not labelled is told."""
_OVERLAPPING: Final = 8
"""Passages looked at before a cue: words do not overlap, and the matches of a few patterns hardly do."""


class Labelled(NamedTuple):
    """The words that gave a label: offsets into the paragraph."""

    paragraph: Paragraph
    start: int
    end: int


Chars = tuple[int, int]


class Labelling:
    """Labels the evidence groups of one rule in one text.

    A word that the rule itself asked for is no cue: to a rule about halted deliveries, "halted" negates nothing.
    """

    def __init__(self, analysed: Analysed, groups: Iterable[Span]) -> None:
        self._analysed = analysed
        own = {(span.paragraph, *chars_of(hit, analysed)) for span in groups for hit in span.hits}
        self._own = sorted(own)
        self._known: dict[tuple[int, ...], Mapping[Label, Labelled]] = {}

    def first(self, wanted: Iterable[Label], span: Span) -> tuple[Label, Labelled] | None:
        """The first of `wanted` that a group has, with its cue."""
        labels = self.labels(span)
        return next(((label, labels[label]) for label in wanted if label in labels), None)

    def labels(self, span: Span) -> Mapping[Label, Labelled]:
        """All labels of a group."""
        key = tuple(hit.at for hit in span.hits)
        if key not in self._known:
            self._known[key] = self._label(span) if len(self._known) < MOST_GROUPS else {}
        return self._known[key]

    def _label(self, span: Span) -> Mapping[Label, Labelled]:
        paragraph = self._analysed.paragraphs[span.paragraph]
        found: dict[Label, Labelled] = {}
        for sentence, chars in self._by_sentence(span, paragraph).items():
            start, end = paragraph.sentence_span(sentence)
            within = [(first - start, last - start) for first, last in sorted(chars)]
            if within[-1][1] - within[0][0] > _WIDEST:
                continue
            for language in _languages(span, self._analysed):
                for label, cue in label_group(paragraph.text[start:end], within, language).items():
                    if cue.form or not self._is_own(span.paragraph, start, cue):
                        found.setdefault(label, Labelled(paragraph, start + cue.start, start + cue.end))
        return found

    def _by_sentence(self, span: Span, paragraph: Paragraph) -> Mapping[int, Sequence[Chars]]:
        found: dict[int, list[Chars]] = {}
        for hit in span.hits:
            found.setdefault(paragraph.sentence(hit.at % PARAGRAPH_STEP), []).append(chars_of(hit, self._analysed))
        return found

    def _is_own(self, paragraph: int, start: int, cue: Cue) -> bool:
        first, last = start + cue.start, start + cue.end
        behind = bisect_left(self._own, (paragraph, last))
        return any(
            one == paragraph and end > first for one, _, end in self._own[max(0, behind - _OVERLAPPING) : behind]
        )


def _languages(span: Span, analysed: Analysed) -> tuple[str, ...]:
    """Whose cues count: the article's language; in doubt those of the forms found and the guess, or of the script."""
    if analysed.language is not None:
        return (analysed.language,)
    known = dict.fromkeys(hit.form.language for hit in span.hits if hit.form.language)
    if analysed.guess is not None:
        known.setdefault(analysed.guess)
    return tuple(known) or candidate_languages(" ".join(hit.form.text for hit in span.hits))


def chars_of(hit: Hit, analysed: Analysed) -> Chars:
    """Start and end of a hit in its paragraph's original text."""
    number, position = divmod(hit.at, PARAGRAPH_STEP)
    return hit.chars or analysed.paragraphs[number].tokens.spans[position]
