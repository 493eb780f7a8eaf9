from __future__ import annotations

import pytest

from monitor.match.compile import RuleCache, compile_rules
from monitor.match.engine import Engine
from monitor.model.rule import ConceptSpec, EventSpec, Label, RuleProblem, RuleSpec, ScoreSpec, WhereSpec
from tests.unit.match.rules import CONCEPTS, MEETING, codes, compiled, doc
from tests.unit.match.vocabulary import lexicon


def _problem(rule: RuleSpec) -> RuleProblem:
    return compiled(rule).problems[0][1]


def test_an_unknown_concept_gets_a_suggestion_at_its_place() -> None:
    text = "$cntact NEAR/s foo"
    problem = _problem(RuleSpec("r", "r", match=text))
    assert (problem.code, problem.path, text[problem.start : problem.end]) == ("unknown-concept", ("match",), "$cntact")
    assert problem.hint == "did you mean $contact?"


def test_all_problems_of_all_rules_come_at_once() -> None:
    result = compiled(
        RuleSpec("one", "one", match="(a", ignore=("x OR y",)),
        RuleSpec("two", "two", event=EventSpec(("$nobody",), "$contact")),
        RuleSpec("three", "three", match="fine"),
    )
    assert [(rule_id, problem.code, problem.path) for rule_id, problem in result.problems] == [
        ("one", "unclosed-bracket", ("match",)),
        ("one", "operator-in-list", ("ignore", 0)),
        ("two", "unknown-concept", ("event", "actors", 0)),
    ]
    assert [rule.id for rule in result.rules] == ["three"]
    assert result.refused() == {"one", "two"}


def test_cycles_of_concepts_are_errors_of_the_concept() -> None:
    concepts = {"a": ConceptSpec("a", any=("$b",)), "b": ConceptSpec("b", any=("x", "$a"))}
    result = compile_rules([RuleSpec("r", "r", match="$a")], concepts, lexicon())
    assert result.rules == ()
    assert [(rule_id, problem.code, problem.path) for rule_id, problem in result.problems] == [
        ("", "concept-cycle", ("concepts", "b", "any", 1))
    ]


def test_concepts_may_use_others() -> None:
    concepts = {"all": ConceptSpec("all", any=("$one", "zwei")), "one": ConceptSpec("one", any=("eins",))}
    rule = compile_rules([RuleSpec("r", "r", match="$all")], concepts, lexicon()).rules[0]
    assert [form.text for term in rule.terms() for form in term.forms] == ["eins", "zwei"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (RuleSpec("r", "r"), "empty-rule"),
        (RuleSpec("r", "r", match="NOT a"), "not-alone"),
        (RuleSpec("r", "r", match="a OR NOT b"), "not-alone"),
        (RuleSpec("r", "r", match="-a -b"), "not-alone"),
        (RuleSpec("r", "r", match="$empty"), "empty-concept"),
        (RuleSpec("r", "r", match="/a(b/"), "bad-regex"),
        (RuleSpec("r", "r", match=r"/(a)\1/"), "bad-regex"),
        (RuleSpec("r", "r", event=EventSpec(("a",), "b", within="page")), "bad-within"),
        (RuleSpec("r", "r", event=EventSpec((), "b")), "no-actors"),
        (RuleSpec("r", "r", event=EventSpec(tuple("abcdefg"), "b")), "many-actors"),
        (RuleSpec("r", "r", score=ScoreSpec(3, {})), "no-terms"),
        (RuleSpec("r", "r", match="a", guard=(Label.QUOTED,), require=(Label.QUOTED,)), "contradiction"),
        (RuleSpec("r", "r", match="a", where=WhereSpec(lang=("de", "!de"))), "contradiction"),
        (RuleSpec("r", "r", match="a", where=WhereSpec(source=("!",))), "empty-glob"),
        (
            RuleSpec("r", "r", match=" OR ".join(f"(a{n} b)" for n in range(70)).join(("(", ") NEAR/s c"))),
            "complex-near",
        ),
    ],
)
def test_rules_that_cannot_work_are_refused(rule: RuleSpec, code: str) -> None:
    result = compiled(rule, concepts={"empty": ConceptSpec("empty")})
    assert code in codes(result)
    assert result.rules == ()


def test_not_may_stand_alone_beside_an_event() -> None:
    assert codes(compiled(RuleSpec("r", "r", match="NOT sport", event=MEETING))) == []


def test_a_pattern_without_a_literal_is_warned_about() -> None:
    result = compiled(RuleSpec("r", "r", match=r"/\d+ab/"))
    assert codes(result) == ["regex-anchor"]
    assert len(result.rules) == 1


def test_unchanged_rules_come_from_the_cache() -> None:
    cache = RuleCache()
    rules = [RuleSpec("one", "one", match="$putin"), RuleSpec("two", "two", match="zwei")]
    first = compile_rules(rules, CONCEPTS, lexicon(), cache=cache)
    renamed = [rules[0], RuleSpec("two", "Two", match="zwei")]
    second = compile_rules(renamed, CONCEPTS, lexicon(), cache=cache)
    assert second.rules[0] is first.rules[0]
    assert second.rules[1].digest == first.rules[1].digest
    assert second.rules[1].spec.name == "Two"


def test_a_changed_concept_changes_the_rules_that_use_it() -> None:
    rule = [RuleSpec("r", "r", match="$outer")]
    outer = ConceptSpec("outer", any=("$inner",))
    before = compile_rules(rule, {"outer": outer, "inner": ConceptSpec("inner", any=("a",))}, lexicon())
    after = compile_rules(rule, {"outer": outer, "inner": ConceptSpec("inner", any=("b",))}, lexicon())
    assert before.rules[0].digest != after.rules[0].digest


def test_the_cache_survives_a_restart_of_the_same_version() -> None:
    cache = RuleCache()
    rules = [RuleSpec("r", "r", match="$putin NEAR/s sanktion*")]
    before = compile_rules(rules, CONCEPTS, lexicon(), cache=cache)
    kept = RuleCache.load(cache.dump("1.0"), "1.0")
    (known,) = kept.rules.values()
    again = compile_rules(rules, CONCEPTS, lexicon(), cache=kept)
    assert again.rules == before.rules
    assert again.rules[0] is known
    assert Engine(again, lexicon()).match(doc("Putin zur Sanktionspolitik"))


def test_a_cache_of_another_version_or_a_torn_one_is_empty() -> None:
    cache = RuleCache()
    compile_rules([RuleSpec("r", "r", match="a")], {}, lexicon(), cache=cache)
    data = cache.dump("1.0")
    assert RuleCache.load(data, "1.1").rules == {}
    assert RuleCache.load(data[: len(data) // 2], "1.0").rules == {}
    assert RuleCache.load(b"", "1.0").rules == {}


def test_rules_that_are_gone_are_forgotten() -> None:
    cache, old, new = RuleCache(), RuleSpec("r", "r", match="Streik"), RuleSpec("r", "r", match="Aussperrung")
    for spec in (old, new):
        compiled = compile_rules([spec], {}, lexicon(), cache=cache)
    cache.keep(compiled.rules)
    assert list(cache.rules) == [rule.digest for rule in compiled.rules]
