from __future__ import annotations

from dataclasses import replace

from monitor.match.anchors import clauses_of
from tests.unit.match.rules import compiled, scored


def names(rule: object) -> list[set[str]]:
    return [{atom.norm for atom in clause} for clause in clauses_of(rule)]  # type: ignore[arg-type] # a compiled rule


def test_a_score_needs_one_of_the_words_that_raise_it() -> None:
    (rule,) = compiled(scored(2, {"Streik": 1, "Hafen": 2, "Zoll": -1})).rules
    assert names(rule) == [{"streik", "hafen"}]


def test_a_score_that_nothing_needs_or_raises_gives_no_clause() -> None:
    (nothing,) = compiled(scored(0, {"Streik": 1})).rules
    assert names(nothing) == []
    (rule,) = compiled(scored(2, {"Streik": 1, "Hafen": 2})).rules
    assert names(replace(rule, weights=tuple(replace(each, points=-1) for each in rule.weights))) == []
