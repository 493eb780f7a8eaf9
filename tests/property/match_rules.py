"""Strategies for rules of every shape and for texts that their words are taken from."""

from __future__ import annotations

from hypothesis import strategies as st

from monitor.match.nodes import And, Concept, Count, InField, Near, Node, Not, Or, Phrase, Regex, Value, Wild, Word
from monitor.match.syntax import print_expression
from monitor.model.article import Document
from monitor.model.rule import ConceptSpec, EventSpec, Label, RuleSpec, ScoreSpec, WhereSpec

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
    "Muller Müller could not if said „ “ könnten nicht могут Sank\u00adtion Sanktio\u0301n «Putin» "
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
    return joined | st.builds(Near, nodes, nodes, units, st.booleans()) | st.builds(InField, fields, nodes)


fields = st.sampled_from(["title", "lead", "body", "author"])
positions = st.recursive(leaves, _near, max_leaves=5)
countable = leaves | st.builds(Or, _pairs(leaves)) | st.builds(Near, leaves, leaves, units, st.booleans())
values = st.sampled_from([("source", ("wire*",)), ("lang", ("de", "fr")), ("url", ("sport",)), ("section", ("pol*",))])
conditions = values.map(lambda value: Value(*value))
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
    EventSpec, st.lists(terms, min_size=1, max_size=3).map(tuple), terms, st.sampled_from(["sentence", "paragraph", 5])
)
scores = st.builds(
    ScoreSpec,
    st.integers(1, 5).map(float),
    st.dictionaries(terms, st.integers(-2, 4).map(float), min_size=1, max_size=3),
    st.just(2.0),
    st.none() | st.integers(1, 2),
)
labels = st.lists(st.sampled_from(Label), unique=True, max_size=2).map(tuple)
scopes = st.builds(
    WhereSpec,
    lang=st.sampled_from([(), (), ("de",), ("!en",)]),
    source=st.sampled_from([(), (), ("wire*",), ("!paper",)]),
    section=st.sampled_from([(), (), ("pol*",)]),
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
        guard=(guard := draw(labels)),
        require=tuple(label for label in draw(labels) if label not in guard),
        ignore=tuple(draw(st.lists(terms, max_size=1))),
        where=draw(scopes),
    )


lines = st.lists(st.sampled_from(TEXT), max_size=14).map(" ".join)
documents = st.builds(
    Document,
    title=lines,
    lead=lines,
    paragraphs=st.lists(lines, max_size=3).map(tuple),
    sources=st.sampled_from([("wire-one",), ("paper",), ()]),
    authors=st.lists(lines, max_size=1).map(tuple),
    section=st.sampled_from(["", "politics"]),
    url=st.sampled_from(["", "https://a.example/sport/1"]),
    language=st.sampled_from(["de", "en", "ru", None]),
    language_sure=st.booleans(),
    complete=st.booleans(),
)
