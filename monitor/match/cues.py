"""Cues of possibility and negation in a sentence, from the lists of `data/cues_<language>.txt`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from monitor.match.clauses import Clause, Kind, cue_lists
from monitor.model.rule import Label

_REACHES: Final = ("before", "modal", "self", "after", "near", "noun", "verb", "close", "follow", "clause", "governs")
"""What a cue reaches: all behind it; its own verb; itself and all behind it; its subject; its phrase; the nouns of its
phrase; the verbs of its clause; the next noun; the word before; its clause; only what its clause governs."""
_NAMES: Final = frozenset({"May", "Will"})
"""A month and a man, not verbs, when written with a capital."""
_WORD: Final = re.compile(r"[^\W_]+")
_STARTS: Final = re.compile(r"(?<!\w)\w|n(?='t\b)")
"""Where a cue can stand: at a word, and in its attached negation."""
_OPENING: Final = 3
"""Letters by which cues are looked up."""
_SIGN: Final = re.compile("[_*~+]")
_SPECIAL: Final = {"*": r"\w*", "_": r"[\s'-]+", "~": "~", "+": "+"}
_VERB_ENDING: Final = re.compile(r"(\w)\+")
_PAST: Final = re.compile("[a-z]{2,}ed")


class Found(NamedTuple):
    """A cue in a sentence: its label, how it reaches (`_REACHES`, or condition) and where it stands.

    A cue in two pieces (ruft … auf) ends with its first piece; `closed` is where its last one ends.
    """

    label: Label
    reach: str
    start: int
    end: int
    closed: int


def find_cues(
    text: str, evidence: Sequence[tuple[int, int]], clauses: Sequence[Clause], language: str | None
) -> Iterator[Found]:
    """All cues of a sentence, those of the lists first, in order.

    One that lies inside a longer one, or inside an ignored phrase, is none.  A phrase that is ignored for its verb
    ("did not condemn the attack") is not if that verb is the `evidence`.
    """
    found = [match for match in _matches(text, language) if not _is_noun(match, text, language)]
    found = [one for one in found if one.reach != "ignored" or not _holds(one, evidence)]
    clear = [one for one in found if not any(_covers(other, one) for other in found)]
    yield from sorted((one for one in clear if one.reach != "ignored"), key=lambda one: (one.start, one.end))
    yield from _conditions(text, clauses)
    yield from (aim for aim in _aims(text, language) if not any(_settles(one, aim, text) for one in clear))


def _settles(one: Found, aim: Found, text: str) -> bool:
    """Whether an aim's "to" is of an ignored phrase, or of what denies it ("refused to pay", "failed to deliver")."""
    if one.reach == "ignored":
        return one.start < aim.start < one.closed
    denies = one.label is Label.NEGATED and one.reach == "before" and one.start < aim.start
    return denies and not text[one.closed : aim.start].strip()


def _is_noun(found: Found, text: str, language: str | None) -> bool:
    """Whether the capital says that it is no verb: May and Will, die Würde."""
    word = text[found.start : found.end]
    inside = text[found.start - 1 : found.start] == " "
    return word in _NAMES or (language == "de" and found.reach == "modal" and inside and word[:1].isupper())


def _holds(ignored: Found, evidence: Sequence[tuple[int, int]]) -> bool:
    """Whether evidence is among the words of a phrase; what stands between its two pieces is not."""
    return any(
        ignored.start <= start and (end <= ignored.end or ignored.end != ignored.closed == end)
        for start, end in evidence
    )


def _matches(text: str, language: str | None) -> Iterator[Found]:
    """Every cue and ignored phrase, the longest of each kind at a word."""
    openings = _openings(language)
    lower = _small(text)
    for start in (match.start() for match in _STARTS.finditer(lower)):
        for length in range(_OPENING + 1):
            for cues in openings.get(lower[start : start + length], ()):
                if match := cues.expression.match(lower, start):
                    end = match.end(match.lastindex) if match.lastindex else match.end()
                    yield Found(cues.label, cues.reach, start, end, match.end())


