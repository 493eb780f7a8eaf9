"""How a clause presents what it says: hypothetical, negated, quoted.

Cues (`cues.py`) reach over words: most over what follows in their clause and in the clauses that this one governs
(`reach.py`, `clauses.py`), predicates over their subject, adjectives and nouns over their own phrase.  A group of
evidence words has a label if the cue reaches the words that tell the event: verbs and bare nouns, not names and not
nouns with a definite article, which speak of something known ("did not respond to the attack"), unless a
complement has the article ("considers the closure of the mine").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.match.clauses import cue_lists, has_verb, split_clauses
from monitor.match.cues import Found, find_cues
from monitor.match.reach import Reach, reach_of
from monitor.model.rule import Label

_WINDOW: Final = 1000
"""Letters looked at on both sides of the evidence: real sentences are shorter, and the cost stays bounded."""
_CAPITAL_NOUNS: Final = frozenset({"de"})
_QUOTES: Final[Mapping[str, str]] = {
    "„": "“”", "“": "”“", "«": "»", "»": "«", "‚": "‘", "‘": "’", '"': '"', "「": "」", "『": "』",
}  # fmt: skip
"""Opening marks and what may close them."""
_WORD: Final = re.compile(r"[^\W_]+")
_NEVER: Final = re.compile("(?!)")
# What may stand between an article and its noun.
_ADJECTIVE: Final = {
    "en": re.compile(
        r"[A-Z]\w+|\w{2,}(?:al|ic|ive|ous|ent|ant|ian|ean|ese|ish|ful|ary|ory|able|ible|ing|ed|ly|est)|new|big|\d+"
    ),
    "de": re.compile(r"[a-zäöüß]{3,}(?:e|en|er|es|em)|\d+"),
    "ru": re.compile(r"[а-яё]{2,}(?:ого|его|о[йем]|е[йем]|[ыи][хмей]|[ыи]ми|ую|юю|ая|яя)|\d+"),
    "fr": re.compile(
        r"nouve(?:au|aux|l|lle|lles)|grande?s?|petite?s?|premi(?:er|ère)s?|prochaine?s?|derni(?:er|ère)s?|\d+"
    ),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that gave a label: offsets into the sentence and the text there."""

    start: int
    end: int
    text: str
    form: bool = False
    """Whether it is the form of the evidence itself that gave it (French and Polish conditionals)."""


def label_group(sentence_text: str, spans: Sequence[tuple[int, int]], language: str | None) -> Mapping[Label, Cue]:
    """Which labels hold for the words at `spans` of a sentence, each with the cue that gave it.

    Where the language has no cues (or is None) only `quoted` is decided.
    """
    if not spans:
        return {}
    start = max(0, min(low for low, _ in spans) - _WINDOW)
    text = sentence_text[start : max(high for _, high in spans) + _WINDOW]
    found = _labels(text, [(low - start, high - start) for low, high in spans], language)
    return {label: replace(cue, start=cue.start + start, end=cue.end + start) for label, cue in found.items()}


def _labels(text: str, spans: Sequence[tuple[int, int]], language: str | None) -> dict[Label, Cue]:
    labels: dict[Label, Cue] = {}
    if (quote := _quote_around(text, spans)) is not None:
        labels[Label.QUOTED] = _cue(text, quote, quote + 1)
    if not cue_lists(language):
        return labels
    clauses = split_clauses(text, language)
    telling = [span for span in spans if not _is_known_thing(text, span, language)]
    for found in find_cues(text, spans, clauses, language):
        if found.label in labels:
            continue
        meant = [span for span in spans if span in telling or _is_meant(text, span, found, language)]
        if found.reach in ("noun", "verb"):
            meant = [span for span in meant if _is_verb(text[slice(*span)], language) == (found.reach == "verb")]
        if _reaches(reach_of(found, clauses, text, language), meant, found):
            labels[found.label] = _cue(text, found.start, found.end, form=found.reach == "self")
    if Label.HYPOTHETICAL not in labels and telling and _is_open_question(text, language):
        at = text.rindex("?")
        labels[Label.HYPOTHETICAL] = _cue(text, at, at + 1)
    return labels


