"""How a clause presents what it says: hypothetical, negated, quoted.

Cues (`data/cues_<language>.txt`) reach over words: most over what follows in their clause and in the clauses that this
one governs (`clauses.py`), predicates over their subject, adjectives and nouns over their own phrase.  A group of
evidence words has a label if the cue reaches the words that tell the event: verbs and bare nouns, not names and not
nouns with a definite article, which speak of something known ("did not respond to the attack").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from monitor.match.clauses import Clause, Kind, cue_lists, split_clauses
from monitor.model.rule import Label

_NEAR_LETTERS: Final = 40
"""How far an adjective or noun cue reaches to the right inside its clause."""
_VERB_LAST: Final = frozenset({"de", "nl"})
"""Languages in which a verb at the end of a clause reaches over all of it."""
_CAPITAL_NOUNS: Final = frozenset({"de"})
_QUOTES: Final = (
    ("„", "“"),
    ("„", "”"),
    ("“", "”"),
    ("«", "»"),
    ("»", "«"),
    ("‚", "‘"),
    ("‘", "’"),
    ('"', '"'),
    ("「", "」"),
)
_NAMES: Final = frozenset({"May", "Will"})
"""A month and a man, not verbs, when written with a capital."""
_WORD: Final = re.compile(r"[^\W_]+")
_FUTURE: Final = {
    "en": re.compile(r"\b(?:will|would|shall)\b|'ll\b"),
    "de": re.compile(r"\b(?:wird|werden?|würden?|wirst|werdet)\b"),
    "ru": re.compile(r"\b(?:буд(?:ет|ут)|[а-я]+(?:ет|ит|ут|ют|ят|ат))\b"),
    "fr": re.compile(r"\b[a-zé]+(?:ra|ront|rai|rez|rons|rait|raient)\b"),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that gave a label: offsets into the sentence and the text there."""

    start: int
    end: int
    text: str


class _Found(NamedTuple):
    """A cue in a sentence: its label, how it reaches (before, after, near) and where it stands."""

    label: Label
    reach: str
    start: int
    end: int


_Reach = list[tuple[int, int]]
_Match = tuple[int, int, Label | None, str]


def label_group(sentence_text: str, spans: Sequence[tuple[int, int]], language: str | None) -> Mapping[Label, Cue]:
    """Which labels hold for the words at `spans` of a sentence, each with the cue that gave it.

    Where the language has no cues (or is None) only `quoted` is decided.
    """
    labels: dict[Label, Cue] = {}
    if not spans:
        return labels
    if (quote := _quote_around(sentence_text, spans)) is not None:
        labels[Label.QUOTED] = _cue(sentence_text, quote, quote + 1)
    if not cue_lists(language):
        return labels
    clauses = split_clauses(sentence_text, language)
    telling = [span for span in spans if not _is_known_thing(sentence_text, span, language)]
    for found in (*_cues(sentence_text, language), *_conditions(sentence_text, clauses)):
        meant = list(spans) if found.reach == "near" else telling
        reach = _reach(found, clauses, sentence_text, language)
        if found.label not in labels and _reaches(reach, meant, found):
            labels[found.label] = _cue(sentence_text, found.start, found.end)
    if Label.HYPOTHETICAL not in labels and telling and _is_open_question(sentence_text, language):
        at = sentence_text.rindex("?")
        labels[Label.HYPOTHETICAL] = _cue(sentence_text, at, at + 1)
    return labels


def _cue(text: str, start: int, end: int) -> Cue:
    return Cue(start, end, text[start:end])


def _reaches(reach: _Reach, spans: Sequence[tuple[int, int]], found: _Found) -> bool:
    """Whether at least half of the words lie in reach; the cue's own words do not count, unless all of them are."""
    if found.reach != "near":
        spans = [(start, end) for start, end in spans if end <= found.start or start >= found.end]
    reached = sum(any(start >= low and end <= high for low, high in reach) for start, end in spans)
    return bool(spans) and 2 * reached >= len(spans)


# -- quotes ---------------------------------------------------------------------------------------------------------


def _quote_around(text: str, spans: Sequence[tuple[int, int]]) -> int | None:
    """Where the quotation starts that holds most of the words; None if none does."""
    for low, high in _quotations(text):
        if 2 * sum(low <= start and end <= high for start, end in spans) > len(spans):
            return low
    return None


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    for opening, closing in _QUOTES:
        at = text.find(opening)
        while at >= 0:
            if opening in "‘’" and at and text[at - 1].isalnum():
                at = text.find(opening, at + 1)
                continue
            end = text.find(closing, at + 1)
            if end < 0:
                end = len(text)
            yield at, end
            at = text.find(opening, end + 1)


# -- cues -----------------------------------------------------------------------------------------------------------


def _cues(text: str, language: str | None) -> list[_Found]:
    """The cues of a sentence; one that lies inside a longer one, or inside an ignored phrase, is none."""
    found: list[_Match] = []
    for label, reach, expression in _expressions(language):
        matches = (match for match in expression.finditer(text) if match.group() not in _NAMES)
        found.extend((match.start(), match.end(), label, reach) for match in matches)
    clear = [one for one in found if not any(_covers(other, one) for other in found)]
    return [
        _Found(label, reach, start, end) for start, end, label, reach in sorted(clear, key=lambda one: one[:2]) if label
    ]


def _covers(longer: _Match, shorter: _Match) -> bool:
    """Whether a cue of another meaning, or an ignored phrase, is longer and holds this one ("not ruled out")."""
    inside = longer[0] <= shorter[0] and shorter[1] <= longer[1]
    return inside and longer[1] - longer[0] > shorter[1] - shorter[0] and longer[2] is not shorter[2]


