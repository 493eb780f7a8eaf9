"""Base forms that a word could belong to, by rule: what a dictionary with one lemma per form leaves out.

Participles (verhängt, imposed, введённые, imposées), strong verbs and homographs.  The rules propose freely; only what
the dictionary has as a base form counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from monitor.match.wordlists import word_lists, word_sets

_SHORTEST: Final = 2
"""Letters that must stay in front of an ending."""
_ONE_VOWEL_ONE_CONSONANT: Final = re.compile("[^aeiou]*[aeiou][^aeiouwxy]")


class _Endings(NamedTuple):
    """What endings become; `lengths` are those of the endings, the longest first."""

    bases: Mapping[str, tuple[str, ...]]
    lengths: tuple[int, ...]


def base_candidates(norm: str, language: str, *, capital: bool | None, known: bool) -> Iterator[str]:
    """Words that `norm` could be an inflected form of, best first, perhaps some twice, without `norm` itself.

    `capital`: how it is written (None: says nothing); `known`: the dictionary has the form, under other base forms.
    """
    propose = {"de": _german, "en": _english, "fr": _french, "ru": _russian}.get(language)
    verb = _endings(f"{language}_verb")
    if len(norm) <= 3:
        yield from verb.bases.get("^" + norm, ())
        return
    candidates = propose(norm, capital, known) if propose else _replaced(norm, verb, shortest=0)
    yield from (candidate for candidate in candidates if candidate != norm)


def _german(norm: str, capital: bool | None, known: bool) -> Iterator[str]:
    """Declined participles and adjectives, and strong verbs; a capital word is no finite verb."""
    del known
    participle = _endings("de_participle")
    for base in (norm, *_replaced(norm, _endings("de_adjective"), shortest=3)):
        yield base
        yield from _without_ge(_replaced(base, participle, shortest=0))
    if not capital:
        yield from _without_ge(_replaced(norm, _endings("de_finite"), shortest=0))


def _without_ge(candidates: Iterable[str]) -> Iterator[str]:
    """Each candidate, and without the first `ge` or `zu` inside it (ausgebrochen -> ausgebrechen -> ausbrechen)."""
    for candidate in candidates:
        yield candidate
        for inner in ("ge", "zu"):
            before, found, after = candidate.partition(inner)
            if found and len(after) > 3:
                yield before + after


def _english(norm: str, capital: bool | None, known: bool) -> Iterator[str]:
    del capital
    yield from (base for base in _replaced(norm, _endings("en_verb"), shortest=0) if _is_spelt_so(norm, base))
    if not known:
        yield from _replaced(norm, _endings("en_weak"), shortest=3)


def _is_spelt_so(norm: str, base: str) -> bool:
    """No -ing of a short verb without its doubled letter: hoping is no form of hop."""
    return norm != base + "ing" or len(base) > 4 or not _ONE_VOWEL_ONE_CONSONANT.fullmatch(base)


def _french(norm: str, capital: bool | None, known: bool) -> Iterator[str]:
    """The present of most verbs is spelt like a noun (attaque, rencontre, livre); "entre" and its like are none."""
    del capital
    for name in ("fr_verb", "fr_noun") if known else ("fr_verb", "fr_noun", "fr_weak"):
        yield from _replaced(norm, _endings(name), shortest=0)
    if norm not in word_sets("inflection")["fr_no_verb"]:
        yield from _replaced(norm, _endings("fr_present"), shortest=3)


def _russian(norm: str, capital: bool | None, known: bool) -> Iterator[str]:
    """Verbs by their participles, gerunds, past and future; nouns and adjectives that share a form with another word.

    A reflexive participle leads to the reflexive verb.
    """
    del capital, known
    plain, reflexive = (norm[:-2], "ся") if norm.endswith(("ся", "сь")) else (norm, "")
    for kind in ("hard", "soft", "short"):
        short = (plain,) if kind == "short" else ()
        for stem in (*short, *_replaced(plain, _endings(f"ru_{kind}"), shortest=3)):
            yield from (verb + reflexive for verb in _replaced(stem, _endings(f"ru_{kind}_participle"), shortest=1))
    for name in ("ru_verb", "ru_noun", "ru_whole"):
        yield from _replaced(norm, _endings(name), shortest=3)


def _replaced(norm: str, endings: _Endings, *, shortest: int) -> Iterator[str]:
    """`norm` with each fitting ending replaced, the longest endings first.

    Two letters stay in front of an ending of one or two; `^form` in a list is a whole word.
    """
    bases, lengths = endings
    yield from bases.get("^" + norm, ())
    for length in lengths:
        left = len(norm) - length
        if left < shortest or (left < _SHORTEST and length < 3):
            continue
        for other in bases.get(norm[left:], ()):
            yield norm[:left] + other


@cache
def _endings(name: str) -> _Endings:
    table: dict[str, list[str]] = {}
    for pair in word_lists("inflection").get(name, ()):
        ending, _, base = pair.partition(">")
        table.setdefault(ending, []).append(base)
    lengths = {len(ending) for ending in table if not ending.startswith("^")}
    return _Endings({ending: tuple(bases) for ending, bases in table.items()}, tuple(sorted(lengths, reverse=True)))
