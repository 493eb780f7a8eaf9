"""Splitting at its bounds, with events whose likeness is known: articles of one share half of their weight."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from monitor.dedup.split import Member, Split, _cuts, decide_split, is_due
from monitor.dedup.vector import unit
from monitor.model.story import Vector
from tests.unit.dedup.vectors import cosine, vector_of


def text(**weights: float) -> Vector:
    return unit(vector_of(weights))


def event(name: str, numbers: range, *, common: float = 0.0, words: int = 200) -> list[Member]:
    """Articles that share `name`, a term of their own, and with other events as much as `common` says."""
    return [
        Member(number, words, text(**{name: 1.0, f"own{number}": 1.0, "common": common} if common else {
            name: 1.0, f"own{number}": 1.0
        }))
        for number in numbers
    ]  # fmt: skip


def leaving(members: list[Member], **settings: float) -> tuple[int, ...] | None:
    found = decide_split(members, **settings)  # type: ignore[arg-type] # numbers
    return None if found is None else found.leaving


def test_two_events_of_three_articles_are_two_stories() -> None:
    assert leaving([*event("a", range(1, 4)), *event("b", range(4, 7))]) == (4, 5, 6)
    assert leaving([*event("a", range(1, 4)), *event("b", range(4, 6))]) is None
    assert leaving([*event("a", range(1, 3)), *event("b", range(3, 7))]) is None


def test_the_group_of_the_oldest_stays_whichever_is_larger() -> None:
    large, small = event("a", range(1, 7)), event("b", range(10, 13))
    assert leaving([*large, *small]) == (10, 11, 12)
    assert leaving([*small, *large]) == (1, 2, 3, 4, 5, 6)
    mixed = [small[0], large[0], small[1], large[1], small[2], large[2]]
    assert leaving(mixed) == (1, 2, 3)


def test_each_group_gets_its_centre_and_the_reason_says_how_alike_they_are() -> None:
    found = decide_split([*event("a", range(1, 4)), *event("b", range(4, 8))])
    assert isinstance(found, Split)
    assert cosine(found.staying_centre, text(a=3, own1=1, own2=1, own3=1)) == pytest.approx(1)
    assert cosine(found.leaving_centre, text(b=4, own4=1, own5=1, own6=1, own7=1)) == pytest.approx(1)
    assert found.reason.code == "split"
    assert found.reason.text == ("4 articles are about something else: 0.00 as alike to the others as among themselves")


def test_how_alike_is_measured_by_the_likeness_within() -> None:
    """With `common` c, articles of one event are (1 + c²) / (2 + c²) alike, those of two c² / (2 + c²)."""
    members = [*event("a", range(1, 5), common=1.0), *event("b", range(5, 9), common=1.0)]
    found = decide_split(members)
    assert found is not None
    assert "0.50 as alike" in found.reason.text
    assert leaving(members, ratio=0.51) == (5, 6, 7, 8)
    assert leaving(members, ratio=0.49) is None
    nearer = [*event("a", range(1, 5), common=1.2), *event("b", range(5, 9), common=1.2)]  # 1.44 / 2.44
    assert leaving(nearer) is None
    assert leaving(nearer, ratio=0.6) == (5, 6, 7, 8)
    apart = [*event("a", range(1, 4)), *event("b", range(4, 7))]
    assert leaving(apart, ratio=0.01) == (4, 5, 6)
    assert leaving(apart, ratio=0.0) is None


def test_forty_words_can_show_a_difference() -> None:
    assert leaving([*event("a", range(1, 4), words=40), *event("b", range(4, 7), words=40)]) == (4, 5, 6)
    assert leaving([*event("a", range(1, 4), words=39), *event("b", range(4, 7))]) is None
    assert leaving([*event("a", range(1, 4), words=39), *event("b", range(4, 7))], min_words=39) == (4, 5, 6)


def test_headlines_go_with_the_group_that_they_are_like() -> None:
    short = event("b", range(20, 22), words=5)
    assert leaving([*event("a", range(1, 4)), *short, *event("b", range(4, 7))]) == (20, 21, 4, 5, 6)


def test_what_is_like_neither_stays() -> None:
    stray = Member(30, 5, text(stray=1.0))
    small, large = event("a", range(1, 4)), event("b", range(4, 12))
    assert leaving([*small, stray, *large]) == (4, 5, 6, 7, 8, 9, 10, 11)
    assert leaving([*large, stray, *small]) == (1, 2, 3)
    assert leaving([small[0], *large, stray, *small[1:]]) == (4, 5, 6, 7, 8, 9, 10, 11)
    assert leaving([large[0], *small, stray, *large[1:]]) == (1, 2, 3)
    faint = Member(40, 5, text(a=1.0, other=3.0))
    assert leaving([faint, *large, *small]) == (4, 5, 6, 7, 8, 9, 10, 11)


def test_articles_with_nothing_in_common_are_no_event() -> None:
    strays = [Member(n, 200, text(**{f"stray{n}": 1.0, f"more{n}": 1.7, f"rest{n}": n / 7})) for n in range(1, 5)]
    for some in (strays[:3], strays):
        assert leaving([*some, *event("a", range(10, 14))]) is None


def test_articles_are_grouped_by_their_average_likeness() -> None:
    """Against the definition: in turn, the two groups are joined whose members are most alike on average."""
    for seed in range(20):
        table = np.random.default_rng(seed).random((9, 9))
        alike = table + table.T
        np.fill_diagonal(alike, 0.0)
        groups = [[index] for index in range(9)]
        for cut in _cuts(alike):
            while len(groups) > len(cut):
                a, b = max(combinations(groups, 2), key=lambda pair: alike[np.ix_(*pair)].mean())
                groups = [each for each in groups if each not in (a, b)] + [a + b]
            assert sorted(map(sorted, cut)) == sorted(map(sorted, groups))
        assert len(groups) == 2


def test_the_latest_sixty_texts_are_compared() -> None:
    old, new = event("a", range(1, 4)), event("b", range(100, 157))
    assert leaving([*old, *new]) == tuple(range(100, 157))
    assert leaving([*old, *new, *event("b", range(157, 158))]) is None


def test_a_few_strays_hide_no_split() -> None:
    two = [*event("a", range(1, 4)), *event("b", range(4, 7))]
    strays = [Member(50 + n, 200, text(**{f"stray{n}": 1.0})) for n in range(5)]
    assert {4, 5, 6} <= set(leaving([*two, *strays[:4]]) or ())
    assert leaving([*two, *strays]) is None


@pytest.mark.parametrize(
    ("size", "due"), [(5, False), (6, True), (7, False), (8, True), (38, True), (50, True), (66, True)]
)
def test_stories_are_looked_at_by_a_third_more(size: int, *, due: bool) -> None:
    assert is_due(size) is due
