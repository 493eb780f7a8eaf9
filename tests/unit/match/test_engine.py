from __future__ import annotations

import pytest

from monitor.match import engine as engine_module
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.model.rule import Label, RuleSpec
from tests.unit.match.rules import compiled, doc, engine
from tests.unit.match.vocabulary import lexicon


def _rules(count: int) -> list[RuleSpec]:
    return [RuleSpec(f"r{n}", f"r{n}", match=f"wort{n} AND Streik") for n in range(count)]


def test_match_tells_what_fired_is_held_or_waits_in_the_order_of_the_watchlist() -> None:
    matcher = engine(
        RuleSpec("waits", "w", match="Streik NOT Zoll"),
        RuleSpec("silent", "s", match="Zoll"),
        RuleSpec("fires", "f", match="Streik"),
    )
    told = matcher.match(doc("Streik im Hafen", complete=False))
    assert [(verdict.rule_id, verdict.fired, verdict.waits) for verdict in told] == [
        ("waits", False, True),
        ("fires", True, False),
    ]
    held = engine(RuleSpec("held", "h", match="Streik", guard=(Label.HYPOTHETICAL,)))
    assert held.match(doc("Es könnte einen Streik geben.", language="de"))[0].held


def test_match_rule_gives_a_reason_for_silence_and_knows_its_rules() -> None:
    matcher = engine(RuleSpec("r", "r", match="Zoll"))
    assert matcher.match_rule("r", doc("Streik")).reason is not None
    with pytest.raises(KeyError):
        matcher.match_rule("other", doc("Streik"))


def test_many_rules_are_found_by_counting_clauses() -> None:
    matcher = engine(*_rules(engine_module.MANY_RULES + 1))
    told = matcher.match(doc("Streik: wort7 und wort1999", language="de"))
    assert [verdict.rule_id for verdict in told] == ["r7", "r1999"]


def test_an_edit_keeps_the_index_of_what_did_not_change() -> None:
    before = compiled(*_rules(100))
    rules = [*_rules(100)[1:], RuleSpec("new", "new", match="wort0")]
    after = Engine(before, lexicon()).updated(compiled(*rules))
    assert [verdict.rule_id for verdict in after.match(doc("Streik wort0 wort1"))] == ["r1", "new"]
    assert after.rule("new").id == "new"
    with pytest.raises(KeyError):
        after.rule("r0")


def test_an_edited_rule_replaces_its_older_self() -> None:
    first = Engine(compiled(*_rules(100)), lexicon())
    edited = [*_rules(99), RuleSpec("r99", "r99", match="Zoll")]
    second = first.updated(compiled(*edited))
    assert [verdict.rule_id for verdict in second.match(doc("Streik wort99 Zoll"))] == ["r99"]
    third = second.updated(compiled(*_rules(100)))
    assert [verdict.rule_id for verdict in third.match(doc("Streik wort99"))] == ["r99"]


def test_a_new_name_for_a_rule_needs_no_new_index() -> None:
    renamed = [RuleSpec("r0", "Renamed", match="wort0 AND Streik"), *_rules(100)[1:]]
    after = Engine(compiled(*_rules(100)), lexicon()).updated(compiled(*renamed))
    assert after.rule("r0").spec.name == "Renamed"
    assert [verdict.rule_id for verdict in after.match(doc("Streik wort0"))] == ["r0"]


def test_an_analysed_document_serves_several_engines() -> None:
    one, two = engine(RuleSpec("a", "a", match="Streik")), engine(RuleSpec("b", "b", match="Hafen"))
    analysed = one.analyse(doc("Streik im Hafen"))
    assert [verdict.rule_id for verdict in (*one.match(analysed), *two.match(analysed))] == ["a", "b"]


@pytest.mark.parametrize(
    "expression",
    [
        "a NEAR/9999 a",
        "(a OR b) NEAR/s (a OR b)",
        '"a a a a a a"~3',
        "/(a+)+b/",
        "/(a|a b)*c/",
        "COUNT>=99999(a OR b OR aaa*)",
        "(a NEAR/5 b) NEAR/5 (a NEAR/5 b)",
    ],
)
def test_work_grows_no_faster_than_the_text(expression: str) -> None:
    """Python-level steps are counted, not time: ten times the text may not take more than some ten times the steps."""
    matcher = engine(RuleSpec("r", "r", match=expression))
    small, large = (_steps(matcher, "a b a a " * size) for size in (100, 1000))
    assert large < 15 * small


def _steps(matcher: Engine, text: str) -> int:
    import sys

    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    document = doc(text, language="en")
    matcher.match(document)
    old = sys.getprofile()
    sys.setprofile(count)
    try:
        matcher.match(document)
    finally:
        sys.setprofile(old)
    return steps


def test_a_word_of_a_hundred_thousand_letters_is_searched_for_wildcards() -> None:
    found = engine(RuleSpec("r", "r", match="*ombar* OR begin* OR *end"))
    assert found.match_rule("r", doc("x" * 50_000 + "Bombardment" + "x" * 50_000)).fired
    assert found.match_rule("r", doc("x" * 100_000 + "end")).fired
    assert not found.match_rule("r", doc("end" + "x" * 100_000)).fired


def test_the_rules_of_an_engine_stand_in_the_order_of_the_watchlist() -> None:
    found = engine(*_rules(3))
    assert [rule.id for rule in found.rules] == ["r0", "r1", "r2"]


def test_another_lexicon_needs_another_index() -> None:
    """Keys of words are the lexicon's: what was indexed with one says nothing about another's."""
    rules = compiled(*_rules(2))
    first = Engine(rules, lexicon())
    assert Engine(rules, Lexicon(None, languages=()), base=first).match_rule("r0", doc("wort0 Streik")).fired


def test_a_wildcard_of_an_acronym_wants_its_capitals() -> None:
    found = engine(RuleSpec("r", "r", match="NATO*"))
    assert found.match_rule("r", doc("Der NATO-Gipfel und die NATOstaaten")).fired
    assert not found.match_rule("r", doc("Das natorium")).fired


def test_short_parts_of_compounds_are_found_without_any_longer_one() -> None:
    found = engine(RuleSpec("r", "r", match="~neu"))
    assert found.match_rule("r", doc("Die Neuregierung", language="de")).fired
    assert not found.match_rule("r", doc("Die Regierung", language="de")).fired


def test_rules_with_patterns_of_two_shelves_do_not_take_each_others_patterns_apart() -> None:
    first = RuleSpec("first", "f", match=r"/Ölpreis\w*/")
    old = Engine(compiled(first, *_rules(30)), lexicon())
    both = old.updated(compiled(first, *_rules(30), RuleSpec("second", "s", match=r"/Gaspreis\w*/")))
    sets = [shelf.vocabulary.pattern_set for shelf in both._shelves]
    assert [v.rule_id for v in both.match(doc("Ölpreise und Gaspreise"))] == ["first", "second"]
    assert [shelf.vocabulary.pattern_set for shelf in both._shelves] == sets
    assert len(sets) == 2
