"""What a sentence speaks of as known: names, and nouns whose article or preposition takes them for granted.

In "did not respond to the attack" the attack is real, whatever the clause says.  Not so where the cue speaks of the
noun itself ("the strike was called off"), where the article belongs to a complement ("considers the closure of the
mine"), and where the verb is one of realising ("may complete the merger", "if the strike goes ahead").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from monitor.match.clauses import cue_lists
from monitor.match.cues import Found

CAPITAL_NOUNS: Final = frozenset({"de"})
"""Languages that write nouns with a capital."""
_SPEAKING_OF_IT: Final = frozenset({"near", "noun", "after", "follow"})
"""Reaches of cues that speak of the noun itself."""
_WORDS_TO_THE_VERB: Final = 4
_WORDS_TO_THE_ARTICLE: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_NEVER: Final = re.compile("(?!)")
_INFINITIVE: Final = {"pt": re.compile(r"\w{2,}[aeio]r")}
"""Verbs behind what looks like an article (Portuguese "a")."""
_CONTRACTED: Final = re.compile(r"\b(?:it|he|she|that|this|there|here|what|who|where|how|let)$", re.IGNORECASE)
"""Words before an 's that is a verb."""
# What may stand between an article and its noun.
_ADJECTIVE: Final = {
    "en": re.compile(
        r"[A-Z]\w+|\w{2,}(?:al|ic|ive|ous|ent|ant|ian|ean|ese|ish|ful|ary|ory|able|ible|ing|ed|ly|est)|new|big|\d+"
    ),
    "de": re.compile(r"[a-zäöüß]{3,}(?:e|en|er|es|em)|\d+"),
    "fr": re.compile(
        r"nouve(?:au|aux|l|lle|lles)|grande?s?|petite?s?|premi(?:er|ère)s?|prochaine?s?|derni(?:er|ère)s?|\d+"
    ),
    "ru": re.compile(r"[а-яё]{2,}(?:ого|его|о[йем]|е[йем]|[ыи][хмей]|[ыи]ми|ую|юю|ая|яя)|\d+"),
}


def is_known_thing(text: str, span: tuple[int, int], language: str | None) -> bool:
    """Whether a word is a name, or a noun that is spoken of as known ("the attack", "seine Zölle", "after strikes")."""
    start, end = span
    word = text[start:end]
    before = list(_WORD.finditer(text, 0, start))[-_WORDS_TO_THE_ARTICLE - 1 :]
    capital = word[:1].isupper() and bool(before)
    if language not in CAPITAL_NOUNS and capital and not word.isupper():
        return True
    if language in CAPITAL_NOUNS and not word[:1].isupper():
        return False
    if _INFINITIVE.get(language or "", _NEVER).fullmatch(word):
        return False
    return _has_definite_article(text, before, start, language)


def is_meant(text: str, span: tuple[int, int], found: Found, language: str | None) -> bool:
    """Whether a cue speaks of a known thing itself, after all."""
    if found.reach in _SPEAKING_OF_IT:
        return True
    if found.reach == "modal" and span[1] <= found.start:
        return realises(text, found.end, language)
    if found.reach not in ("before", "modal", "condition", "next"):
        return False
    verb = _before_article(text, found.end, span[0], language)
    if verb is None:
        return False
    behind = found.reach == "condition" or language in CAPITAL_NOUNS  # German has its verb there
    if _realising(language).fullmatch(verb) or (behind and realises(text, span[1], language)):
        return True
    return found.reach in ("before", "modal") and _is_new_in_complement(text, span[1], verb, language)


def realises(text: str, at: int, language: str | None) -> bool:
    """Whether one of the next words is a verb of realising: approve, take place, verhängen."""
    words = [word.group().lower() for word in _WORD.finditer(text, at, at + 60)][:_WORDS_TO_THE_VERB]
    return any(_realising(language).fullmatch(word) for word in words)


@cache
def _realising(language: str | None) -> re.Pattern[str]:
    words = sorted(cue_lists(language).get("realising", ()))
    return re.compile("|".join(word.replace("*", r"\w*") for word in words)) if words else _NEVER


def _is_new_in_complement(text: str, at: int, before: str, language: str | None) -> bool:
    """Whether a noun has its article from a complement only, or is what something "could be".

    Behind a preposition ("would not comment on the closure of …") the thing may be known.
    """
    lists = cue_lists(language)
    behind = _WORD.match(text, at + 1)
    complement = behind is not None and behind.group().lower() in lists.get("noun_complement", ())
    return before in lists.get("copula", ()) or (complement and before not in lists.get("near_stop", ()))


def _before_article(text: str, start: int, end: int, language: str | None) -> str | None:
    """The word before the article (and adjectives) of the noun at `end`, empty where none is; None without article."""
    definite = cue_lists(language).get("definite", frozenset())
    adjective = _ADJECTIVE.get(language or "", _NEVER)
    before = _WORD.findall(text, start, end)
    while before and adjective.fullmatch(before[-1]) and before[-1].lower() not in definite:
        before.pop()
    if not before or before.pop().lower() not in definite:
        return None
    return before[-1].lower() if before else ""


def _has_definite_article(text: str, before: Sequence[re.Match[str]], start: int, language: str | None) -> bool:
    """Whether an article, demonstrative or possessive stands before a word, with nothing but adjectives between."""
    definite = cue_lists(language).get("definite", frozenset())
    adjective = _ADJECTIVE.get(language or "", _NEVER)
    edge = start
    pairs = list(pairwise([*before[:1], *before]))[-_WORDS_TO_THE_ARTICLE:]
    for prior, word in reversed(pairs):
        between = text[word.end() : edge]
        if not between.strip(" '’") and _is_definite(text, prior, word, definite):
            return True
        if between.strip(" -") or not adjective.fullmatch(word.group()):
            return False
        edge = word.start()
    return False


def _is_definite(text: str, prior: re.Match[str], word: re.Match[str], definite: frozenset[str]) -> bool:
    """Whether a word is in the list: by itself, with the one before it ("because of", "из-за"), or as an 's."""
    both = "_".join(text[prior.start() : word.end()].lower().split())
    return word.group().lower() in definite or both in definite or _is_possessive(text, word, definite)


def _is_possessive(text: str, word: re.Match[str], definite: frozenset[str]) -> bool:
    """Whether a word is the ending in "Iran's attack"; that in "it's war" is a verb."""
    attached = text[word.start() - 1 : word.end()].replace("’", "'").lower()
    return attached in definite and not _CONTRACTED.search(text, 0, word.start() - 1)
