from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match.compile import CompiledSet, compile_rules
from monitor.match.covering import Covering
from monitor.match.engine import Engine
from monitor.match.index import Anchored, Scan, Vocabulary
from monitor.match.nodes import And, Concept, Count, InField, Near, Node, Not, Or, Phrase, Regex, Value, Wild, Word
from monitor.match.syntax import print_expression
from monitor.match.text import analyse
from monitor.model.article import Document
from monitor.model.rule import ConceptSpec, EventSpec, RuleSpec, ScoreSpec
from tests.unit.match.vocabulary import lexicon

CONCEPTS = {
    "who": ConceptSpec("who", "person", ("Putin", "Joe Biden", "Байден")),
    "act": ConceptSpec("act", None, (), {"de": ("treffen", "Sanktion", "ausweisen"), "en": ("meet", "phone call")}),
    "deep": ConceptSpec("deep", None, ("$who", "embargo*", "/krise[ns]?/i")),
}


def _words(text: str) -> list[str]:
    return text.split()


TEXT = _words(
    "Putin Putins Biden Joe Байденом Sanktion Sanktionen Sanktionspolitik Gespräch Gespräche Embargo "
    "Embargos Krise Haus Häuser meets met phone call calls WHO who weist aus санкций the und - . , ! "
    "Muller Müller "
)
BASES = [
    "Putin",
    "Biden",
    "Sanktion",
    "Gespräch",
    "Embargo",
    "Haus",
    "meet",
    "call",
    "WHO",
    "санкция",
    "Müller",
    "Politik",
]

words = st.builds(Word, st.sampled_from(BASES), exact=st.booleans())
wild = st.builds(Word, st.sampled_from(["sank", "haus", "präch", "put"]), wild=st.sampled_from(list(Wild)[1:]))
phrases = st.builds(Phrase, st.lists(words | wild, min_size=1, max_size=3).map(tuple), gap=st.integers(0, 2))
leaves = (
    words
    | wild
    | phrases
    | st.builds(Concept, st.sampled_from(list(CONCEPTS)))
    | st.builds(Regex, st.sampled_from(["Sank\\w+ Ge", "[kK]rise", "call", r"\w+"]), st.booleans())
)
units = st.integers(1, 6) | st.sampled_from(["s", "p"])


def _pairs(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(nodes, min_size=2, max_size=3).map(tuple)


def _near(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    joined = st.builds(Or, _pairs(nodes)) | st.builds(And, _pairs(nodes))
    return joined | st.builds(Near, nodes, nodes, units, st.booleans()) | st.builds(InField, st.just("title"), nodes)


positions = st.recursive(leaves, _near, max_leaves=5)
countable = leaves | st.builds(Or, _pairs(leaves)) | st.builds(Near, leaves, leaves, units, st.booleans())
conditions = st.builds(Value, st.just("source"), st.just(("wire*",))) | st.builds(
    Value, st.just("lang"), st.just(("de",))
)
nodes = st.recursive(
    positions | conditions,
    lambda inner: (
        st.builds(Or, _pairs(inner))
        | st.builds(And, _pairs(inner))
        | st.builds(Not, inner)
        | st.builds(Count, st.integers(1, 3), countable)
    ),
    max_leaves=6,
)
terms = st.sampled_from(["$who", "$act", "$deep", "Sanktion", "neue Sanktion", "haus*", "=Krise"])
events = st.builds(
    EventSpec, st.lists(terms, min_size=1, max_size=2).map(tuple), terms, st.sampled_from(["sentence", "paragraph", 5])
)
scores = st.builds(
    ScoreSpec,
    st.integers(1, 5).map(float),
    st.dictionaries(terms, st.integers(-2, 4).map(float), min_size=1, max_size=3),
    st.just(2.0),
    st.none() | st.integers(1, 2),
)


@st.composite
def rules(draw: st.DrawFn) -> RuleSpec:
    shape = draw(st.sampled_from(["match", "event", "score", "all"]))
    return RuleSpec(
        id="r",
        name="r",
        match=print_expression(draw(nodes)) if shape in {"match", "all"} else None,
        event=draw(events) if shape in {"event", "all"} else None,
        score=draw(scores) if shape in {"score", "all"} else None,
        ignore=tuple(draw(st.lists(terms, max_size=1))),
    )


lines = st.lists(st.sampled_from(TEXT), max_size=14).map(" ".join)
documents = st.builds(
    Document,
    title=lines,
    lead=lines,
    paragraphs=st.lists(lines, max_size=3).map(tuple),
    sources=st.sampled_from([("wire-one",), ("paper",), ()]),
    language=st.sampled_from(["de", "en", "ru", None]),
    language_sure=st.booleans(),
)


def _compile(specs: list[RuleSpec]) -> CompiledSet:
    numbered = [RuleSpec(f"r{n}", "r", s.match, s.event, s.score, ignore=s.ignore) for n, s in enumerate(specs)]
    return compile_rules(numbered, CONCEPTS, lexicon())


@settings(max_examples=80, deadline=None)
@given(st.lists(rules(), min_size=1, max_size=6), documents)
def test_the_index_offers_every_rule_that_brute_force_finds(specs: list[RuleSpec], document: Document) -> None:
    compiled = _compile(specs)
    engine = Engine(compiled, lexicon())
    fired = {rule.id for rule in compiled.rules if engine.match_rule(rule.id, document).fired}
    assert {verdict.rule_id for verdict in engine.match(document)} == fired
    vocabulary = Vocabulary(compiled.rules, lexicon())
    scan = Scan(vocabulary, analyse(document, lexicon()))
    for index in (Anchored(compiled.rules, vocabulary), Covering(compiled.rules, vocabulary)):
        assert fired <= {compiled.rules[number].id for number in index.among(scan)}


@settings(max_examples=60, deadline=None)
@given(rules(), documents)
def test_evidence_points_at_the_very_words(spec: RuleSpec, document: Document) -> None:
    engine = Engine(_compile([spec]), lexicon())
    fields = {"title": (document.title,), "lead": (document.lead,), "body": document.paragraphs}
    for verdict in engine.match(document):
        for item in verdict.evidence:
            assert item.text
            assert fields[item.field][item.paragraph][item.start : item.end] == item.text


@settings(max_examples=60, deadline=None)
@given(st.lists(rules(), min_size=2, max_size=8), documents, st.data())
def test_an_edited_watchlist_matches_like_a_new_one(
    specs: list[RuleSpec], document: Document, data: st.DataObject
) -> None:
    before = _compile(specs)
    kept = data.draw(st.lists(st.sampled_from(range(len(specs))), unique=True, min_size=1))
    after = _compile([specs[number] for number in sorted(kept)])
    updated = Engine(before, lexicon()).updated(after)
    assert updated.match(document) == Engine(after, lexicon()).match(document)


@settings(max_examples=60, deadline=None)
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
