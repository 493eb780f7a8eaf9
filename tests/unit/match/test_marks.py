from __future__ import annotations

import pytest

from monitor.match.marks import Notes, read_term, read_word
from monitor.match.nodes import Concept, Node, Parts, Phrase, Regex, Wild, Word
from monitor.model.rule import RuleSpec
from tests.unit.match.rules import codes, compiled


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
    ],
)
def test_what_is_no_term_is_an_error(text: str, code: str) -> None:
    notes = Notes(("ignore", 0))
    read_term(text, notes)
    assert code in [problem.code for problem in notes.problems]
    assert notes.failed


def test_an_item_without_a_word_says_what_may_have_been_meant() -> None:
    hints = {}
    for text in ("$", "- x", "…"):
        notes = Notes(("concepts", "k", "any", 0))
        read_word(text.split()[0], 0, notes, in_list=True)
        hints[text] = [(problem.code, problem.hint) for problem in notes.problems]
    assert hints == {
        "$": [("no-word", "a concept is $ and its name, without a blank")],
        "- x": [("no-word", "-x leaves x out: no blank after the minus")],
        "…": [("no-word", None)],
    }


@pytest.mark.parametrize(("expression", "code"), [("(Streik)-Hafen", "bad-minus"), ('Streik ""', "no-word")])
def test_a_minus_without_a_blank_and_an_empty_phrase_are_refused(expression: str, code: str) -> None:
    assert codes(compiled(RuleSpec("r", "r", match=expression))) == [code]
