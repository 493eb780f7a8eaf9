"""Without which words a rule cannot match: it is tried only on texts that have them."""

from __future__ import annotations

import pytest

from monitor.match.anchors import clauses_of
from monitor.model.rule import RuleSpec, ScoreSpec
from tests.unit.match.rules import MEETING, compiled, scored


def clauses(rule: RuleSpec) -> int:
    [found] = compiled(rule).rules
    return len(clauses_of(found))


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("Streik", 1),
        ("Streik Hafen", 2),
        ("Streik OR Hafen", 1),
        ("Streik NEAR/3 Hafen", 2),
        ("Streik NOT Hafen", 1),
        ("COUNT>=2(Streik)", 1),
        ("(Streik AND Hafen) OR Zoll", 1),
        ("Streik lang:de", 1),
    ],
)
def test_an_expression_needs_these_many_clauses(expression: str, number: int) -> None:
    assert clauses(RuleSpec("r", "r", match=expression)) == number


def test_an_event_needs_each_of_its_roles() -> None:
    assert clauses(RuleSpec("r", "r", event=MEETING)) == 3


def test_a_score_needs_one_of_its_gains() -> None:
    rule = scored(2, {"Streik": 2, "Hafen": 1, "Sport": -3})
    [found] = compiled(rule).rules
    [clause] = clauses_of(found)
    assert {atom.norm for atom in clause} == {"streik", "hafen"}
    assert compiled(scored(2, {"Sport": -3})).rules == (), "that nothing gains is refused"


def test_a_score_that_nothing_has_to_reach_needs_nothing() -> None:
    [rule] = compiled(RuleSpec("r", "r", score=ScoreSpec(0, {"Streik": 1.0}))).rules
    assert clauses_of(rule) == ()
