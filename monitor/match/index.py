"""Which atoms a text hits, and which rules that makes candidates.

`Vocabulary` answers for words (with a memo: most words of a text have been seen before), `Scan` for one text, and
`Anchored` keeps each rule at its rarest clause.  Above some two thousand rules `covering.Covering` takes its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, compress
from typing import Final, Protocol

import re2

from monitor.match.anchors import rarest
from monitor.match.compounds import COMPOUNDING
from monitor.match.folding import fold, normalise
from monitor.match.keys import KeyTable
from monitor.match.lexicon import Lexicon
from monitor.match.nodes import Parts, Wild
from monitor.match.patterns import searchable
from monitor.match.program import Atom, CompiledRule
from monitor.match.recent import Recent
from monitor.match.spans import Span
from monitor.match.text import PARAGRAPH_STEP, Analysed
from monitor.match.tokens import words_of
from monitor.model.match import How

WordHits = tuple[tuple[int, How], ...]
Occurrence = tuple[int, How]
_MEMO_WORDS: Final = 3_000
"""A generation: what a language uses all the time, and the words of some thirty articles; one takes 150 bytes."""
_BARREN_WORDS: Final = 1 << 15
_HEAD_LETTERS: Final = 4


class _Memo(Recent[WordHits]):
    """Words as written -> atoms that they hit."""

    def __init__(self, vocabulary: Vocabulary, language: str | None, *, shouting: bool) -> None:
        super().__init__(_MEMO_WORDS, barren=_BARREN_WORDS)
        self._vocabulary, self._language, self._shouting = vocabulary, language, shouting

    def answer(self, word: str) -> WordHits:
        """The word's atoms, each with how."""
        return self._vocabulary.analyse(word, self._language, shouting=self._shouting)


class _Chunks(Recent[tuple[int, ...]]):
    """What stands between white space -> atoms that its words hit."""

    def __init__(self, words: _Memo) -> None:
        super().__init__(_MEMO_WORDS, barren=_BARREN_WORDS)
        self._words = words

    def answer(self, chunk: str) -> tuple[int, ...]:
        """The chunk's atoms, in no order."""
        return tuple({atom for word in words_of(chunk) for atom, _ in self._words[word]})


