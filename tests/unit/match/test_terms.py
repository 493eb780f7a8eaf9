from __future__ import annotations

import pytest

from monitor.model.rule import ConceptSpec, RuleSpec
from tests.unit.match.rules import codes, compiled, doc, fires


@pytest.mark.parametrize(
    "concept",
    [ConceptSpec("expel", None, ("ausweisen",)), ConceptSpec("expel", None, (), {"de": ("ausweisen",)})],
    ids=["any language", "German"],
)
def test_a_separable_verb_of_a_concept_is_found_apart(concept: ConceptSpec) -> None:
    rule, concepts = RuleSpec("r", "r", match="$expel"), {"expel": concept}
    assert fires(rule, doc("Die Regierung weist drei Diplomaten aus.", language="de"), concepts)
    assert not fires(rule, doc("Die Regierung weist drei Diplomaten den Weg.", language="de"), concepts)


@pytest.mark.parametrize(
    ("pattern", "warnings"),
    [(r"/\bHäfen\b/", ["regex-ascii"]), (r"/\bHafen\b/", []), ("/[0-9]+/", ["regex-anchor"])],
)
def test_a_pattern_that_finds_less_or_costs_more_than_it_looks_is_warned_of(pattern: str, warnings: list[str]) -> None:
    assert codes(compiled(RuleSpec("r", "r", match=pattern))) == warnings
