"""YAML with places, and what people write that YAML reads otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.mistakes import mangled_line
from monitor.config.nodes import Mapping, Node, Scalar, Sequence, find, offset_place, read_yaml


def tree(text: str) -> Node:
    node, problems = read_yaml("c.yaml", text)
    assert problems == []
    assert node is not None
    return node


def only_problem(text: str) -> tuple[str, int, str | None]:
    _, problems = read_yaml("c.yaml", text)
    (problem,) = problems
    return problem.message, problem.place.line, problem.hint


def test_every_value_knows_where_it_stands() -> None:
    root = tree("a:\n  - x\n  - b: 'y z'\n")
    found, key, fitted = find(root, ("a", 1, "b"))
    assert isinstance(found, Scalar)
    assert (found.text, found.plain, found.place.line, found.place.column, found.place.length) == (
        "y z",
        False,
        3,
        8,
        5,
    )
    assert (key and key.text, fitted) == ("b", 3)


def test_a_path_is_followed_as_far_as_it_goes_and_branches_of_a_union_are_passed_over() -> None:
    root = tree("a:\n  - x\n")
    found, key, fitted = find(root, ("a", "SampleModel", 4))
    assert isinstance(found, Sequence)
    assert (key and key.text, fitted) == ("a", 1)


def test_numbers_and_dates_stay_the_text_that_was_written() -> None:
    root = tree("a: 0123\nb: no\nc: 2026-03-01\n")
    assert isinstance(root, Mapping)
    assert [value.text for _, value in root.items if isinstance(value, Scalar)] == ["0123", "no", "2026-03-01"]
    assert (root.get("z"), root.key("z")) == (None, None)


@pytest.mark.parametrize(
    ("text", "words", "line", "hint"),
    [
        ("a: 1\na: 2\n", 'the key "a" stands here twice; the first is in line 1', 2, "keep one of them"),
        ("? [a, b]\n: c\n", "a key must be a single word", 1, None),
        ("a: !yes x\n", "!yes is read by YAML as a type", 1, "write it in single quotes: a: '!yes x'"),
        ("a: b\x00c\n", "a character that YAML forbids", 1, "remove it"),
        ("- Minister: talks go on\n", '"Minister:" is read as a key', 1, "- 'Minister: talks go on'"),
        ("a: putin AND #x\n", "takes everything after ' #' as a comment", 1, "a: 'putin AND #x'"),
        ("a:\n\t- b\n", "a tab indents this line", 2, "YAML wants spaces"),
        ("a: &b [*b]\n", "nested too deeply, or an alias that contains itself", 1, None),
        ("a: [*wild, x]\n", "undefined alias", 1, "put single quotes around it: '*wild'"),
        ("a: !Secret x\n", "!Secret is not known here", 1, "!env NAME"),
        ("a: 'open\nb: c\n", "this quote is never closed", 1, "add ' where it ends"),
        ("a: [x\n", "this bracket is never closed", 1, "add ] where it ends"),
        ("a: {b: [x}\n", "this bracket is never closed", 1, "add ] where it ends"),
        ("a: {b: 1\nc: 2\n", "this bracket is never closed", 1, "add } where it ends"),
        ("a:'b'\nc: d\n", "a space is missing after this colon", 1, "YAML needs one"),
        ("a:\n  -b: c\n    d: e\n", "a space is missing after this dash", 2, "YAML needs one"),
        ("a: 'it's'\n", "the apostrophe ends the text", 1, "double it: 'it''s'"),
        ('a: "/\\d+/"\n', "double quotes read a backslash", 1, "use single ones: '/\\d+/'"),
        ("- {a: Blatt: x, b: 1}\n", "read as a key", 1, "put it in single quotes: 'Blatt: x'"),
        ("a: Blatt: x\n", "read as a key", 1, "put it in single quotes: 'Blatt: x'"),
        ("- a: 1\n b: 2\n", "indented less than the one above", 2, "begin it in column 3"),
        ("- a: 1\n    b: 2\n", "indented further than the one above", 2, "begin it in column 3"),
        ("a: 1\nb c\nd: 2\n", "neither a key with its value nor an item", 2, "write key: value"),
        ("%YAML 9.9\n---\na: b\n", "", 1, None),
    ],
)
def test_what_yaml_reads_otherwise_is_named_with_its_remedy(text: str, words: str, line: int, hint: str | None) -> None:
    message, at, remedy = only_problem(text)
    assert words in message
    assert at == line
    assert hint is None or hint in (remedy or "")


def test_a_line_beyond_the_end_of_the_file_has_no_remedy_to_show() -> None:
    assert mangled_line("c.yaml", "a: b", 7, 0, "the file ends").hint is None


@pytest.mark.parametrize("shape", ["'{}'", '"{}"', "{}", "|\n    {}", ">-\n    {}"])
@given(word=st.text("abc", min_size=1, max_size=4), before=st.text("xyz ", max_size=8))
def test_a_word_of_a_value_is_found_where_it_stands_in_the_file(shape: str, word: str, before: str) -> None:
    text = f"{before.strip()} {word}".strip()
    file = f"a: {shape.format(text)}\n"
    root = tree(file)
    assert isinstance(root, Mapping)
    value = root.items[0][1]
    assert isinstance(value, Scalar)
    at = value.text.index(word)
    place = offset_place(value, at, at + len(word))
    line = file.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.column - 1 + place.length] == word


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("a: >-\n  one two\n  three four\n", "three"),
        ("a: >-\n  one two\n\n  three four\n", "four"),
        ("a: |\n  one two\n\n\n  three four\n", "three"),
        ("a: 'it''s three'\n", "three"),
        ("a: one\n  two  three\n", "three"),
        ("a: 'one\n\n   two three'\n", "three"),
    ],
)
def test_folds_blank_lines_and_doubled_quotes_do_not_shift_a_place(file: str, word: str) -> None:
    root = tree(file)
    assert isinstance(root, Mapping)
    value = root.items[0][1]
    assert isinstance(value, Scalar)
    place = offset_place(value, value.text.index(word), value.text.index(word) + len(word))
    assert file.splitlines()[place.line - 1][place.column - 1 :].startswith(word)


def test_a_place_beyond_the_value_is_its_last_character() -> None:
    root = tree("a: 'one'\n")
    assert isinstance(root, Mapping)
    value = root.items[0][1]
    assert isinstance(value, Scalar)
    assert offset_place(value, 99).column == 8
    assert offset_place(Scalar("", value.place), 0).column == value.place.column


@given(st.text(max_size=60))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    node, problems = read_yaml("c.yaml", text)
    assert node is not None or problems or not text.strip() or text.lstrip()[:1] in "#%-."


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("id: [", 1, 5), ("id: {\n\n\n", 1, 5), ("[", 1, 1), ("a: [[", 1, 5), ("id: strike\nmatch: [\n", 2, 8)],
)
def test_a_bracket_at_the_very_end_is_named_where_it_was_opened(text: str, line: int, column: int) -> None:
    node, (problem,) = read_yaml("f", text)
    assert node is None
    assert (problem.message, problem.place.line, problem.place.column) == ("this bracket is never closed", line, column)
