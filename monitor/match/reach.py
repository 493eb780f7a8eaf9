"""How far a cue reaches in its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from monitor.match.clauses import Clause, Kind, cue_lists
from monitor.match.cues import Found
from monitor.match.known import realises
from monitor.model.rule import Label

_NEAR_LETTERS: Final = 40
"""How far an adjective or a noun reaches to the right inside its clause."""
_CLOSE_LETTERS: Final = 20
_OWN_LETTERS: Final = 80
"""How far other cues reach in their own clause, outside German and Dutch."""
_VERB_LAST: Final = frozenset({"de", "nl"})
"""Languages in which a verb at the end of a clause reaches over all of it."""
_WORD: Final = re.compile(r"[^\W_]+")
_FUTURE: Final = {
    "en": re.compile(r"\b(?:will|would|shall|(?:is|are) (?:set|going|due) to)\b|'ll\b"),
    "de": re.compile(r"\b(?:wird|werden?|würden?|wirst|werdet)\b"),
    "ru": re.compile(r"\b[а-яё]+[аеёиуюя]т(?:ся)?\b"),
    "fr": re.compile(r"\b[a-zé]+(?:ra|ront|rai|rez|rons|rait|raient)\b"),
    "es": re.compile(r"\b(?:[a-zñ]+r(?:á|án|é|emos|ía|ían)|van? a)\b"),
    "it": re.compile(r"\b[a-z]+r(?:à|anno|ò|emo|ebbe|ebbero)\b"),
    "pt": re.compile(r"\b(?:[a-zç]+r(?:á|ão|ei|emos|ia|iam)|vai|vão)\b"),
    "nl": re.compile(r"\b(?:zal|zullen|zou|zouden|gaat|gaan)\b"),
}


_SAID: Final = frozenset({Kind.COMPLEMENT, Kind.INFINITIVE})
_LIGHT: Final = re.compile("be|been|have|further|again|[a-z]{3,}ly")
Reach = list[tuple[int, int]]
"""Stretches of the sentence: start and end."""


def reach_of(found: Found, clauses: Sequence[Clause], text: str, language: str | None) -> Reach:
    """The stretches of a sentence that a cue holds for; none where it stands outside every clause."""
    at = next((n for n, clause in enumerate(clauses) if clause.start <= found.start < clause.end), None)
    if at is None:
        return []
    if found.reach in ("before", "modal", "self"):
        return _onward(found, at, clauses, text, language)
    if found.reach in ("after", "governs", "clause", "verb", "condition"):
        return _clausewise(found, at, clauses, text, language)
    return _nearby(found, clauses[at], text, language)


def _nearby(found: Found, clause: Clause, text: str, language: str | None) -> Reach:
    """The phrase, the noun or the word beside a cue."""
    if found.reach in ("near", "noun"):
        return [(found.end, min(clause.end, _near_end(found, text, language)))]
    if found.reach == "close":
        return [(found.end, min(clause.end, found.end + _CLOSE_LETTERS))]
    if found.reach == "follow":
        return [(len(text[: found.start].rstrip(" -").rpartition(" ")[0]), found.start)]
    return _next_verb(found.end, clause.end, text, language)


def _next_verb(at: int, end: int, text: str, language: str | None) -> Reach:
    """The next verb, behind auxiliaries and adverbs ("to be banned"); with its object, if it is one of realising."""
    for word in _WORD.finditer(text, at):
        if not _LIGHT.fullmatch(word.group()):
            object_letters = _NEAR_LETTERS if realises(text, word.start(), language) else 0
            return [(at, min(end, word.end() + object_letters))]
    return []


def _clausewise(found: Found, at: int, clauses: Sequence[Clause], text: str, language: str | None) -> Reach:
    """Whole clauses, or what stands in them before the cue."""
    clause = clauses[at]
    if found.reach == "after":
        return [(clauses[n].start, min(clauses[n].end, _said_by(found))) for n in _subject_clauses(at, clauses)]
    if found.reach == "governs":
        return _spans((n for n in _governed(at, clauses, modal=False) if clauses[n].kind in _SAID), clauses)
    if found.reach in ("clause", "verb"):
        return [(clause.start, clause.end)]
    return [(clause.start, clause.end), *_further_conditions(at, clauses), *_consequence(at, clauses, text, language)]


def _further_conditions(at: int, clauses: Sequence[Clause]) -> Iterator[tuple[int, int]]:
    """What is joined to a condition ("if someone was hurt or killed")."""
    for clause in clauses[at + 1 :]:
        if clause.kind is not Kind.COORDINATION:
            return
        yield clause.start, clause.end


def _said_by(found: Found) -> int:
    """Where a predicate ends; one in two pieces has its subject between them ("fand der Gipfel nicht statt")."""
    return found.start if found.closed == found.end else found.closed


def _onward(found: Found, at: int, clauses: Sequence[Clause], text: str, language: str | None) -> Reach:
    """All that follows in the clause and in the clauses that it governs; what stands before, by position."""
    clause, modal = clauses[at], found.reach == "modal"
    reach = [
        (found.start if found.reach == "self" else found.end, _own_end(found, clause, text, language)),
        *_spans(_governed(at, clauses, modal=modal), clauses),
    ]
    if modal and realises(text, found.end, language):
        reach.append((clause.start, found.start))
    elif modal:
        reach += _indefinite_subject(found, clause, text, language)
    if language in _VERB_LAST and _is_last(found, clause, text):
        reach.append((clause.start, found.start))
    leads = found.label is Label.HYPOTHETICAL and clause.kind is Kind.CONTINUATION
    if at > 0 and leads and not _WORD.search(text, clause.start, found.start):
        reach += _spans(_led_in(at, clauses), clauses)
    return reach


def _spans(numbers: Iterator[int], clauses: Sequence[Clause]) -> Reach:
    return [(clauses[n].start, clauses[n].end) for n in numbers]


def _near_end(found: Found, text: str, language: str | None) -> int:
    """Where the phrase of an adjective or noun cue ends: at a preposition that begins another one, or after a while.

    What is possible or feared ends at the verb; what is denied of a subject is denied of its verb too ("no state has").
    """
    lists = cue_lists(language)
    stops = lists.get("near_stop", frozenset())
    if found.label is Label.HYPOTHETICAL:
        stops |= lists.get("finite", frozenset())
    for word in _WORD.finditer(text, found.end, found.end + _NEAR_LETTERS):
        if word.group().lower() in stops:
            return word.start()
    return found.end + _NEAR_LETTERS


def _indefinite_subject(found: Found, clause: Clause, text: str, language: str | None) -> Reach:
    """A noun before a modal that is spoken of as new ("a strike could …"): from its article to the modal."""
    indefinite = cue_lists(language).get("indefinite", frozenset())
    finite = cue_lists(language).get("finite", frozenset())
    before = list(_WORD.finditer(text, clause.start, found.start))[-6:]
    verbs = (n for n, word in enumerate(before, 1) if word.group().lower() in finite)
    subject = before[max(verbs, default=0) :]
    return [(word.end(), found.start) for word in subject if word.group().lower() in indefinite][:1]


def _own_end(found: Found, clause: Clause, text: str, language: str | None) -> int:
    """How far a cue reaches in its own clause: not far, where the verb stands early; a modal, to the next verb."""
    if language in _VERB_LAST:
        return clause.end
    end = min(clause.end, found.end + _OWN_LETTERS)
    if found.reach == "modal":
        finite = cue_lists(language).get("finite", frozenset())
        words = list(_WORD.finditer(text, found.end, end))[1:]  # the first is the modal's own ("may have been …")
        return next((word.start() for word in words if word.group().lower() in finite), end)
    return end


def _governed(at: int, clauses: Sequence[Clause], *, modal: bool) -> Iterator[int]:
    """The clauses that a clause governs and that inherit from it, directly or through each other.

    A modal governs its own verb, not what that verb says: no complements but infinitives ("could decide, X zu tun").
    """
    inside = {at}
    for n in range(at + 1, len(clauses)):
        clause = clauses[n]
        if modal and clause.kind is Kind.COMPLEMENT:
            return
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
    """The clauses beside a condition that speak of the future, with what they go on to say."""
    future = _FUTURE.get(language or "")
    for n in (at - 1, at + 1, at + 2):
        if future and 0 <= n < len(clauses) and n != at:
            start, end = clauses[n].start, clauses[n].end
            if clauses[n].kind not in (Kind.RELATIVE, Kind.ADVERBIAL) and future.search(text.lower(), start, end):
                yield start, end
                yield from _spans(_governed(n, clauses, modal=True), clauses)


def _is_last(found: Found, clause: Clause, text: str) -> bool:
    """Whether at most one word of the clause stands behind the cue."""
    return len(_WORD.findall(text, found.end, clause.end)) <= 1
