"""Clauses of a sentence and what governs each: enough grammar to say how far "threatened to" reaches.

No parser: clauses are cut at punctuation and at the words that open them.  A complement (that …, dass …, чтобы …, an
infinitive behind a comma), a continuation and a coordinated clause take over how their governor presents things; a
relative, adverbial or conditional clause stands for itself, and so does a phrase in front of the subject ("Without
waiting for parliament, …") and what asks why or how.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from monitor.match.wordlists import word_sets

CUE_LANGUAGES: Final = ("de", "en", "ru", "fr", "es", "it", "pt", "pl", "uk", "nl")
# Where commas are obligatory between clauses, words open a clause only behind one.
_COMMA_LANGUAGES: Final = frozenset({"de", "ru", "pl", "uk"})
_PUNCTUATION: Final = re.compile(r"[,;:()–—…!?]|\s-\s")
_WORD: Final = re.compile(r"[^\W_]+")
_FINITE_ENDING: Final = {
    "en": re.compile(r"[a-z]{2,}ed"),
    "de": re.compile(r"[a-zäöü]{2,}(?:te|ten)"),
    "ru": re.compile(r"[а-я]{2,}(?:л|ла|ли|ло|лся|лась|лись|лось)"),
    "uk": re.compile(r"[а-яіїє]{2,}(?:[аиіяуов]в|ла|ли|ло|вся|лася|лися)"),
    "pl": re.compile(r"[a-ząćęłńóśźż]{2,}(?:ł|ła|li|ło|ły)"),
}
_ASYNDETIC: Final = frozenset({"ru", "uk", "pl"})
"""Languages whose past forms are no participles: one behind a comma is a statement of its own ("не признал, был …")."""


# A German (or Dutch) infinitive at the end of its clause: "… zu verhängen", "… auszuweisen".
_TO_INFINITIVE: Final = re.compile(r"(?:\b(?:zu|te)\s+[a-zäöüß]+n|\b[a-zäöü]{2,12}zu[a-zäöüß]{4,}n)(?:\s+\w+)?\W*$")
_NEGATED_GERUND: Final = re.compile(r"\s*не\s+[а-яё]{2,}(?:[аяую]я|[аиея]в|шись|ясь)\b", re.IGNORECASE)
_RELATIVE_QUE: Final = frozenset({"es", "it", "pt"})
"""Languages whose word for "that" is a relative pronoun behind a comma."""
_PURPOSE: Final = frozenset({"um", "statt", "anstatt", "om"})


class Kind(StrEnum):
    """What a clause is to its governor."""

    MAIN = "main"
    COMPLEMENT = "complement"
    INFINITIVE = "infinitive"
    CONTINUATION = "continuation"
    COORDINATION = "coordination"
    RELATIVE = "relative"
    ADVERBIAL = "adverbial"
    CONDITION = "condition"
    CONTRAST = "contrast"


_OPENERS: Final = (Kind.COMPLEMENT, Kind.RELATIVE, Kind.ADVERBIAL, Kind.CONDITION, Kind.CONTRAST, Kind.COORDINATION)
_INHERITING: Final = frozenset({Kind.COMPLEMENT, Kind.INFINITIVE, Kind.CONTINUATION, Kind.COORDINATION})


class Clause(NamedTuple):
    """Start and end in the sentence's text, its kind, and the index of the governing clause (None: none).

    `inherits`: what holds of the governor from some word on holds of this clause too.
    """

    start: int
    end: int
    kind: Kind
    governor: int | None
    inherits: bool


def split_clauses(sentence: str, language: str | None) -> tuple[Clause, ...]:
    """The clauses of a sentence in order; together they cover its words."""
    lists = cue_lists(language)
    clauses: list[Clause] = []
    for start, end in _pieces(sentence, language):
        kind = _kind(sentence[start:end], lists, first=not clauses)
        if not clauses and _is_fronted(sentence[start:end], language):
            kind = Kind.ADVERBIAL
        that_which = language in _RELATIVE_QUE and sentence[:start].rstrip().endswith(",")
        if kind is Kind.COMPLEMENT and (that_which or _follows_a_noun(sentence[:start], lists)):
            kind = Kind.RELATIVE
        before = sentence[clauses[-1].start : clauses[-1].end] if clauses else ""
        own = _is_statement(kind, sentence[start:end], before, language)
        governor = None if own and kind is Kind.COORDINATION else _governor(kind, clauses)
        inherits = governor is not None and kind in _INHERITING and not own
        clauses.append(Clause(start, end, kind, governor, inherits))
    return tuple(clauses)


def _follows_a_noun(before: str, lists: dict[str, frozenset[str]]) -> bool:
    """Whether "that" stands behind "the women" and not behind a verb or a noun with content ("the threat that")."""
    noun = re.search(r"\b(?:the|an?|all|those|some|any|his|her|its|their)\s+(\w+)\s*$", before, re.IGNORECASE)
    content = lists.get("content_noun")
    return content is not None and noun is not None and noun.group(1).lower() not in content


def cue_lists(language: str | None) -> dict[str, frozenset[str]]:
    """The word lists of `data/cues_<language>.txt`; empty for other languages."""
    return dict(word_sets(f"cues_{language}")) if language in CUE_LANGUAGES else {}


def _pieces(sentence: str, language: str | None) -> list[tuple[int, int]]:
    """Start and end of each piece between marks and opening words."""
    marks = (mark for mark in _PUNCTUATION.finditer(sentence) if not _inside_number(sentence, mark.start()))
    cuts = {0, len(sentence)}
    cuts.update(mark.end() for mark in marks)
    cuts.update(word.start() for word in _opening_words(language).finditer(sentence))
    return [(start, end) for start, end in pairwise(sorted(cuts)) if _WORD.search(sentence, start, end)]


def _inside_number(sentence: str, at: int) -> bool:
    return sentence[at] in ",:" and sentence[at - 1 : at].isdigit() and sentence[at + 1 : at + 2].isdigit()


@cache
def _opening_words(language: str | None) -> re.Pattern[str]:
    """Words that open a clause without a mark before them; everywhere at least the coordinating ones."""
    lists = cue_lists(language)
    kinds = (Kind.COORDINATION,) if language in _COMMA_LANGUAGES else _OPENERS
    words = sorted((word for kind in kinds for word in lists.get(kind, ())), key=len, reverse=True)
    joined = "|".join(re.escape(word).replace("_", r"[\s'’]+") for word in words)
    return re.compile(rf"\b(?:{joined})\b", re.IGNORECASE) if words else re.compile(r"(?!)")


def _kind(piece: str, lists: dict[str, frozenset[str]], *, first: bool) -> Kind:
    words = [word.group().lower() for word in _WORD.finditer(piece)][:3]
    joined = set(accumulate(words, "{}_{}".format))
    if _NEGATED_GERUND.match(piece):
        return Kind.ADVERBIAL
    if not first and _TO_INFINITIVE.search(piece):
        return Kind.ADVERBIAL if words[0] in _PURPOSE else Kind.INFINITIVE
    for kind in _OPENERS:
        if joined & lists.get(kind, frozenset()):
            return Kind.MAIN if first and kind not in (Kind.CONDITION, Kind.ADVERBIAL) else kind
    if first:
        return Kind.MAIN
    for kind in (Kind.COMPLEMENT, Kind.RELATIVE, Kind.CONDITION):  # behind a short preposition: "in der", "so dass"
        if len(words[0]) <= 4 and not lists.get(kind, frozenset()).isdisjoint(words[1:2]):
            return kind
    return Kind.CONTINUATION


def _is_fronted(piece: str, language: str | None) -> bool:
    """Whether the first piece is a phrase without a verb of its own before the subject ("Without waiting, …")."""
    words = _words(piece)
    lists = cue_lists(language)
    if lists.get("fronted", frozenset()).isdisjoint(("_".join(words[:2]), words[0])):
        return False
    # What ends like a finite verb is more often a participle in English ("In a statement released on Monday, …"), and
    # an infinitive behind a German "zu" ("Ohne zu warten, …").
    no_verb = language == "en" or _TO_INFINITIVE.search(piece) is not None or not has_verb(words, language)
    return no_verb and lists["finite"].isdisjoint(words)


def _is_statement(kind: Kind, piece: str, before: str, language: str | None) -> bool:
    """Whether a clause says something of its own, whatever holds of its governor.

    A coordinated one does if a finite verb stands among its first words, but not behind an "or"; a continued one if
    the clause before it has a verb too ("вероятно, …" has none).
    """
    words = _words(piece)[:4]
    if kind is Kind.COORDINATION:
        return words[0] not in cue_lists(language).get("alternative", ()) and has_verb(words, language)
    asyndetic = kind is Kind.CONTINUATION and language in _ASYNDETIC
    return asyndetic and has_verb(words, language) and has_verb(_words(before), language)


def _words(text: str) -> list[str]:
    return [word.group().lower() for word in _WORD.finditer(text)]


def has_verb(words: list[str], language: str | None) -> bool:
    """Whether a word is finite by its ending, or one of the commonest finite verbs."""
    ending = _FINITE_ENDING.get(language or "")
    finite = cue_lists(language).get("finite", frozenset())
    return any(word in finite or (ending is not None and ending.fullmatch(word)) for word in words)


def _governor(kind: Kind, before: list[Clause]) -> int | None:
    """The index of the clause that governs the next one, given those before it."""
    if not before or kind in (Kind.MAIN, Kind.CONTRAST):
        return None
    last = len(before) - 1
    if kind is not Kind.CONTINUATION or before[last].kind not in (Kind.RELATIVE, Kind.ADVERBIAL, Kind.CONDITION):
        return last
    while before[last].kind in (Kind.RELATIVE, Kind.ADVERBIAL, Kind.CONDITION):
        if last == 0:
            return None
        last -= 1
    return last
