from __future__ import annotations

import pytest

from monitor.match.marks import Notes, read_bare, read_term
from monitor.match.nodes import Concept, Node, Parts, Phrase, Regex, Wild, Word


def _term(text: str) -> Node | None:
    notes = Notes(("ignore", 0))
    node = read_term(text, notes)
    assert not notes.failed, notes.problems
    return node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("phone call", Phrase((Word("phone"), Word("call")))),
        ("lift* sanctions", Phrase((Word("lift", wild=Wild.PREFIX), Word("sanctions")))),
        ("$other", Concept("other")),
        ("!Gas", Word("Gas", parts=Parts.NEVER)),
        ("=Polen", Word("Polen", exact=True)),
        ("/ab+c/i", Regex("ab+c", ignore_case=True)),
        ('"neue Sanktionen"~2', Phrase((Word("neue"), Word("Sanktionen")), gap=2)),
        ("not a word", Phrase((Word("not"), Word("a"), Word("word")))),
    ],
)
def test_an_item_of_a_list_is_one_term(text: str, node: Node) -> None:
    assert _term(text) == node


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gas OR Öl", "operator-in-list"),
        ("neue $sanction", "concept-in-phrase"),
        ("", "no-word"),
        ("***", "no-word"),
        ("– –", "no-word"),
        ('"neue', "unclosed-quote"),
        ('""', "no-word"),
    ],
)
def test_what_is_no_term_is_an_error(text: str, code: str) -> None:
    notes = Notes(("ignore", 0))
    read_term(text, notes)
    assert code in [problem.code for problem in notes.problems]
    assert notes.failed


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("NOT", "bad-operator", "behind NEAR"),
        ("AND", "bad-operator", "in quotes"),
        ("/open", "bad-regex", "end it with /"),
        ("-x", "bad-minus", "NOT x"),
        ("$", "bad-concept", "names have letters"),
        ("-", "no-word", "no blank after the minus"),
        ("&", "no-word", None),
    ],
)
def test_what_is_no_word_in_an_expression_says_what_to_write(text: str, code: str, hint: str | None) -> None:
    notes = Notes(("match",))
    read_bare(text, 3, notes)
    [problem] = notes.problems
    assert (problem.code, problem.start, problem.end) == (code, 3, 3 + len(text))
    assert (hint is None) == (problem.hint is None)
    assert hint is None or hint in (problem.hint or "")
