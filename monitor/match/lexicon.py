"""Which words of a text are hits for which words of a rule: both sides as sets of index keys.

A word of a text hits a term if and only if `text_keys` of the word and `term_keys` of the term intersect; what the
intersecting key says is how it hit.  Keys are opaque strings; their first letter tells their kind apart:

=form   the word itself in normal form          #FORM   a short word in capitals, for acronyms
lemma   a base form (no mark)                   ^stem   the stem of a word that no dictionary knows
~fold   without diacritics of its own language  +fold   without diacritics that are foreign to its language

What costs time sits in words seen for the first time (some 10 us); `memo` keeps the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from monitor.match import compounds
from monitor.match.dictionary import CompoundWords, Dictionary, load_dictionary
from monitor.match.folding import fold, foreign_to, has_umlaut, normalise, spell_out, uses_diacritics
from monitor.match.inflection import base_candidates
from monitor.match.languages import candidate_languages
from monitor.match.names import name_forms
from monitor.match.recent import LONGEST
from monitor.match.separable import split_particle
from monitor.match.stems import stem
from monitor.match.wordlists import word_sets
from monitor.model.match import How

Mode = Literal["plain", "acronym", "never-compound", "compound"]
Keys = tuple[str, ...]
MAIN_LANGUAGES: Final = ("de", "en", "ru", "fr")
_NAMES_STAY: Final = frozenset({"en", "fr", "es", "it", "pt", "nl"})
"""Languages that write only names with a capital, and do not inflect them."""
ACRONYM_LETTERS: Final = 5
"""All-capital terms of up to that many letters match case-sensitively."""


class Memo(dict[str, Keys]):
    """Words as written -> their keys, in one language; answers for a missing word and keeps the answer."""

    def __init__(self, lexicon: Lexicon, language: str | None, *, shouting: bool) -> None:
        super().__init__()
        self._lexicon, self._language, self._shouting = lexicon, language, shouting

    def __missing__(self, word: str) -> Keys:
        keys = self._lexicon.analyse(word, self._language, shouting=self._shouting)
        if len(word) > LONGEST:
            return keys
        if len(self) >= self._lexicon.memo_words:
            self.clear()  # names and numbers never end; the common words are back within an article or two
        self[word] = keys
        return keys


class Lexicon:
    """The words of some languages.

    `directory` holds the tries that `build_dictionaries` wrote; without it, or where one is missing, a dictionary is
    built in memory when its first word comes (a second or more).  Words of other languages are only stemmed.
    `memo_words` analyses are kept for each language (about a kilobyte each).
    """

    def __init__(
        self,
        directory: Path | None = None,
        languages: Sequence[str] = MAIN_LANGUAGES,
        *,
        memo_words: int = 1_000,
    ) -> None:
        self.languages: tuple[str, ...] = tuple(languages)
        self.memo_words = memo_words
        self._directory = directory
        self._dictionaries: dict[str, Dictionary | None] = {}
        self._memos: dict[tuple[str | None, bool], Memo] = {}

    # -- words of a text ----------------------------------------------------------------------------------------

    def memo(self, language: str | None, *, shouting: bool = False) -> Memo:
        """A dict of words as written -> keys that fills itself: the fast way for a whole text."""
        key = (language, shouting)
        if key not in self._memos:
            self._memos[key] = Memo(self, language, shouting=shouting)
        return self._memos[key]

    def text_keys(
        self, norm: str, text: str, language: str | None, *, sentence_start: bool = False, shouting: bool = False
    ) -> Keys:
        """The keys under which a word of a text is found, the most exact first.

        `text` is the word as written, `language` the article's (None: unknown, every language of its script counts),
        `shouting` that its sentence is all capitals.  `norm` and `sentence_start` follow from the others or do not
        matter; they stand here for callers that have a `Token` at hand.
        """
        del norm, sentence_start
        return self.memo(language, shouting=shouting)[text]

    def analyse(self, text: str, language: str | None, *, shouting: bool = False) -> Keys:
        """`text_keys` without the memo."""
        norm = normalise(text)
        keys: dict[str, None] = {"=" + norm: None}
        for acronym in _acronyms_in(text, language, shouting=shouting):
            keys.setdefault("#" + acronym)
        for one in (language,) if language else self._fitting(norm):
            for key in self._word_keys(norm, text, one):
                keys.setdefault(key)
        for key in _folded_keys(norm, language):
            keys.setdefault(key)
        return tuple(keys)

    def _word_keys(self, norm: str, text: str, language: str) -> Iterator[str]:
        """Lemmas of a word in one language, or its stem where the dictionary knows none."""
        lemmas = self.lemmas(norm, language, capital=_capital(text))
        yield from lemmas
        if not lemmas and norm.isalpha():
            yield "^" + _stem(norm, language, capital=text[:1].isupper())

    def lemmas(self, norm: str, language: str, *, capital: bool | None = None) -> Keys:
        """The base forms of a word in normal form; empty where dictionary and rules know none.

        `capital`: how it is written, where that tells nouns from verbs (German); None: unknown.
        """
        dictionary = self._dictionary(language)
        if dictionary is None:
            return ()
        readings = dictionary.readings(norm)
        if language == "de" and capital is not None:
            readings = tuple(reading for reading in readings if reading.capital == capital) or readings
        found = dict.fromkeys(reading.lemma for reading in readings)
        for candidate in base_candidates(norm, language, capital=capital, known=bool(readings)):
            if candidate not in found and dictionary.is_lemma(candidate, small=language == "de"):
                found[candidate] = None
        if language == "de" and capital:
            found.update(dict.fromkeys(_nominalised(norm, dictionary)))
        return tuple(found)

    # -- words of a rule ----------------------------------------------------------------------------------------

    def term_keys(
        self,
        word: str,
        languages: Sequence[str] | None,
        *,
        kind: str | None = None,
        exact: bool = False,
        mode: Mode = "plain",
    ) -> Mapping[str, How]:
        """The keys that find a rule's word, each with how it found it.

        `languages` are those the word is written for (None: any); `kind` is the concept's (`person`, `place` or None).
        `exact` is `=word`.  A word in capitals of up to five letters is an acronym in every mode.
        """
        norm = normalise(word)
        if mode == "acronym" or is_acronym(word):
            return {"#" + word.upper(): How.EXACT}
        if exact:
            return {"=" + norm: How.EXACT}
        fitting = [one for one in self._fitting(norm) if languages is None or one in languages]
        keys: dict[str, How] = {"=" + norm: How.EXACT, norm: How.INFLECTED}
        is_name = kind in ("person", "place")
        known = any(dictionary.knows(norm) for dictionary in map(self._dictionary, fitting) if dictionary)
        if not is_name:
            _add(keys, self._term_lemmas(norm, fitting), How.INFLECTED)
            if not known and norm.isalpha():
                capital = word[:1].isupper()
                _add(keys, ("^" + _stem(norm, one, capital=capital) for one in fitting), How.STEM)
        if is_name or word[:1].isupper():
            _add(keys, ("=" + form for form in name_forms(norm, languages or self.languages)), How.NAME_FORM)
        if is_name or (word[:1].isupper() and not known):
            _add(keys, _name_foldings(norm), How.FOLDED)
        elif word[:1].isupper() and not self._is_word_with_diacritics(norm, fitting):
            keys.setdefault("~" + norm, How.FOLDED)
        _add(keys, _term_foldings(norm, known=known), How.FOLDED)
        return keys

    def _is_word_with_diacritics(self, norm: str, languages: Iterable[str]) -> bool:
        """Whether a language in which diacritics tell words apart (Falle, Fälle) knows the form without."""
        marking = (self._dictionary(one) for one in languages if uses_diacritics(one))
        return any(dictionary.knows(norm) for dictionary in marking if dictionary)

    def _term_lemmas(self, norm: str, languages: Iterable[str]) -> Iterator[str]:
        """Base forms of a rule's word; its own alone where it is one in some language (`war` is no form of sein)."""
        dictionaries = [(one, dictionary) for one in languages if (dictionary := self._dictionary(one))]
        if not any(dictionary.is_lemma(norm) for _, dictionary in dictionaries):
            for language, _ in dictionaries:
                yield from self.lemmas(norm, language)

    # -- parts --------------------------------------------------------------------------------------------------

    def compound_parts(self, norm: str, language: str) -> Keys:
        """The keys of the parts, of four letters or more, of a compound in normal form; empty for a simple word."""
        return self._part_keys(norm, language, shortest=4)

    def compound_parts_any_length(self, norm: str, language: str) -> Keys:
        """As `compound_parts`, with parts of two letters or more (`~Gas`)."""
        return self._part_keys(norm, language, shortest=2)

    def _part_keys(self, norm: str, language: str, *, shortest: int) -> Keys:
        dictionary = self._dictionary(language)
        if dictionary is None:
            return ()
        words = CompoundWords(dictionary, capital_nouns=language == "de")
        keys: dict[str, None] = {}
        for part in compounds.split_compound(norm, language, words, shortest=shortest):
            keys.setdefault("=" + part)
            for lemma in (*self.lemmas(part, language, capital=True), *_with_final_e(part, words)):
                keys.setdefault(lemma)
        return tuple(keys)

    def separable(self, verb: str, language: str) -> tuple[str, str] | None:
        """Particle and simple verb of a separable verb (ausweisen: aus, weisen); None if it is none."""
        norm = normalise(verb)
        parts = split_particle(norm, language)
        dictionary = self._dictionary(language) if parts else None
        if dictionary is None or parts is None:
            return None
        return parts if dictionary.is_lemma(norm) and dictionary.is_lemma(parts[1]) else None

    # -- what is kept across restarts ---------------------------------------------------------------------------

    def dump_memo(self) -> dict[str, dict[str, list[str]]]:
        """Everything analysed so far, as plain values for JSON; `load_memo` takes it back."""
        return {
            f"{language or ''}{'!' if shouting else ''}": {word: list(keys) for word, keys in memo.items()}
            for (language, shouting), memo in self._memos.items()
        }

    def load_memo(self, kept: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        """Take back what `dump_memo` gave, of the same version of the program."""
        for name, words in kept.items():
            memo = self.memo(name.rstrip("!") or None, shouting=name.endswith("!"))
            memo.update((word, tuple(keys)) for word, keys in words.items())

    # -- dictionaries -------------------------------------------------------------------------------------------

    def _fitting(self, norm: str) -> list[str]:
        return [language for language in candidate_languages(norm) if language in self.languages]

    def _dictionary(self, language: str) -> Dictionary | None:
        if language not in self._dictionaries:
            supported = language in self.languages
            self._dictionaries[language] = load_dictionary(self._directory, language) if supported else None
        return self._dictionaries[language]


@lru_cache(maxsize=1024)
def is_acronym(word: str) -> bool:
    """Whether a term's case matters: two to five letters, all capitals (`WHO`, `США`)."""
    return 2 <= len(word) <= ACRONYM_LETTERS and word.isupper() and word.isalpha()


def _nominalised(norm: str, dictionary: Dictionary) -> Iterator[str]:
    """What a German adjective or participle is called as a noun: `verletzten` as Verletzter and as Verletzte."""
    for ending in ("em", "en", "er", "es", "e"):
        adjective = norm.removesuffix(ending)
        if adjective == norm or len(adjective) < 3 or adjective in word_sets("inflection")["de_no_noun"]:
            continue
        if _is_adjective(adjective, dictionary):
            yield from (adjective + "e", adjective + "er")
            return


def _is_adjective(norm: str, dictionary: Dictionary) -> bool:
    verbs = base_candidates(norm, "de", capital=True, known=True)
    return dictionary.is_lemma(norm, small=True) or any(dictionary.is_lemma(verb, small=True) for verb in verbs)


def _stem(norm: str, language: str, *, capital: bool) -> str:
    """The stem of an unknown word; of a capital one, a name outside German, only the plural goes (Francis, France)."""
    if capital and language in _NAMES_STAY:
        return norm.rstrip("s")
    return stem(norm, language)


def _with_final_e(part: str, words: CompoundWords) -> Iterator[str]:
    """The noun that lost its -e in front of another: Straf-zoll, Schul-schließung."""
    if not words.is_noun(part) and words.is_noun(part + "e"):
        yield part + "e"


def _capital(text: str) -> bool | None:
    """Whether a word is written with a capital; None for all capitals, which say nothing."""
    return None if len(text) > 1 and text.isupper() else text[:1].isupper()


def _acronyms_in(text: str, language: str | None, *, shouting: bool) -> Iterator[str]:
    """Acronyms that a word as written is, or is the plural of (NGOs).

    In a headline that is all capitals every word looks like one; there, function words (WHO, IT, US) are none.
    """
    stripped = text.replace("\u00ad", "")
    bare = stripped[:-1] if len(stripped) > 2 and stripped[-1] == "s" else stripped
    if not is_acronym(bare):
        return
    if not (shouting and _is_function_word(bare.lower(), language)):
        yield bare


def _is_function_word(norm: str, language: str | None) -> bool:
    stop_words = word_sets("stop_words")
    return any(norm in stop_words.get(one, ()) for one in ((language,) if language else stop_words))


def _folded_keys(norm: str, language: str | None) -> Iterator[str]:
    folded = fold(norm)
    if folded == norm:
        return
    mark = "+" if foreign_to(norm, language) else "~"
    yield mark + folded
    if (spelled := spell_out(norm)) != folded:
        yield mark + spelled


def _name_foldings(norm: str) -> Iterator[str]:
    """A name is found with diacritics of any language, and, umlauts apart, without its own."""
    yield "~" + norm
    if not has_umlaut(norm):
        yield "=" + fold(norm)


def _term_foldings(norm: str, *, known: bool) -> Iterator[str]:
    yield "+" + norm
    if has_umlaut(norm):
        yield "=" + spell_out(norm)
    elif not known:
        yield "=" + fold(norm)


def _add(keys: dict[str, How], more: Iterable[str], how: How) -> None:
    for key in more:
        keys.setdefault(key, how)