def _cue(text: str, start: int, end: int, *, form: bool = False) -> Cue:
    return Cue(start, end, text[start:end], form)


def _is_meant(text: str, span: tuple[int, int], found: Found, language: str | None) -> bool:
    """Whether a cue speaks of a known thing itself: by its kind, or where the article belongs to a complement.

    In "considers the closure of the mine" nothing was closed so far; behind a preposition ("would not comment on the
    closure of …") it may have been.  What something "could be" is not there yet either ("could be the largest strike").
    """
    if found.reach in ("near", "noun", "after", "follow"):
        return True
    lists = cue_lists(language)
    behind = _WORD.match(text, span[1] + 1)
    complement = behind is not None and behind.group().lower() in lists.get("noun_complement", ())
    if found.reach not in ("before", "modal") or found.end > span[0]:
        return False
    adjective = _ADJECTIVE.get(language or "", _NEVER)
    before = _WORD.findall(text, found.end, span[0])
    while before and adjective.fullmatch(before[-1]) and before[-1].lower() not in lists.get("definite", ()):
        before.pop()
    if not before or before.pop().lower() not in lists.get("definite", ()):
        return False
    last = before[-1].lower() if before else ""
    return last in lists.get("copula", ()) or (complement and last not in lists.get("near_stop", ()))


def _is_verb(word: str, language: str | None) -> bool:
    """Whether a word is no noun, as far as its letters tell: the capital in German, the past ending in Russian."""
    if language in _CAPITAL_NOUNS:
        return not word[:1].isupper()
    return has_verb([word.lower()], language)


def _reaches(reach: Reach, spans: Sequence[tuple[int, int]], found: Found) -> bool:
    """Whether at least half of the words lie in reach; the cue's own words do not count, unless all of them are."""
    if found.reach not in ("near", "noun", "self"):
        spans = [(start, end) for start, end in spans if end <= found.start or start >= found.end]
    reached = sum(any(start >= low and end <= high for low, high in reach) for start, end in spans)
    return bool(spans) and 2 * reached >= len(spans)


def _is_open_question(text: str, language: str | None) -> bool:
    """A question whose answer is not known; one that asks why or how takes the event for granted."""
    first = _WORD.search(text)
    asks_how = first is not None and first.group().lower() in cue_lists(language).get("open_question", ())
    return text.rstrip("\"'»”“’) ").endswith("?") and not asks_how


def _quote_around(text: str, spans: Sequence[tuple[int, int]]) -> int | None:
    """Where the quotation starts that holds most of the words; None if none does."""
    for low, high in _quotations(text):
        if 2 * sum(low <= start and end <= high for start, end in spans) > len(spans):
            return low
    return None


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each quotation, from left to right; one that is not closed goes to the end."""
    start, closing = -1, ""
    for at, letter in enumerate(text):
        apostrophe = letter in "’‘'" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
        if start < 0 and letter in _QUOTES and not apostrophe:
            start, closing = at, _QUOTES[letter]
        elif start >= 0 and letter in closing and not apostrophe:
            yield start, at
            start = -1
    if start >= 0:
        yield start, len(text)


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
    """Whether an article, demonstrative or possessive stands before a word, with nothing but adjectives between."""
    definite = cue_lists(language).get("definite", frozenset())
    adjective = _ADJECTIVE.get(language or "", _NEVER)
    edge = start
    for word in reversed(before):
        between = text[word.end() : edge]
        if between[:2] in ("'s", "’s") or (not between.strip(" '’") and word.group().lower() in definite):
            return True
        if between.strip(" -") or not adjective.fullmatch(word.group()):
            return False
        edge = word.start()
    return False
