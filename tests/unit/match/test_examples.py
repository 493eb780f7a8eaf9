from __future__ import annotations

from pathlib import Path

import pytest

from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.languages import recognise
from monitor.match.lexicon import Lexicon
from monitor.match.lint import lint_rules
from monitor.match.samples import run_samples
from tests.unit.match.loading import load

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_ready_made_rules_keep_their_own_promises(path: Path, lexicon: Lexicon) -> None:
    concepts, rules = load(path.read_text(encoding="utf-8"))
    compiled = compile_rules(rules, concepts, lexicon)
    assert compiled.problems == ()
    engine = Engine(compiled, lexicon)
    failed = [
        (rule.id, result.expected, result.sample.raw, [culprit.term for culprit in result.culprits])
        for rule in rules
        for result in run_samples(engine, rule)
        if not result.passed
    ]
    assert failed == []
    assert lint_rules(compiled, rules, concepts) == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_ready_made_rule_is_tested_in_two_languages(path: Path) -> None:
    _, rules = load(path.read_text(encoding="utf-8"))
    for rule in rules:
        texts = [f"{sample.title} {sample.text}" for sample in rule.fires]
        assert len({recognise(text, declared=None)[0] for text in texts}) >= 2, rule.id
        assert rule.silent, rule.id


def test_concepts_and_rules_have_names_of_their_own() -> None:
    loaded = [load(path.read_text(encoding="utf-8")) for path in EXAMPLES]
    names = [name for concepts, rules in loaded for name in (*concepts, *(rule.id for rule in rules))]
    assert len(EXAMPLES) >= 6
    assert len(names) == len(set(names))