class Vocabulary:
    """The atoms of some rules, numbered."""

    def __init__(self, rules: Iterable[CompiledRule], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        atoms: dict[tuple[str, ...], Atom] = {}
        for rule in rules:
            for atom in rule.atoms:
                atoms.setdefault(atom.spec, atom)
        self.numbers = {spec: number for number, spec in enumerate(atoms)}
        self._table = KeyTable((number, atom.keys) for number, atom in enumerate(atoms.values()))
        self._wild: dict[Wild, dict[str, list[tuple[int, str | None]]]] = {wild: defaultdict(list) for wild in Wild}
        self._part_heads: dict[int, set[str]] = defaultdict(set)
        """How words may begin that are looked for in compounds, by the number of letters."""
        self._parts: set[int] = set()
        self._short_parts: set[int] = set()
        self.patterns: list[tuple[int, str]] = []
        for number, atom in enumerate(atoms.values()):
            self._add(atom, number)
        self._wild_letters = {wild: sorted({len(norm) for norm in table}) for wild, table in self._wild.items()}
        self._memos: dict[tuple[str | None, bool], _Memo] = {}
        self._chunks: dict[str | None, _Chunks] = {}

    def _add(self, atom: Atom, number: int) -> None:
        if atom.pattern is not None:
            self.patterns.append((number, atom.pattern))
        elif atom.wild is not Wild.NONE:
            self._wild[atom.wild][atom.norm].append((number, atom.capital))
        elif atom.parts is Parts.USUAL and len(atom.norm) >= _HEAD_LETTERS:
            self._parts.add(number)
            self._add_head(fold(atom.norm)[:_HEAD_LETTERS])
        elif atom.parts is Parts.ANY_LENGTH:
            self._short_parts.add(number)
            self._add_head(fold(atom.norm)[:2])

    def _add_head(self, head: str) -> None:
        self._part_heads[len(head)].add(head)

    @cached_property
    def pattern_set(self) -> re2.Set:
        """All patterns in one: a text is searched once."""
        tried = re2.Set.SearchSet()
        for _, pattern in self.patterns:
            tried.Add(pattern)
        tried.Compile()
        return tried

    def memo(self, language: str | None, *, shouting: bool = False) -> _Memo:
        """Words as written -> atoms, in one language."""
        key = (language, shouting)
        if key not in self._memos:
            self._memos[key] = _Memo(self, language, shouting=shouting)
        return self._memos[key]

    def chunks(self, language: str | None) -> _Chunks:
        """What stands between white space -> atoms, in one language."""
        if language not in self._chunks:
            self._chunks[language] = _Chunks(self.memo(language))
        return self._chunks[language]

    def analyse(self, word: str, language: str | None, *, shouting: bool) -> WordHits:
        """The atoms that a word hits, each once and in its best way."""
        norm = normalise(word)
        found: dict[int, How] = {}
        for number, how in self._table.find(self.lexicon.text_keys(norm, word, language, shouting=shouting)):
            found.setdefault(number, how)
        for number in self._open_hits(norm, word):
            found.setdefault(number, How.WILDCARD)
        for number in self._part_hits(norm, language):
            found.setdefault(number, How.PART_OF)
        return tuple(found.items())

    def _open_hits(self, norm: str, word: str) -> Iterable[int]:
        size = len(norm)
        for wild, table in self._wild.items():
            for letters in self._wild_letters[wild]:
                last = size - letters
                places = {Wild.PREFIX: range(min(1, last + 1)), Wild.SUFFIX: range(max(0, last), last + 1)}
                for at in places.get(wild, range(last + 1)):
                    for number, capital in table.get(norm[at : at + letters], ()):
                        if capital is None or capital in word:
                            yield number

    def _part_hits(self, norm: str, language: str | None) -> Iterable[int]:
        if not self._part_heads or len(norm) < _HEAD_LETTERS or not self._holds_part(fold(norm)):
            return
        languages = (language,) if language else self.lexicon.languages
        for one in languages:
            if one not in COMPOUNDING:
                continue
            if self._parts:
                yield from self._with_part(self.lexicon.compound_parts(norm, one), self._parts)
            if self._short_parts:
                yield from self._with_part(self.lexicon.compound_parts_any_length(norm, one), self._short_parts)

    def _with_part(self, keys: Iterable[str], among: set[int]) -> Iterable[int]:
        return (number for number, how in self._table.find(keys) if number in among and how is not How.FOLDED)

    def _holds_part(self, folded: str) -> bool:
        places = range(len(folded))
        return any(
            not heads.isdisjoint([folded[at : at + n] for at in places]) for n, heads in self._part_heads.items()
        )


class Scan:
    """What one text hits of a vocabulary; words are numbered only in paragraphs that a candidate asks about."""

    def __init__(self, vocabulary: Vocabulary, analysed: Analysed) -> None:
        self.vocabulary = vocabulary
        self.analysed = analysed
        self.found_forms: dict[tuple[int, str | None], list[Span]] = {}
        """Passages of the forms of a term (by identity) in a field, kept by `evaluate`."""
        self._chunks = vocabulary.chunks(analysed.key_language)
        self._occurrences: dict[int, list[Occurrence]] = {}
        self._positions: dict[int, dict[int, list[Occurrence]]] = {}

    @cached_property
    def atoms(self) -> frozenset[int]:
        """Numbers of the atoms that have a hit somewhere."""
        hits = filter(None, map(self._chunks.__getitem__, self.analysed.chunks))  # most chunks hit nothing
        return self.patterns.union(*hits)

    @cached_property
    def patterns(self) -> frozenset[int]:
        """Numbers of the patterns that occur."""
        listed = self.vocabulary.patterns
        if not listed:
            return frozenset()
        tried = self.vocabulary.pattern_set
        texts = (searchable(paragraph.text) for paragraph in self.analysed.paragraphs)
        return frozenset(listed[at][0] for text in texts for at in tried.Match(text) or ())

    def occurrences(self, atom: int) -> Sequence[Occurrence]:
        """Positions of an atom's hits in order, with how."""
        known = self._occurrences.get(atom)
        if known is None:
            held = (self._in_paragraph(number).get(atom, ()) for number in self._holding.get(atom, ()))
            known = self._occurrences[atom] = list(chain.from_iterable(held))
        return known

    @cached_property
    def _holding(self) -> dict[int, list[int]]:
        """Atom -> paragraphs with a chunk that hits it."""
        holding: dict[int, list[int]] = defaultdict(list)
        for number, paragraph in enumerate(self.analysed.paragraphs):
            hits = filter(None, map(self._chunks.__getitem__, paragraph.text.split()))
            for atom in set(chain.from_iterable(hits)):
                holding[atom].append(number)
        return holding

    def _in_paragraph(self, number: int) -> dict[int, list[Occurrence]]:
        """Atom -> positions of its hits in a paragraph."""
        if number not in self._positions:
            words = self.analysed.paragraphs[number].tokens.words
            hits = list(map(self.vocabulary.memo(self.analysed.key_language).__getitem__, words))
            found: dict[int, list[Occurrence]] = defaultdict(list)
            for position in compress(range(len(hits)), hits):
                for atom, how in self._unshouted(number, position, hits[position]):
                    found[atom].append((number * PARAGRAPH_STEP + position, how))
            self._positions[number] = found
        return self._positions[number]

    def _unshouted(self, number: int, position: int, pairs: WordHits) -> WordHits:
        """The hits of a word, less those that only its capitals gave it in a headline that is all capitals."""
        tokens = self.analysed.paragraphs[number].tokens
        word = tokens.words[position]
        if not word.isupper():
            return pairs
        strict = self.vocabulary.memo(self.analysed.key_language, shouting=True)[word]
        return pairs if strict == pairs or tokens[position].all_caps else strict


class Candidates(Protocol):
    """A way to find the rules that a text may match."""

    def among(self, scan: Scan) -> Iterable[int]:
        """Numbers of rules of which every clause has a hit."""


class Anchored:
    """Each rule waits at its rarest clause, the others are checked one by one."""

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary) -> None:
        numbers = vocabulary.numbers
        self._always: list[int] = []
        self._waiting: dict[int, list[int]] = defaultdict(list)
        self._others: list[tuple[frozenset[int], ...]] = []
        for rule_number, rule in enumerate(rules):
            if not rule.clauses:
                self._always.append(rule_number)
                self._others.append(())
                continue
            anchor = rarest(rule.clauses)
            for atom in anchor:
                self._waiting[numbers[atom.spec]].append(rule_number)
            others = (clause for clause in rule.clauses if clause is not anchor)
            self._others.append(tuple(frozenset(numbers[atom.spec] for atom in clause) for clause in others))

    def among(self, scan: Scan) -> Iterable[int]:
        """Numbers of rules of which every clause has a hit."""
        atoms = scan.atoms
        waiting = self._waiting
        awake = {rule for atom in atoms if atom in waiting for rule in waiting[atom]}
        complete = [rule for rule in awake if not any(map(atoms.isdisjoint, self._others[rule]))]
        return sorted([*self._always, *complete])
