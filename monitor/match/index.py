"""Which atoms a text hits, and which rules that makes candidates.

`Vocabulary` answers for words (with a memo: most words of a text have been seen before), `Scan` for one text, and
`Anchored` keeps each rule at its rarest clause.  Above some two thousand rules `covering.Covering` takes its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress
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
from monitor.match.spans import Span
from monitor.match.text import PARAGRAPH_STEP, Analysed
from monitor.model.match import How

WordHits = tuple[tuple[int, How], ...]
Occurrence = tuple[int, How]
_MEMO_WORDS: Final = 400_000
_HEAD_LETTERS: Final = 4


class _Memo(dict[str, WordHits]):
    """Words as written -> atoms that they hit; fills itself."""

    def __init__(self, vocabulary: Vocabulary, language: str | None, *, shouting: bool) -> None:
        super().__init__()
        self._vocabulary, self._language, self._shouting = vocabulary, language, shouting

    def __missing__(self, word: str) -> WordHits:
        if len(self) >= _MEMO_WORDS:
            self.clear()
        found = self[word] = self._vocabulary.analyse(word, self._language, shouting=self._shouting)
        return found


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
        self._part_heads: set[str] = set()
        self._parts: set[int] = set()
        self._short_parts: set[int] = set()
        self.patterns: list[tuple[int, str]] = []
        for number, atom in enumerate(atoms.values()):
            self._add(atom, number)
        self._memos: dict[tuple[str | None, bool], _Memo] = {}

    def _add(self, atom: Atom, number: int) -> None:
        if atom.pattern is not None:
            self.patterns.append((number, atom.pattern))
        elif atom.wild is not Wild.NONE:
            self._wild[atom.wild][atom.norm].append((number, atom.capital))
        elif atom.parts is Parts.USUAL and len(atom.norm) >= _HEAD_LETTERS:
            self._parts.add(number)
            self._part_heads.add(fold(atom.norm)[:_HEAD_LETTERS])
        elif atom.parts is Parts.ANY_LENGTH:
            self._short_parts.add(number)
            self._part_heads.add(fold(atom.norm)[:2])

    def memo(self, language: str | None, *, shouting: bool = False) -> _Memo:
        """Words as written -> atoms, in one language."""
        key = (language, shouting)
        if key not in self._memos:
            self._memos[key] = _Memo(self, language, shouting=shouting)
        return self._memos[key]

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
        ways = (
            (Wild.PREFIX, (norm[:n] for n in range(1, size + 1))),
            (Wild.SUFFIX, (norm[n:] for n in range(size))),
            (Wild.INFIX, (norm[a:b] for a in range(size) for b in range(a + 1, size + 1))),
        )
        for wild, pieces in ways:
            table = self._wild[wild]
            for piece in pieces if table else ():
                for number, capital in table.get(piece, ()):
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
        heads = self._part_heads
        return any(folded[at : at + n] in heads for n in (2, 3, 4) for at in range(len(folded) - n + 1))


class Scan:
    """What one text hits of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, analysed: Analysed) -> None:
        self.vocabulary = vocabulary
        self.analysed = analysed
        self.found_forms: dict[tuple[int, str | None], list[Span]] = {}
        """Passages of the forms of a term (by identity) in a field, kept by `evaluate`."""
        self._hits = vocabulary.memo(analysed.key_language)

    @cached_property
    def atoms(self) -> frozenset[int]:
        """Numbers of the atoms that have a hit somewhere."""
        return self.patterns.union(self.occurrences)

    @cached_property
    def patterns(self) -> frozenset[int]:
        """Numbers of the patterns that occur."""
        listed = self.vocabulary.patterns
        if not listed:
            return frozenset()
        tried = _set_of(tuple(pattern for _, pattern in listed))
        texts = (searchable(paragraph.text) for paragraph in self.analysed.paragraphs)
        return frozenset(listed[at][0] for text in texts for at in tried.Match(text) or ())

    @cached_property
    def occurrences(self) -> dict[int, list[Occurrence]]:
        """Atom -> positions of its hits in order, with how."""
        found: dict[int, list[Occurrence]] = {}
        paragraphs = self.analysed.paragraphs
        number, start, end = -1, 0, 0
        hits = list(map(self._hits.__getitem__, self.analysed.words))
        for at in compress(range(len(hits)), hits):  # most words are of no interest to any rule
            while at >= end:
                number, start = number + 1, end
                end += len(paragraphs[number].tokens)
            place = number * PARAGRAPH_STEP + at - start
            for atom, how in self._unshouted(place, at, hits[at]):
                found.setdefault(atom, []).append((place, how))
        return found

    def _unshouted(self, place: int, at: int, pairs: WordHits) -> WordHits:
        """The hits of a word, less those that only its capitals gave it in a headline that is all capitals."""
        word = self.analysed.words[at]
        if not word.isupper():
            return pairs
        strict = self.vocabulary.memo(self.analysed.key_language, shouting=True)[word]
        number, position = divmod(place, PARAGRAPH_STEP)
        return pairs if strict == pairs or self.analysed.paragraphs[number].tokens[position].all_caps else strict


def _set_of(patterns: tuple[str, ...]) -> re2.Set:
    if patterns not in _SETS:
        _SETS.clear()
        tried = re2.Set.SearchSet()
        for pattern in patterns:
            tried.Add(pattern)
        tried.Compile()
        _SETS[patterns] = tried
    return _SETS[patterns]


_SETS: dict[tuple[str, ...], re2.Set] = {}


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
