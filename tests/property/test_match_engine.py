from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match.compile import CompiledSet, compile_rules
from monitor.match.covering import Covering
from monitor.match.engine import Engine
from monitor.match.index import Anchored, Scan, Vocabulary
from monitor.match.text import analyse
from monitor.model.article import Document
from monitor.model.rule import RuleSpec
from tests.property.match_rules import CONCEPTS, documents, rules
from tests.unit.match.vocabulary import lexicon


def _compile(specs: list[RuleSpec]) -> CompiledSet:
    numbered = [replace(spec, id=f"r{number}") for number, spec in enumerate(specs)]
    return compile_rules(numbered, CONCEPTS, lexicon())


@settings(max_examples=80)
@given(st.lists(rules(), min_size=1, max_size=6), documents)
def test_the_index_offers_every_rule_that_brute_force_finds(specs: list[RuleSpec], document: Document) -> None:
    compiled = _compile(specs)
    engine = Engine(compiled, lexicon())
    verdicts = [engine.match_rule(rule.id, document) for rule in compiled.rules]
    fired = {verdict.rule_id for verdict in verdicts if verdict.fired or verdict.held or verdict.waits}
    assert {verdict.rule_id for verdict in engine.match(document)} == fired
    vocabulary = Vocabulary(compiled.rules, lexicon())
    scan = Scan(vocabulary, analyse(document, lexicon()))
    for index in (Anchored(compiled.rules, vocabulary), Covering(compiled.rules, vocabulary)):
        assert fired <= {compiled.rules[number].id for number in index.among(scan)}


@settings(max_examples=60)
@given(rules(), documents)
def test_evidence_points_at_the_very_words(spec: RuleSpec, document: Document) -> None:
    engine = Engine(_compile([spec]), lexicon())
    fields = {"title": (document.title,), "lead": (document.lead,), "body": document.paragraphs}
    fields["author"] = document.authors
    for verdict in engine.match(document):
        cues = [group.cue for group in verdict.held if group.cue]
        for item in (*verdict.evidence, *(item for group in verdict.held for item in group.evidence), *cues):
            assert item.text
            assert fields[item.field][item.paragraph][item.start : item.end] == item.text


@settings(max_examples=60)
@given(st.lists(rules(), min_size=2, max_size=8), documents, st.data())
def test_an_edited_watchlist_matches_like_a_new_one(
    specs: list[RuleSpec], document: Document, data: st.DataObject
) -> None:
    before = _compile(specs)
    kept = data.draw(st.lists(st.sampled_from(range(len(specs))), unique=True, min_size=1))
    after = _compile([specs[number] for number in sorted(kept)])
    updated = Engine(before, lexicon()).updated(after)
    assert updated.match(document) == Engine(after, lexicon()).match(document)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "."]), max_size=40),
    st.integers(1, 6) | st.sampled_from(["s", "p"]),
    st.booleans(),
)
def test_near_finds_what_trying_every_pair_finds(text: list[str], within: int | str, ordered: bool) -> None:
    operator = f"{'BEFORE' if ordered else 'NEAR'}/{within}"
    engine = Engine(_compile([RuleSpec("r", "r", match=f"alpha {operator} beta")]), lexicon())
    document = Document(title="", paragraphs=(" ".join(text).replace(" .", ". X"),), language="en", language_sure=True)
    tokens = analyse(document, lexicon()).paragraphs[0].tokens if document.paragraphs[0] else ()
    alphas = [token for token in tokens if token.norm == "alpha"]
    betas = [token for token in tokens if token.norm == "beta"]
    expected = any(
        (not ordered or b.position > a.position)
        and (
            within == "p"
            or (a.sentence == b.sentence if within == "s" else abs(a.position - b.position) <= int(within))
        )
        for a in alphas
        for b in betas
    )
    assert engine.match_rule("r0", document).fired == expected


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma"]), max_size=30), st.integers(0, 3))
def test_phrases_find_what_a_regular_expression_finds(text: list[str], gap: int) -> None:
    engine = Engine(_compile([RuleSpec("r", "r", match=f'"alpha beta alpha"~{gap}')]), lexicon())
    document = Document(title=" ".join(text), language="en", language_sure=True)
    between = rf"(?: \w+){{0,{gap}}} "
    expected = re.search(between.join([r"\balpha\b", r"beta\b", r"alpha\b"]), document.title) is not None
    assert engine.match_rule("r0", document).fired == expected
