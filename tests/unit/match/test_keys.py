from __future__ import annotations

from monitor.match import keys
from monitor.match.keys import KeyTable, packed
from monitor.model.match import How


def test_keys_find_their_terms_in_the_order_asked() -> None:
    table = KeyTable([(7, packed({"a": How.EXACT, "b": How.STEM})), (9, packed({"b": How.INFLECTED}))])
    assert list(table.find(["b", "x", "a"])) == [(9, How.INFLECTED), (7, How.STEM), (7, How.EXACT)]


def test_large_tables_are_sorted_alike() -> None:
    terms = [(number, packed({f"key{number}": How.EXACT, "all": How.FOLDED})) for number in range(keys._MANY // 2)]
    table = KeyTable(terms)
    assert list(table.find(["key77"])) == [(77, How.EXACT)]
    assert sum(1 for _ in table.find(["all"])) == len(terms)
