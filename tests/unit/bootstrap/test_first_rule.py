from __future__ import annotations

import pytest

from monitor.bootstrap.first_rule import first_rule

MADE = {
    "Offshore wind": ("offshore-wind", "Offshore NEAR/s wind"),
    "the war in Ukraine": ("the-war-in-ukraine", "war NEAR/s Ukraine"),
    "Sanktionen gegen die Türkei": ("sanktionen-gegen-die-tuerkei", "Sanktionen NEAR/s Türkei"),
    "the who": ("the-who", "the NEAR/s who"),
    '"rare earths" OR lithium': ("rare-earths-or-lithium", '"rare earths" OR lithium'),
    '"rare earths" export': ("rare-earths-export", '"rare earths" NEAR/s export'),
    "»AT&T«, merger!": ("at-t-merger", "AT&T NEAR/s merger"),
    "U.S. budget.": ("u-s-budget", "U.S. NEAR/s budget"),
    "Putin AND": ("putin-and", "Putin"),
    "$budget OR tax": ("budget-or-tax", "budget NEAR/s tax"),
    "x*": ("x", "x"),
    "not": ("not", '"not"'),
    "北京": ("mine", "北京"),
}


@pytest.mark.parametrize("words", sorted(MADE))
def test_words_become_a_rule(words: str) -> None:
    rule = first_rule(words)
    assert rule is not None
    assert (rule.id, rule.match) == MADE[words]


@pytest.mark.parametrize("words", ["", "…", "!!!", "AND", '""', "$"])
def test_nothing_to_look_for_is_no_rule(words: str) -> None:
    assert first_rule(words) is None


def test_ids_are_fresh() -> None:
    rule = first_rule("wind", ["wind", "wind-2"])
    assert rule is not None
    assert rule.id == "wind-3"


def test_an_expression_has_no_sample() -> None:
    rule = first_rule("wind OR solar")
    assert rule is not None
    assert rule.sample is None
