"""Candidates among many rules: postings from atom to clause, and a count of satisfied clauses per rule.

As in Elasticsearch's CoveringQuery: a rule is a candidate when as many of its clauses are satisfied as it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.match.index import Scan, Vocabulary
from monitor.match.program import CompiledRule

Numbers = NDArray[np.int32]


class Covering:
    """Counts satisfied clauses with numpy."""

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary) -> None:
        numbers = vocabulary.numbers
        owners: list[int] = []
        posted_atoms: list[int] = []
        posted_clauses: list[int] = []
        for rule_number, rule in enumerate(rules):
            for clause in rule.clauses:
                posted_atoms.extend([numbers[atom] for atom in clause])
                posted_clauses.extend([len(owners)] * len(clause))
                owners.append(rule_number)
        self._always = [number for number, rule in enumerate(rules) if not rule.clauses]
        self._owner: Numbers = np.array(owners, dtype=np.int32)
        self._needed: Numbers = np.array([len(rule.clauses) or -1 for rule in rules], dtype=np.int32)
        atoms = np.array(posted_atoms, dtype=np.int32)
        order = np.argsort(atoms, kind="stable")
        self._clauses: Numbers = np.array(posted_clauses, dtype=np.int32)[order]
        self._starts = np.searchsorted(atoms[order], np.arange(len(numbers) + 1))

    def among(self, scan: Scan) -> Iterable[int]:
        """Numbers of rules of which every clause has a hit."""
        starts, clauses = self._starts, self._clauses
        parts = [clauses[starts[atom] : starts[atom + 1]] for atom in scan.atoms]
        if not parts:
            return self._always
        satisfied = np.zeros(len(self._owner), dtype=bool)
        satisfied[np.concatenate(parts)] = True
        counts = np.bincount(self._owner[satisfied], minlength=len(self._needed))
        complete: list[int] = np.flatnonzero(counts == self._needed).tolist()
        return sorted([*self._always, *complete]) if self._always else complete
