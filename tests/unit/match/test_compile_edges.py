"""Compiling at its bounds: what is the same rule, what is refused and where, how groups near each other are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.match.compile import MAX_WAYS, CompiledSet, RuleCache, compile_rules, forms_of, satisfied_by_nothing, ways
from monitor.match.program import All, Any, Apart, Event, Least, Only, Program, Term, Without
from monitor.model.rule import AlertSpec, ConceptSpec, EventSpec, Label, RuleProblem, RuleSpec, ScoreSpec, WhereSpec
from tests.unit.match.rules import MEETING, compiled
from tests.unit.match.vocabulary import SmallLexicon, lexicon

A = RuleSpec("r", "r", match="a")


def problems(rule: RuleSpec) -> list[tuple[str, tuple[str | int, ...], str | None]]:
    return [(problem.code, problem.path, problem.hint) for _, problem in compiled(rule).problems]


def program(match: str) -> Program:
    found = compiled(RuleSpec("r", "r", match=match, event=MEETING)).rules[0].match
    assert found is not None
    return found


def shown(item: Program) -> str:
    """A program as text; the terms by their names."""
    match item:
        case All():
            return f"all({', '.join(map(shown, item.items))})"
        case Any():
            return f"any({', '.join(map(shown, item.items))})"
        case Without():
            return f"without({shown(item.item)})"
        case Apart():
            return f"({shown(item.left)} {'<' if item.ordered else '~'}{item.within} {shown(item.right)})"
        case Least():
            return f"{item.times}x({shown(item.item)})"
        case Only():
            return f"{item.field}={'|'.join(item.values)}"
        case Term():
            return f"{item.field}:{item.name}" if item.field else item.name


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("a b OR NOT c", "any(all(a, b), without(c))"),
        ("title:(a b) lead:c", "all(all(title:a, title:b), lead:c)"),
        ("title:(a OR lead:b)", "any(title:a, lead:b)"),
        ("title:(NOT a)", "without(title:a)"),
        ("title:(a NEAR/8 b)", "(title:a ~8 title:b)"),
        ("title:COUNT>=3(a)", "3x(title:a)"),
        ("source:MID-* a", "all(source=mid-*, a)"),
        ("a BEFORE/s b", "(a <s b)"),
        ("a NEAR/8 (b OR c)", "(a ~8 any(b, c))"),
        ("a NEAR/8 (b OR (c d))", "any((a ~8 b), (a ~8 all(c, d)))"),
        (
            "((a b) OR c) NEAR/8 (d OR (e f))",
            "any((all(a, b) ~8 d), (all(a, b) ~8 all(e, f)), (c ~8 d), (c ~8 all(e, f)))",
        ),
        ("a NEAR/8 (b (c OR (d e)))", "any((a ~8 all(b, c)), (a ~8 all(b, d, e)))"),
        ("a NEAR/8 (b (c OR d))", "(a ~8 all(b, any(c, d)))"),
    ],
)
def test_programs(match: str, expected: str) -> None:
    assert shown(program(match)) == expected


def test_a_distance_knows_how_it_was_written() -> None:
    found = program("a NEAR/8 (b OR (c d))")
    assert isinstance(found, Any)
    assert {each.text for each in found.items if isinstance(each, Apart)} == {"a NEAR/8 (b OR (c AND d))"}


@pytest.mark.parametrize("groups", [MAX_WAYS, MAX_WAYS + 1])
def test_groups_may_be_near_in_so_many_ways(groups: int) -> None:
    match = f"x ({' OR '.join(f'(a{n} b)' for n in range(groups))}) NEAR/s c"
    result = compiled(RuleSpec("r", "r", match=match))
    if groups == MAX_WAYS:
        assert result.problems == ()
    else:
        problem = RuleProblem(
            "complex-near", "these groups can be near in more than 64 ways", ("match",), 4, len(match)
        )
        assert result.problems == (("r", problem),)
        assert result.rules == ()


def test_many_ways_are_not_written_out() -> None:
    pair = "(a OR (b c))"
    six, seven = program(" ".join([pair] * 6)), program(" ".join([pair] * 7))
    assert len(ways(six)) == 64
    assert ways(seven) == [seven] * (MAX_WAYS + 1)


@pytest.mark.parametrize(
    ("match", "nothing"),
    [
        ("NOT a", True),
        ("NOT a NOT b", True),
        ("a NOT b", False),
        ("a OR NOT b", True),
        ("a OR b", False),
        ("source:x", False),
        ("COUNT>=2(a)", False),
    ],
)
def test_what_is_true_of_any_other_article(match: str, *, nothing: bool) -> None:
    assert satisfied_by_nothing(program(match)) is nothing
    alone = compiled(RuleSpec("r", "r", match=match)).problems
    hint = "say what the article must contain as well"
    assert [(problem.code, problem.start, problem.end, problem.hint) for _, problem in alone] == (
        [("not-alone", 0, len(match), hint)] if nothing else []
    )
    scored = RuleSpec("r", "r", match=match, score=ScoreSpec(1, {"x": 1}))
    assert compiled(scored).problems == ()


@pytest.mark.parametrize(
    ("within", "unit"),
    [("sentence", "s"), ("paragraph", "p"), (1, 1), ("25", 25), ("08", 8), ("999999", 999999)],
)
def test_distances_of_events(within: str | int, unit: str | int) -> None:
    rule = compiled(RuleSpec("r", "r", event=EventSpec(("a", "b"), "c", within=within))).rules[0]
    assert isinstance(rule.event, Event)
    assert rule.event.within == unit
    assert [term.name for term in (*rule.event.actors, rule.event.verb)] == ["a", "b", "c"]


@pytest.mark.parametrize("within", [0, -1, "0", "-1", "page", "", "8 ", "1000000", "9" * 5000])
def test_what_is_no_distance(within: str | int) -> None:
    hint = "sentence, paragraph, or a number of words"
    rule = RuleSpec("r", "r", event=EventSpec(("a",), "b", within=within))
    assert problems(rule) == [("bad-within", ("event", "within"), hint)]


@pytest.mark.parametrize(
    ("rule", "path", "code", "hint"),
    [
        (RuleSpec("r", "r"), (), "empty-rule", "add match, event or score"),
        (RuleSpec("r", "r", event=EventSpec((), "b")), ("event", "actors"), "no-actors", None),
        (
            RuleSpec("r", "r", event=EventSpec(tuple("abcdefg"), "h")),
            ("event", "actors"),
            "many-actors",
            "list alternatives in a concept",
        ),
        (RuleSpec("r", "r", event=EventSpec(("a", ""), "b")), ("event", "actors", 1), "no-word", None),
        (RuleSpec("r", "r", event=EventSpec(("a",), "")), ("event", "verb"), "no-word", None),
        (RuleSpec("r", "r", score=ScoreSpec(1, {})), ("score", "terms"), "no-terms", None),
        (RuleSpec("r", "r", score=ScoreSpec(1, {"x": 1, "": 2})), ("score", "terms", ""), "no-word", None),
        (RuleSpec("r", "r", match="a", ignore=("x", "")), ("ignore", 1), "no-word", None),
        (
            RuleSpec("r", "r", match="a", guard=tuple(Label), require=(Label.QUOTED,)),
            ("require",),
            "contradiction",
            "guard takes away what require asks for",
        ),
        (RuleSpec("r", "r", match="source:x", guard=(Label.QUOTED,)), ("match",), "contradiction", None),
        (RuleSpec("r", "r", match="source:x", require=(Label.QUOTED,)), ("match",), "contradiction", None),
        (RuleSpec("r", "r", match="a", where=WhereSpec(lang=("DE", "!de"))), ("where", "lang"), "contradiction", None),
        (
            RuleSpec("r", "r", match="a", where=WhereSpec(source=("x", "!X"))),
            ("where", "source"),
            "contradiction",
            None,
        ),
        (RuleSpec("r", "r", match="a", where=WhereSpec(lang=("de", "! "))), ("where", "lang", 1), "empty-glob", None),
        (RuleSpec("r", "r", match="a", where=WhereSpec(source=("",))), ("where", "source", 0), "empty-glob", None),
        (
            RuleSpec("r", "r", match="a", where=WhereSpec(section=("x", ""))),
            ("where", "section", 1),
            "empty-glob",
            None,
        ),
        (RuleSpec("r", "r", match="a", where=WhereSpec(url=("!",))), ("where", "url", 0), "empty-glob", None),
        (RuleSpec("r", "r", match="a NOT a"), ("match",), "never-matches", None),
        (
            RuleSpec("r", "r", score=ScoreSpec(9, {"x": 1}, cap_per_term=2)),
            ("score", "threshold"),
            "never-matches",
            None,
        ),
    ],
)
def test_refused_rules(rule: RuleSpec, path: tuple[str | int, ...], code: str, hint: str | None) -> None:
    assert problems(rule) == [(code, path, hint)]
    assert compiled(rule).rules == ()


@pytest.mark.parametrize(
    "rule",
    [
        RuleSpec("r", "r", event=EventSpec(tuple("abcdef"), "g")),
        RuleSpec("r", "r", match="a", guard=(Label.QUOTED,), require=(Label.NEGATED,)),
        RuleSpec("r", "r", match="a source:x", guard=(Label.QUOTED,)),
        RuleSpec("r", "r", match="source:x"),
        RuleSpec("r", "r", match="a", where=WhereSpec(lang=("de", "en", "!de"), source=("!x",))),
        RuleSpec("r", "r", score=ScoreSpec(2, {"x": 1}, cap_per_term=2)),
    ],
)
def test_rules_that_are_fine(rule: RuleSpec) -> None:
    result = compiled(rule)
    assert result.problems == ()
    assert [each.id for each in result.rules] == ["r"]


def test_a_rule_is_refused_for_an_error_in_a_concept_that_it_uses() -> None:
    concepts = {"bad": ConceptSpec("bad", any=("x*",)), "good": ConceptSpec("good", any=("y",))}
    rules = [
        RuleSpec("match", "match", match="$bad"),
        RuleSpec("group", "group", match="($bad $bad) OR $good"),
        RuleSpec("ignore", "ignore", match="a", ignore=("$bad", "$good")),
        RuleSpec("event", "event", event=EventSpec(("$bad",), "$good")),
        RuleSpec("score", "score", score=ScoreSpec(1, {"$bad": 1, "$good": 1})),
        RuleSpec("fine", "fine", match="$good"),
    ]
    result = compile_rules(rules, concepts, lexicon())
    assert [rule.id for rule in result.rules] == ["fine"]
    assert [(rule_id, problem.code) for rule_id, problem in result.problems] == [("", "short-wildcard")]
    assert result.refused() == frozenset()


def test_only_rules_with_errors_are_refused() -> None:
    found = (
        ("a", RuleProblem("x", "x", ())),
        ("b", RuleProblem("x", "x", (), severity="warning")),
        ("", RuleProblem("x", "x", ())),
    )
    assert CompiledSet((), found).refused() == {"a"}  # fmt: skip


# --- the same rule ---------------------------------------------------------------------------------------------------


def digest(rule: RuleSpec, concepts: dict[str, ConceptSpec] | None = None) -> str:
    return compile_rules([rule], concepts or {}, lexicon()).rules[0].digest


@pytest.mark.parametrize(
    "changed",
    [
        replace(A, match="b"),
        replace(A, event=EventSpec(("x",), "y")),
        replace(A, score=ScoreSpec(1, {"x": 1})),
        replace(A, guard=(Label.QUOTED,)),
        replace(A, require=(Label.QUOTED,)),
        replace(A, ignore=("x",)),
        replace(A, where=WhereSpec(lang=("de",))),
    ],
)
def test_what_decides_what_matches_makes_another_rule(changed: RuleSpec) -> None:
    assert digest(changed) != digest(A)


def test_names_and_alerts_do_not() -> None:
    assert digest(replace(A, id="s", name="s", alert=AlertSpec(to=("desk",)))) == digest(A)


def test_only_concepts_that_are_used_count() -> None:
    rule = RuleSpec("r", "r", match="$one.two")
    used = {"one.two": ConceptSpec("one.two", any=("a",)), "one": ConceptSpec("one", any=("b",))}
    assert digest(rule, used) == digest(rule, {**used, "one": ConceptSpec("one", any=("c",))})
    assert digest(rule, used) != digest(rule, {**used, "one.two": ConceptSpec("one.two", any=("c",))})


def test_rules_that_use_the_same_concepts_are_not_the_same() -> None:
    concepts = {name: ConceptSpec(name, any=(name,)) for name in ("one", "two")}
    texts = ("$one", "$one a", "$one b", "$two", "$one $two", "$two $one", "a")
    found = {digest(RuleSpec("r", "r", match=text), concepts) for text in texts}
    assert len(found) == len(texts)
    assert {len(each) for each in found} == {32}


def test_the_languages_count() -> None:
    fewer = SmallLexicon(languages=lexicon().languages[:-1])
    assert compile_rules([A], {}, fewer).rules[0].digest != digest(A)


def test_a_rule_with_warnings_is_compiled_again() -> None:
    cache = RuleCache()
    rule = RuleSpec("r", "r", match=r"/\d+ab/")
    first = compile_rules([rule], {}, lexicon(), cache=cache)
    assert cache.rules == {}
    second = compile_rules([rule], {}, lexicon(), cache=cache)
    assert first.problems == second.problems
    assert [problem.severity for _, problem in first.problems] == ["warning"]


def test_a_rule_of_the_cache_does_not_keep_the_next_ones_away() -> None:
    cache = RuleCache()
    compile_rules([A], {}, lexicon(), cache=cache)
    result = compile_rules([A, replace(A, id="s"), replace(A, id="t", match="t")], {}, lexicon(), cache=cache)
    assert [rule.id for rule in result.rules] == ["r", "s", "t"]
    assert len(cache.rules) == 2


def test_a_compiled_rule_has_all_that_was_written() -> None:
    spec = RuleSpec("r", "r", "a", EventSpec(("b",), "c"), ScoreSpec(3, {"d": 2, "e": -1}), ignore=("f", "g h"))
    (rule,) = compiled(spec).rules
    assert rule.spec is spec
    assert [term.name for term in rule.terms()] == ["a", "b", "c", "d", "e", "f", "g h"]
    assert [(weight.term.name, weight.points) for weight in rule.weights] == [("d", 2), ("e", -1)]
    assert [term.name for term in rule.ignore] == ["f", "g h"]
    assert rule.clauses


def test_forms_are_found_by_their_text() -> None:
    rule = compiled(RuleSpec("r", "r", match='a OR "b c"')).rules[0]
    assert {text: form.text for text, form in forms_of(rule).items()} == {"a": "a", "b c": "b c"}