@cache
def _expressions(language: str | None) -> tuple[tuple[Label | None, str, re.Pattern[str]], ...]:
    lists = cue_lists(language)
    kinds: list[tuple[Label | None, str, frozenset[str]]] = [
        (label, reach, lists.get(f"{short}_{reach}", frozenset()))
        for short, label in (("hyp", Label.HYPOTHETICAL), ("neg", Label.NEGATED))
        for reach in ("before", "after", "near")
    ]
    kinds.append((None, "ignored", lists.get("ignored", frozenset())))
    return tuple((label, reach, _expression(words)) for label, reach, words in kinds if words)


def _expression(words: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    joined = "|".join(
        re.escape(word).replace("'", "['’]").replace(r"\*", r"\w*").replace("_", r"[\s'’-]+") for word in longest_first
    )
    return re.compile(
        rf"(?<!\w)(?:{joined})(?!\w)|n['’]t\b" if "n't" in words else rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE
    )


def _conditions(text: str, clauses: Sequence[Clause]) -> Iterator[_Found]:
    """A conditional clause, and the clause that says what would follow."""
    for clause in clauses:
        if clause.kind is Kind.CONDITION:
            word = _WORD.search(text, clause.start, clause.end)
            if word is not None:
                yield _Found(Label.HYPOTHETICAL, "condition", word.start(), word.end())


def _is_open_question(text: str, language: str | None) -> bool:
    """A question whose answer is not known; one that asks why or how takes the event for granted."""
    first = _WORD.search(text)
    asks_how = first is not None and first.group().lower() in cue_lists(language).get("open_question", ())
    return text.rstrip("\"'»”“’) ").endswith("?") and not asks_how


# -- how far a cue reaches ------------------------------------------------------------------------------------------


def _reach(found: _Found, clauses: Sequence[Clause], text: str, language: str | None) -> _Reach:
    at = next((n for n, clause in enumerate(clauses) if clause.start <= found.start < clause.end), None)
    if at is None:
        return []
    clause = clauses[at]
    if found.reach == "near":
        return [(found.start, min(clause.end, found.end + _NEAR_LETTERS))]
    if found.reach == "after":
        return [(clauses[n].start, min(clauses[n].end, found.start)) for n in _subject_clauses(at, clauses)]
    if found.reach == "condition":
        return [(clause.start, clause.end), *_consequence(at, clauses, text, language)]
    reach = [(found.end, clause.end)]
    reach += [(clauses[n].start, clauses[n].end) for n in _governed(at, clauses)]
    if language in _VERB_LAST and _is_last(found, clause, text):
        reach.append((clause.start, found.start))
    if at > 0 and clause.kind is Kind.CONTINUATION and not _WORD.search(text, clause.start, found.start):
        reach += [(clauses[n].start, clauses[n].end) for n in _led_in(at, clauses)]
    return reach


def _governed(at: int, clauses: Sequence[Clause]) -> Iterator[int]:
    """The clauses that a clause governs and that inherit from it, directly or through each other."""
    inside = {at}
    for n in range(at + 1, len(clauses)):
        clause = clauses[n]
        if clause.inherits and clause.governor in inside:
            inside.add(n)
            yield n


def _subject_clauses(at: int, clauses: Sequence[Clause]) -> Iterator[int]:
    """A predicate's own clause, and the one that it continues behind a relative clause."""
    yield at
    while clauses[at].kind is Kind.CONTINUATION and (governor := clauses[at].governor) is not None:
        at = governor
        yield at


def _led_in(at: int, clauses: Sequence[Clause]) -> Iterator[int]:
    """Clauses before a verb that stands behind what it says ("…, drohte er")."""
    for n in range(at - 1, -1, -1):
        if clauses[n].kind in (Kind.RELATIVE, Kind.ADVERBIAL):
            continue
        yield n
        if clauses[n].kind is Kind.CONTRAST:
            return


def _consequence(at: int, clauses: Sequence[Clause], text: str, language: str | None) -> Iterator[tuple[int, int]]:
    """The clauses beside a condition that speak of the future."""
    future = _FUTURE.get(language or "")
    for n in (at - 1, at + 1, at + 2):
        if future and 0 <= n < len(clauses) and n != at:
            start, end = clauses[n].start, clauses[n].end
            if clauses[n].kind not in (Kind.RELATIVE, Kind.ADVERBIAL) and future.search(text.lower(), start, end):
                yield start, end


def _is_last(found: _Found, clause: Clause, text: str) -> bool:
    """Whether at most one word of the clause stands behind the cue."""
    return len(_WORD.findall(text, found.end, clause.end)) <= 1


# -- which words tell the event ---------------------------------------------------------------------------------------


def _is_known_thing(text: str, span: tuple[int, int], language: str | None) -> bool:
    """Whether a word is a name, or a noun that is spoken of as known ("the attack", "seine Zölle")."""
    start, end = span
    word = text[start:end]
    before = list(_WORD.finditer(text, 0, start))[-3:]
    capital = word[:1].isupper() and bool(before)
    if language not in _CAPITAL_NOUNS and capital and not word.isupper():
        return True
    if language in _CAPITAL_NOUNS and not word[:1].isupper():
        return False
    return _has_definite_article(text, before, start, language)


def _has_definite_article(text: str, before: Sequence[re.Match[str]], start: int, language: str | None) -> bool:
    definite = cue_lists(language).get("definite", frozenset())
    edge = start
    for word in reversed(before):
        if re.search(r"[,;:]", text[word.end() : edge]):
            return False
        if word.group().lower() in definite or text[word.end() : word.end() + 2] in ("'s", "’s"):
            return True
        if len(word.group()) < 4:
            return False
        edge = word.start()
    return False