def _small(text: str) -> str:
    """The text in small letters, with straight apostrophes, letter for letter."""
    small = text.lower()
    return (small if len(small) == len(text) else "".join(char.lower()[:1] for char in text)).replace("’", "'")


def _covers(longer: Found, shorter: Found) -> bool:
    """Whether a cue of another meaning, or an ignored phrase, is longer and holds this one ("not ruled out")."""
    inside = longer.start <= shorter.start and shorter.closed <= longer.closed
    other = longer.label is not shorter.label or longer.reach == "ignored"
    return inside and other and longer.closed - longer.start > shorter.closed - shorter.start


class _Cues:
    """Cues of one kind that begin with the same letters; their pattern is compiled when it is first needed."""

    def __init__(self, label: Label, reach: str) -> None:
        self.label, self.reach = label, reach
        self.words: list[str] = []

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Matches the longest of the cues that stands at a place."""
        longest_first = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile(rf"(?:{'|'.join(map(_pattern, longest_first))})(?!\w)")


@cache
def _openings(language: str | None) -> Mapping[str, Sequence[_Cues]]:
    """The cues of a language by their first letters: a sentence has few words, a language a thousand cues."""
    lists = cue_lists(language)
    kinds = [
        (label, reach, f"{short}_{reach}")
        for short, label in (("hyp", Label.HYPOTHETICAL), ("neg", Label.NEGATED))
        for reach in _REACHES
    ]
    index: dict[str, list[_Cues]] = {}
    for label, reach, name in (*kinds, (Label.NEGATED, "ignored", "ignored")):
        own: dict[str, _Cues] = {}
        for word in (full for cue in lists.get(name, ()) for full in _spelt_out(cue, lists)):
            own.setdefault(_SIGN.split(word, 1)[0][:_OPENING], _Cues(label, reach)).words.append(word)
        for opening, cues in own.items():
            index.setdefault(opening, []).append(cues)
    return index


def _spelt_out(cue: str, lists: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """A cue with `<list>` replaced by each word of that list."""
    before, mark, rest = cue.partition("<")
    name, _, after = rest.partition(">")
    if not mark:
        yield cue
    else:
        yield from (before + word + end for word in lists[name] for end in _spelt_out(after, lists))


def _pattern(cue: str) -> str:
    """`_` is a space, `*` any letters, `~` a few words (ruft~auf), `+` the endings of a regular English verb."""
    parts = (_SPECIAL.get(letter) or re.escape(letter) for letter in cue)
    first, apart, last = _VERB_ENDING.sub(r"\1(?:e|e?s|\1?(?:ed|ing))?", "".join(parts)).partition("~")
    return rf"({first})\b[^,;:]{{1,60}}?\b{last}" if apart else first


def _aims(text: str, language: str | None) -> Iterator[Found]:
    """An English "to" before its verb speaks of an aim ("a law to ban …"), with two exceptions.

    What was begun or agreed is under way, and a headline's "to hold" is a plain future: no finite verb stands before.
    """
    lists = cue_lists(language)
    words = list(_WORD.finditer(text)) if "infinitive" in lists else []
    for before, word in pairwise(words):
        if word.group() in lists["infinitive"] and before.group().lower() not in lists["done_to"]:
            said = [other.group() for other in words if other.start() < before.end()]
            if any(other in lists["finite"] | lists["aiming"] or _PAST.fullmatch(other) for other in said):
                yield Found(Label.HYPOTHETICAL, "next", word.start(), word.end(), word.end())


def _conditions(text: str, clauses: Sequence[Clause]) -> Iterator[Found]:
    """A conditional clause, and the clause that says what would follow."""
    first = (_WORD.search(text, clause.start, clause.end) for clause in clauses if clause.kind is Kind.CONDITION)
    for word in filter(None, first):
        yield Found(Label.HYPOTHETICAL, "condition", word.start(), word.end(), word.end())
