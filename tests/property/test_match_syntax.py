from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.nodes import (
    And,
    Concept,
    Count,
    InField,
    Near,
    Node,
    Not,
    Or,
    Parts,
    Phrase,
    Regex,
    Value,
    Wild,
    Word,
    children,
    walk,
)
from monitor.match.syntax import parse_expression, print_expression

names = st.sampled_from(
    ["Gas", "Polen", "Sanktion", "Putin-Biden", "WHO", "санкция", "G7", "d'Ivoire", "10:30", "Müller"]
)
words = st.builds(
    Word,
    names,
    exact=st.just(False),
    parts=st.sampled_from(Parts),
    wild=st.just(Wild.NONE),
)
exact = st.builds(Word, names, exact=st.just(True))
open_words = st.builds(Word, st.sampled_from(["sankt", "embargo", "нов"]), wild=st.sampled_from(list(Wild)[1:]))
any_word = words | exact | open_words
phrases = st.builds(
    Phrase, st.lists(any_word, min_size=1, max_size=3).map(tuple), gap=st.integers(0, 5), exact=st.booleans()
)
positional = (
    any_word
    | phrases
    | st.builds(Regex, st.sampled_from(["a+b", r"foo\/bar", "x y", r"\d{3}"]), st.booleans())
    | st.builds(Concept, st.sampled_from(["putin", "eu-commission"]))
)
units = st.integers(1, 30) | st.sampled_from(["s", "p"])
values = st.builds(
    Value,
    st.sampled_from(["source", "lang", "url", "section"]),
    st.lists(st.sampled_from(["mid-*", "de", "/sport/", "https://a.example/x"]), min_size=1, max_size=2).map(tuple),
)


def _several(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(nodes, min_size=2, max_size=3).map(tuple)


def _in_near(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        st.builds(Or, _several(nodes))
        | st.builds(And, _several(nodes))
        | st.builds(Near, nodes, nodes, units, st.booleans())
        | st.builds(InField, st.sampled_from(["title", "lead", "body", "author"]), nodes)
    )


near_parts = st.recursive(positional, _in_near, max_leaves=6)
countable = (
    positional | st.builds(Or, _several(positional)) | st.builds(Near, near_parts, near_parts, units, st.just(False))
)


def _anywhere(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        st.builds(Or, _several(nodes))
        | st.builds(And, _several(nodes))
        | st.builds(Not, nodes)
        | st.builds(InField, st.just("title"), nodes)
        | st.builds(Count, st.integers(1, 9), countable)
    )


nodes = st.recursive(near_parts | values, _anywhere, max_leaves=8)


@given(nodes)
def test_printing_and_parsing_gives_the_same_tree(node: Node) -> None:
    text = print_expression(node)
    parsed = parse_expression(text)
    assert parsed.node == node, (text, parsed.problems)


@given(st.text(st.sampled_from('ab $"()/-*=~:! NEAR/8sORANDT>=3'), max_size=40))
def test_any_text_gives_a_tree_or_an_error_with_a_place(text: str) -> None:
    parsed = parse_expression(text)
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    assert (parsed.node is None) == bool(errors)
    for problem in parsed.problems:
        assert 0 <= problem.start <= (problem.end or 0) <= len(text)


@given(nodes)
def test_every_leaf_points_at_what_was_written(node: Node) -> None:
    text = print_expression(node)
    tree = parse_expression(text).node
    assert tree is not None
    for leaf in walk(tree):
        if not children(leaf):
            assert parse_expression(text[leaf.start : leaf.end]).node == leaf
