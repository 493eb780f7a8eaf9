from __future__ import annotations

import pytest

from monitor.model.rule import ConceptSpec, RuleSpec, ScoreSpec
from tests.unit.match.rules import codes, compiled

STRIKE = {"strike": ConceptSpec("strike", None, (), {"de": ("Streik",), "en": ("strike",)})}


@pytest.mark.parametrize(
    "rule",
    [
        RuleSpec("r", "r", match="Streik Hafen NOT Streik"),
        RuleSpec("r", "r", match="title:Streik Hafen NOT Streik"),
        RuleSpec("r", "r", match="$strike NOT $strike"),
        RuleSpec("r", "r", match="(Streik NOT Streik) OR (Zoll NOT Zoll)"),
        RuleSpec("r", "r", match="Hafen AND ((Streik NOT Streik) OR (Zoll NOT Zoll))"),
        RuleSpec("r", "r", match="Streik lang:de lang:en"),
        RuleSpec("r", "r", score=ScoreSpec(10, {"Streik": 2}, cap_per_term=3)),
        RuleSpec("r", "r", score=ScoreSpec(1, {"Streik": -2})),
    ],
)
def test_rules_that_can_never_match_are_refused(rule: RuleSpec) -> None:
    result = compiled(rule, concepts=STRIKE)
    assert (result.rules, codes(result)) == ((), ["never-matches"])


@pytest.mark.parametrize(
    "rule",
    [
        RuleSpec("r", "r", match="Streik NOT $strike"),  # in an English text the German word is none of the concept's
        RuleSpec("r", "r", match="Streik NOT title:Streik"),
        RuleSpec("r", "r", match="Streik Hafen NOT (Streik Zoll)"),
        RuleSpec("r", "r", match="(Streik NOT Streik) OR Zoll"),
        RuleSpec("r", "r", match="Streik lang:de lang:d*"),
        RuleSpec("r", "r", match="Streik lang:de source:en"),
        RuleSpec("r", "r", score=ScoreSpec(10, {"Streik": 2}, 2.0, 3)),
        RuleSpec("r", "r", score=ScoreSpec(10, {"Streik": 2})),
    ],
)
def test_rules_that_can_match_stay(rule: RuleSpec) -> None:
    assert codes(compiled(rule, concepts=STRIKE)) == []
