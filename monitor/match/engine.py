"""The engine: all rules against a document.

A document is analysed once; the index names the candidates, and only those are evaluated word by word.  After an edit
of the watchlist the unchanged rules keep their index, and the new ones live in a small one beside it (`updated`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from monitor.match.compile import CompiledSet
from monitor.match.index import Anchored, Candidates, Scan, Vocabulary
from monitor.match.judge import judge
from monitor.match.lexicon import Lexicon
from monitor.match.program import CompiledRule
from monitor.match.text import Analysed, analyse
from monitor.model.article import Document
from monitor.model.match import Verdict

MANY_RULES: Final = 2_000
"""From here on counting clauses is faster than waiting at anchors (see `tests/bench/match.py`)."""
_OVERLAY_SHARE: Final = 0.1


class Shelf:
    """Some rules with their index; rules can be taken off without building it again."""

    def __init__(self, rules: Sequence[CompiledRule], lexicon: Lexicon) -> None:
        self.rules = tuple(rules)
        self.vocabulary = Vocabulary(rules, lexicon)
        self._candidates = _index(self.rules, self.vocabulary)

    def scan(self, analysed: Analysed) -> Scan:
        """What a text hits of this shelf's words."""
        return Scan(self.vocabulary, analysed)

    def candidates(self, scan: Scan) -> Iterator[CompiledRule]:
        """Rules that the text may match."""
        return (self.rules[number] for number in self._candidates.among(scan))


def _index(rules: Sequence[CompiledRule], vocabulary: Vocabulary) -> Candidates:
    if len(rules) < MANY_RULES:
        return Anchored(rules, vocabulary)
    from monitor.match.covering import Covering  # noqa: PLC0415 - numpy takes 0.1 s to load, for large watchlists only

    return Covering(rules, vocabulary)


class Engine:
    """Matches documents; holds no state but memos.

    `compiled` are the rules; `base` an engine whose index is kept for the rules that did not change.
    """

    def __init__(self, compiled: CompiledSet, lexicon: Lexicon, *, base: Engine | None = None) -> None:
        self.lexicon = lexicon
        self._rules = {rule.id: rule for rule in compiled.rules}
        self._order = {rule.id: number for number, rule in enumerate(compiled.rules)}
        self._shelves = self._arranged(base)
        self._fresh = frozenset(rule.digest for shelf in self._shelves[1:] for rule in shelf.rules)

    def _arranged(self, base: Engine | None) -> tuple[Shelf, ...]:
        rules = tuple(self._rules.values())
        if base is None or base.lexicon is not self.lexicon:
            return (Shelf(rules, self.lexicon),)
        main = base._shelves[0]
        indexed = {(rule.id, rule.digest) for rule in main.rules}
        fresh = [rule for rule in rules if (rule.id, rule.digest) not in indexed]
        stale = len(main.rules) - (len(rules) - len(fresh))
        if len(fresh) + stale > max(1, _OVERLAY_SHARE * len(rules)):
            return (Shelf(rules, self.lexicon),)
        return (main, Shelf(fresh, self.lexicon)) if fresh else (main,)

    def updated(self, compiled: CompiledSet) -> Engine:
        """An engine for an edited watchlist; few changes leave the large index as it is."""
        return Engine(compiled, self.lexicon, base=self)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules, in the order of the watchlist."""
        return tuple(self._rules.values())

    def rule(self, rule_id: str) -> CompiledRule:
        """One rule; raises KeyError for an unknown id."""
        return self._rules[rule_id]

    def analyse(self, document: Document | Analysed) -> Analysed:
        """The document, prepared for `match`."""
        return document if isinstance(document, Analysed) else analyse(document, self.lexicon)

    def match(self, document: Document | Analysed) -> tuple[Verdict, ...]:
        """Verdicts of the rules that fired, that a guard held, or that wait for the text; in order of the watchlist."""
        analysed = self.analyse(document)
        verdicts = (judge(rule, scan) for rule, scan in self.candidates(analysed))
        told = [verdict for verdict in verdicts if verdict.fired or verdict.held or verdict.waits]
        return tuple(sorted(told, key=lambda verdict: self._order[verdict.rule_id]))

    def candidates(self, analysed: Analysed) -> Iterator[tuple[CompiledRule, Scan]]:
        """The rules that the index cannot rule out."""
        for shelf in self._shelves:
            scan = shelf.scan(analysed)
            for rule in shelf.candidates(scan):
                current = self._rules.get(rule.id)
                if current is not None and current.digest == rule.digest:
                    yield current, scan

    def scan(self, rule_id: str, document: Document | Analysed) -> Scan:
        """What a document hits of the words of one rule's shelf; raises KeyError for an unknown id."""
        shelf = self._shelves[-1 if self._rules[rule_id].digest in self._fresh else 0]
        return shelf.scan(self.analyse(document))

    def match_rule(self, rule_id: str, document: Document | Analysed) -> Verdict:
        """The verdict of one rule, with a reason also where it did not fire; raises KeyError for an unknown id."""
        return judge(self._rules[rule_id], self.scan(rule_id, document))
