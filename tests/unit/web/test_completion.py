"""What the workbench offers while a rule is being typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web.completion import OFFERED, Completion, Known, complete
from tests.unit.web.site import Site

KNOWN = Known(
    concepts=("putin", "biden", "boats"),
    channels=("desk", "night"),
    sources=("tass",),
    tags=("de", "wire"),
    rules=("strike",),
)


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("id: a\nma", "match: "),
        ("gu", "guard: "),
        ("id: a\nalert:\n  pri", "priority: "),
        ("id: a\nwhere:\n  la", "lang: "),
        ("id: a\nalert:\n  to: [de", "desk"),
        ("id: a\nalert: {to: ni", "night"),
        ("id: a\nmatch: '$bi", "$biden"),
        ("id: a\nmatch: 'Putin NEA", "NEAR/s"),
        ("id: a\nmatch: 'Putin an", "AND"),
        ("guard: [hyp", "hypothetical"),
        ("where: {source: ta", "tass"),
        ("where: {source: wi", "wire"),
        ("where:\n  source:\n    - ta", "tass"),
        ("tags: [wi", "wire"),
        ("id: str", "strike"),
        ("event:\n  actors: ['$pu", "$putin"),
    ],
)
def test_what_is_offered_first(before: str, first: str) -> None:
    found = complete(before, KNOWN)
    assert found.offers[0] == first
    assert first.lower().startswith(before[len(before) - found.length :].lower())


@pytest.mark.parametrize(
    "before",
    ["match: 'Streik", "match: '", "name: de", "id: a\ntests:\n  fi", "match: '$none", "tags: [de"],
)
def test_nothing_is_offered_where_nothing_is_known(before: str) -> None:
    assert complete(before, KNOWN).offers == ()


def test_an_empty_line_offers_the_keys_of_a_rule() -> None:
    found = complete("", KNOWN)
    assert found.length == 0
    assert len(found.offers) == OFFERED


@given(st.text(alphabet="ab$:[{'\n -_NEAR/match", max_size=60))
def test_whatever_is_typed_an_offer_continues_it(before: str) -> None:
    found = complete(before, KNOWN)
    typed = before[len(before) - found.length :].lower()
    assert isinstance(found, Completion)
    assert all(offer.lower().startswith(typed) for offer in found.offers)


def test_the_page_asks_with_what_stands_before_the_cursor(site: Site) -> None:
    answer = site.browser().get("/bench/offers?before=alert%3A+%7Bto%3A+de")
    assert answer.json == {"length": 2, "offers": ["desk"]}
