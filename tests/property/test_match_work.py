"""Evaluation is linear in the text, whatever the rule: work is counted in steps of the interpreter, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.model.article import Document
from monitor.model.rule import EventSpec, Label, RuleSpec, ScoreSpec, WhereSpec
from tests.property.match_rules import CONCEPTS, TEXT, rules
from tests.unit.match.vocabulary import lexicon

SMALL, LARGE = (60, 240), (150, 600)
"""Words of a text and of one four times as long."""
DEARER = 1.5
"""How much more steps a word may take in the longer text; where all pairs are tried it is four times as many."""


LABELS = ("guards.py", "cues.py", "clauses.py", "reach.py")
"""Labelling a group looks at a window of bounded length: that is one step, however long it takes."""


def steps(work: Callable[[], object]) -> int:
    """How many operations of the interpreter some work takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            if frame.f_code.co_filename.endswith(LABELS):
                return None
            frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def text(stretches: list[list[str]], words: int) -> Document:
    """Stretches of equal length, each a block that repeats."""
    each = words // len(stretches)
    body = " ".join(" ".join((block * each)[:each]) for block in stretches)
    return Document(title="", paragraphs=(body,), language="en", language_sure=True)


def assert_linear(spec: RuleSpec, stretches: list[list[str]], sizes: tuple[int, int]) -> None:
    compiled = compile_rules([spec], CONCEPTS, lexicon())
    if not compiled.rules:
        return
    engine = Engine(compiled, lexicon())
    engine.match_rule(spec.id, text(stretches, sizes[1]))  # words seen for the first time cost more
    shorter, longer = (steps(partial(engine.match_rule, spec.id, text(stretches, size))) / size for size in sizes)
    assert longer <= DEARER * shorter, (shorter, longer)


ADVERSARIES: dict[str, tuple[RuleSpec, str]] = {
    "near of near": (
        RuleSpec("r", "r", match="(Putin NEAR/50 Biden) NEAR/50 (call NEAR/50 meet)"),
        "Putin Biden call meet",
    ),
    "near of and": (RuleSpec("r", "r", match="(Putin AND Biden) NEAR/s (call AND meet)"), "Putin Biden call meet"),
    "near that never meets": (RuleSpec("r", "r", match="Putin BEFORE/p Biden"), "Biden | Putin"),
    "near one partner": (RuleSpec("r", "r", match="Putin NEAR/p Biden"), "Biden | Putin | Putin | Putin | Putin"),
    "same words near": (RuleSpec("r", "r", match="Putin NEAR/p Putin NEAR/p Putin"), "Putin"),
    "guard, one partner": (
        RuleSpec("r", "r", match="Putin NEAR/s Biden", guard=(Label.HYPOTHETICAL,)),
        "Biden could not | Putin | Putin | Putin",
    ),
    "guard, many groups": (
        RuleSpec("r", "r", match="Putin", guard=(Label.HYPOTHETICAL, Label.NEGATED)),
        "Putin could not meet . If",
    ),
    "phrase with a wide gap": (RuleSpec("r", "r", match='"Putin Biden"~999999'), "Putin Biden and"),
    "phrase never closed": (RuleSpec("r", "r", match='"Putin Biden call"~400'), "Putin Biden"),
    "ignored wide phrase": (
        RuleSpec("r", "r", match="call", ignore=('"Putin Biden"~999999',)),
        "Putin | call | Biden",
    ),
    "count of near": (RuleSpec("r", "r", match="COUNT>=500(Putin NEAR/9 Biden)"), "Putin Biden"),
    "many actors": (
        RuleSpec("r", "r", event=EventSpec(("$who", "$who", "$who", "$who"), "$who", "paragraph")),
        "Putin the and Biden",
    ),
    "distinct words missing": (
        RuleSpec("r", "r", event=EventSpec(("Putin", "Putin", "Putin", "Putin"), "Putin", 8)),
        "Putin the and Putin the and the",
    ),
    "score beside match": (
        RuleSpec("r", "r", match="Putin OR Biden", score=ScoreSpec(1.0, {"Putin": 1.0, "Biden": 1.0, "call": -1.0})),
        "Putin Biden call",
    ),
    "wildcards": (RuleSpec("r", "r", match="(*uti* OR put*) NEAR/9 *den"), "Putin Biden"),
    "regex to the end": (RuleSpec("r", "r", match="/Putin.*Nowhere|Putin/"), "Putin"),
    "separable verbs": (RuleSpec("r", "r", match="$act"), "weist aus"),
    "shouting": (RuleSpec("r", "r", match="WHO"), "WHO PUTIN WHO"),
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_an_adversary_gains_nothing(name: str) -> None:
    spec, block = ADVERSARIES[name]
    assert_linear(spec, [stretch.split() for stretch in block.split("|")], LARGE)


@settings(max_examples=25)
@given(rules(), st.lists(st.sampled_from(TEXT), min_size=1, max_size=6))
def test_every_rule_is_linear_in_the_text(spec: RuleSpec, block: list[str]) -> None:
    assert_linear(replace(spec, where=WhereSpec()), [block], SMALL)
