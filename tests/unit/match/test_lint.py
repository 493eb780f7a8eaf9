from __future__ import annotations

from collections.abc import Mapping

from monitor.match.lint import lint_rules
from monitor.model.rule import ConceptSpec, RuleSpec
from tests.unit.match.rules import codes, compiled


def _advice(*rules: RuleSpec, concepts: Mapping[str, ConceptSpec] | None = None) -> list[str]:
    return codes(lint_rules(compiled(*rules, concepts=concepts or {}), rules, concepts or {}))


def test_a_rule_that_ignores_what_it_needs() -> None:
    assert "never-matches" in _advice(RuleSpec("r", "r", match="Streik", ignore=("Streik",)))


def test_rules_without_a_usable_anchor() -> None:
    assert _advice(RuleSpec("r", "r", match="lang:de")) == ["no-anchor"]
    assert _advice(RuleSpec("r", "r", match="und")) == ["no-anchor"]
    assert _advice(RuleSpec("r", "r", match="und Streik")) == []


def test_wildcards_that_match_very_much() -> None:
    assert _advice(RuleSpec("r", "r", match="neu*")) == ["broad-wildcard"]
    assert _advice(RuleSpec("r", "r", match="sanktion*")) == []


def test_a_rule_that_another_covers() -> None:
    wide = RuleSpec("wide", "w", match="Streik OR Aussperrung")
    narrow = RuleSpec("narrow", "n", match="Streik NEAR/s Hafen")
    advice = lint_rules(compiled(wide, narrow), [wide, narrow], {})
    assert [(rule_id, problem.code, "wide" in problem.message) for rule_id, problem in advice] == [
        ("narrow", "shadowed", True)
    ]
    assert _advice(RuleSpec("wide", "w", match="title:Streik"), narrow) == []


def test_concepts_that_no_rule_uses() -> None:
    concepts = {"used": ConceptSpec("used", any=("eins",)), "idle": ConceptSpec("idle", any=("zwei",))}
    assert _advice(RuleSpec("r", "r", match="$used"), concepts=concepts) == ["unused-concept"]


def test_names_in_one_script_get_a_suggestion() -> None:
    concepts = {
        "putin": ConceptSpec("putin", "person", ("Putin",)),
        "biden": ConceptSpec("biden", "person", ("Biden", "Байден")),
    }
    advice = lint_rules(
        compiled(RuleSpec("r", "r", match="$putin $biden"), concepts=concepts),
        [RuleSpec("r", "r", match="$putin $biden")],
        concepts,
    )
    assert [(problem.code, problem.path, problem.hint) for _, problem in advice] == [
        ("other-script", ("concepts", "putin", "any", 0), "perhaps Путин: check it, then add it")
    ]


def test_who_asks_for_an_author_is_not_covered_by_who_asks_for_the_name_in_the_text() -> None:
    wide, author = RuleSpec("wide", "w", match="Streik OR Aussperrung"), RuleSpec("author", "a", match="author:Streik")
    assert lint_rules(compiled(wide, author), [wide, author], {}) == ()


def test_a_concept_is_not_used_by_naming_one_that_begins_like_it() -> None:
    concepts = {"iran": ConceptSpec("iran", any=("eins",)), "iran-deal": ConceptSpec("iran-deal", any=("zwei",))}
    assert _advice(RuleSpec("r", "r", match="$iran-deal"), concepts=concepts) == ["unused-concept"]
