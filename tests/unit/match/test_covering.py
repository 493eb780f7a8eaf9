from __future__ import annotations

import numpy as np
import pytest

from monitor.match.covering import Covering, Postings
from monitor.match.index import Scan, Vocabulary
from monitor.match.text import analyse
from monitor.model.rule import RuleSpec
from tests.unit.match.rules import compiled, doc
from tests.unit.match.vocabulary import lexicon


def offered(text: str, *expressions: str) -> list[str]:
    """The expressions among some that are to be tried on a text."""
    rules = compiled(*(RuleSpec(str(number), "r", match=each) for number, each in enumerate(expressions))).rules
    vocabulary = Vocabulary(rules, lexicon())
    scan = Scan(vocabulary, analyse(doc(text, language="fr"), lexicon()))
    return [expressions[number] for number in Covering(rules, vocabulary).among(scan)]


def test_the_values_of_some_keys_one_after_another() -> None:
    postings = Postings([(2, 7), (0, 5), (2, 6), (4, 9)], 6)

    def of(*keys: int) -> list[int]:
        return [int(value) for value in postings.of(np.array(keys, dtype=np.int32))]

    assert of(0) == [5]
    assert of(2) == [7, 6]
    assert of(1) == of(3) == of(5) == of() == []
    assert of(4, 1, 2, 0) == [9, 7, 6, 5]


def test_values_keep_the_order_in_which_they_came() -> None:
    pairs = [(number % 3, number) for number in range(300)]
    assert Postings(pairs, 3).of(np.array([1], dtype=np.int32)).tolist() == list(range(1, 300, 3))


def test_without_pairs_there_are_no_values() -> None:
    assert Postings([], 3).of(np.array([0, 1, 2], dtype=np.int32)).tolist() == []


def test_every_clause_of_a_rule_has_to_be_there() -> None:
    rules = ("alpha beta", "alpha gamma", "beta gamma delta", "alpha OR gamma", "delta")
    assert offered("alpha beta", *rules) == ["alpha beta", "alpha OR gamma"]
    assert offered("gamma", *rules) == ["alpha OR gamma"]
    assert sorted(offered("alpha beta gamma", *rules)) == ["alpha OR gamma", "alpha beta", "alpha gamma"]
    assert offered("nothing of it", *rules) == []


def test_a_rule_without_a_clause_is_always_tried() -> None:
    assert offered("alpha", "beta", "source:agency", "alpha") == ["source:agency", "alpha"]
    assert offered("alpha", "source:agency") == ["source:agency"]


@pytest.mark.parametrize("missing", range(5))
def test_five_clauses_are_looked_at(missing: int) -> None:
    words = ["aa", "bb", "cc", "dd", "ee"]
    there = " ".join(word for number, word in enumerate(words) if number != missing)
    assert offered(there, " ".join(words)) == []


def test_of_more_clauses_the_rarest_are_looked_at() -> None:
    rule = "aaaaaaaaaa bbbbbbbbb cccccccc ddddddd eeeeee f"
    assert offered("aaaaaaaaaa bbbbbbbbb cccccccc ddddddd eeeeee", rule) == [rule]
    assert offered("bbbbbbbbb cccccccc ddddddd eeeeee f", rule) == []
    turned = "f eeeeee ddddddd cccccccc bbbbbbbbb aaaaaaaaaa"
    assert offered("eeeeee ddddddd cccccccc bbbbbbbbb aaaaaaaaaa", turned) == [turned]
    assert offered("f eeeeee ddddddd cccccccc bbbbbbbbb", turned) == []


def test_a_clause_that_many_rules_have_counts_as_common() -> None:
    # "shared" is longer than "own", but stands in so many rules that only it is left out where there are too many.
    words = "own1 own2 own3 own4 own5"
    rules = [f"{words} shared1", *(f"x{number} shared1" for number in range(500))]
    assert offered(words, *rules) == [f"{words} shared1"]
