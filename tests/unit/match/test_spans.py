"""Passages as positions: each number below is a word of a text; a sentence has ten words, a paragraph a hundred."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.match.nodes import Unit
from monitor.match.program import Form, Origin
from monitor.match.spans import (
    Distance,
    Hit,
    Span,
    apart,
    gathered,
    in_a_row,
    joined,
    merged,
    nearest,
    pairs,
)
from monitor.match.text import PARAGRAPH_STEP
from monitor.model.match import How

FORM = Form("a", (), Origin((), 0, 1))
OTHER = Form("b", (), Origin((), 0, 1))


def hit(at: int, how: How = How.EXACT, form: Form = FORM) -> Hit:
    return Hit(at, how, form)


def span(first: int, last: int | None = None, *between: int, how: How = How.EXACT) -> Span:
    end = first if last is None else last
    return Span(first, end, tuple(hit(at, how) for at in dict.fromkeys((first, *between, end))))


def spans(*firsts: int) -> list[Span]:
    return [span(first) for first in firsts]


def sentence_of(at: int) -> int:
    return at // 10


def places(found: Sequence[Span]) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in found]


# --- one after another ----------------------------------------------------------------------------------------------


def test_of_several_on_the_same_words_the_most_exact_stays() -> None:
    exact, part = span(4, 5), span(4, 5, how=How.PART_OF)
    assert merged([part, span(1), exact]) == [span(1), exact]
    assert merged([exact, part]) == [exact]
    twin = Span(4, 5, (hit(4, form=OTHER), hit(5, form=OTHER)))
    assert merged([exact, twin]) == [exact]


def test_the_least_exact_word_decides_about_a_passage() -> None:
    mixed = Span(4, 5, (hit(4), hit(5, How.PART_OF)))
    both = span(4, 5, how=How.INFLECTED)
    assert merged([mixed, both]) == [both]


def test_overlaps_go_and_the_longer_of_two_that_begin_together_stays() -> None:
    assert places(apart([span(7), span(1, 3), span(1), span(3, 5), span(4)])) == [(1, 3), (4, 4), (7, 7)]


# --- phrases --------------------------------------------------------------------------------------------------------


def phrase(rows: Sequence[Sequence[int]], gap: int = 0) -> list[tuple[int, ...]]:
    found = in_a_row([[hit(at) for at in row] for row in rows], gap, sentence_of)
    return [tuple(each.at for each in one.hits) for one in found]


@pytest.mark.parametrize(
    ("rows", "gap", "found"),
    [
        ([[1], [2]], 0, [(1, 2)]),
        ([[1], [3]], 0, []),
        ([[1], [3]], 1, [(1, 3)]),
        ([[1], [4]], 1, []),
        ([[2], [1]], 3, []),
        ([[1], [1]], 3, []),
        ([[1, 3], [4]], 3, [(3, 4)]),
        ([[1, 2, 5], [3, 6]], 1, [(2, 3), (5, 6)]),
        ([[1, 4], [2, 5], [3, 6]], 0, [(1, 2, 3), (4, 5, 6)]),
        ([[1], [2], [4]], 0, []),
        ([[9], [10]], 0, []),  # a sentence ends between them
        ([[8], [9], [10]], 0, []),
        ([[1], [2, 3]], 1, [(1, 2), (1, 3)]),
    ],
)
def test_words_of_a_phrase_stand_in_a_row(rows: list[list[int]], gap: int, found: list[tuple[int, ...]]) -> None:
    assert phrase(rows, gap) == found


def test_a_phrase_goes_from_its_first_to_its_last_word() -> None:
    (found,) = in_a_row([[hit(1)], [hit(3)]], 1, sentence_of)
    assert found == Span(1, 3, (hit(1), hit(3)))
    (longer,) = in_a_row([[hit(1)], [hit(2)], [hit(3)]], 0, sentence_of)
    assert (longer.first, longer.last) == (1, 3)


# --- distances ------------------------------------------------------------------------------------------------------


def words_between(left: Span, right: Span, within: Unit, *, ordered: bool = False) -> int | None:
    return Distance(within, sentence_of, ordered=ordered).between(left, right)


@pytest.mark.parametrize(
    ("left", "right", "within", "words"),
    [
        (span(1), span(3), 2, 2),
        (span(3), span(1), 2, 2),
        (span(1), span(4), 2, None),
        (span(1, 2), span(4), 2, 2),
        (span(4), span(1, 2), 2, 2),
        (span(1), span(8), "s", 7),
        (span(9), span(10), "s", None),
        (span(8, 11), span(9), "s", None),  # one of them is in two sentences itself
        (span(9), span(8, 11), "s", None),
        (span(9), span(10), "p", 1),
        (span(1), span(PARAGRAPH_STEP + 1), "p", None),
        (span(5), span(5), 9, None),
        (span(1, 5), span(3), 9, 0),  # between the words of the other
        (span(1, 5), span(5, 7), 9, None),
        (span(5, 7), span(1, 5), 9, None),
        (span(1, 5, 3), span(3), 9, None),
    ],
)
def test_the_words_from_one_passage_to_another(left: Span, right: Span, within: Unit, words: int | None) -> None:
    assert words_between(left, right, within) == words


@pytest.mark.parametrize(
    ("left", "right", "words"), [(span(1), span(2), 1), (span(2), span(1), None), (span(1, 4), span(3), None)]
)
def test_in_order_the_right_one_begins_behind_the_left_one(left: Span, right: Span, words: int | None) -> None:
    assert words_between(left, right, "p", ordered=True) == words


def test_in_order_the_right_one_does_not_begin_on_the_last_word_of_a_pattern() -> None:
    pattern = Span(1, 5, (Hit(1, How.REGEX, FORM, (0, 20)),))  # has one hit, whatever it covers
    assert words_between(pattern, span(5), "p", ordered=True) is None
    assert words_between(pattern, span(6), "p", ordered=True) == 1


def closest(at: Span, others: list[Span], within: Unit = "p") -> Span | None:
    return nearest(at, others, [each.first for each in others], Distance(within, sentence_of, ordered=False).between)


def test_the_nearest_of_both_sides_is_taken() -> None:
    assert closest(span(10), spans(1, 6, 13, 20)) == span(13)
    assert closest(span(10), spans(1, 8, 13)) == span(8)
    assert closest(span(10), spans(8, 12)) == span(8)  # the first of two as near
    assert closest(span(10), spans(1), within=3) is None
    assert closest(span(10), []) is None


def test_one_on_the_same_words_is_passed_over_for_its_neighbours() -> None:
    assert closest(span(10), spans(10, 14)) == span(14)
    assert closest(span(10), spans(3, 10)) == span(3)


def test_eight_neighbours_on_each_side_are_tried() -> None:
    crowd = Span(10, 18, tuple(hit(at) for at in range(10, 19)))
    on_its_words = spans(*range(10, 18))
    assert closest(crowd, [span(1), *on_its_words[:7]]) == span(1)
    assert closest(crowd, [*on_its_words[:7], span(30)]) == span(30)
    assert closest(crowd, [*on_its_words, span(30)]) is None
    wide = Span(1, 18, tuple(hit(at) for at in range(1, 19)))
    ahead = Span(10, 30, (*wide.hits[9:], hit(30)))
    behind = [span(0), *spans(*range(2, 9))]
    shares = [each._replace(hits=(hit(10),)) for each in behind[1:]]
    assert closest(ahead, [behind[0], *shares]) is not None


def test_pairs_go_both_ways() -> None:
    distance = Distance(3, sentence_of, ordered=False)
    assert places(pairs(spans(1, 2), spans(3), distance)) == [(1, 3), (2, 3)]
    assert places(pairs(spans(3), spans(1, 2), distance)) == [(1, 3), (2, 3)]
    assert pairs(spans(1), spans(9), distance) == []
    in_order = Distance(3, sentence_of, ordered=True)
    assert places(pairs(spans(2), spans(1, 3), in_order)) == [(2, 3)]
    assert places(pairs(spans(1, 4), spans(3), in_order)) == [(1, 3)]


def test_joined_passages_have_each_word_once_in_order() -> None:
    assert joined(span(5, 7), span(1, 5)) == Span(1, 7, (hit(1), hit(5), hit(7)))


# --- events ---------------------------------------------------------------------------------------------------------


def together(roles: Sequence[Sequence[Span]], within: Unit = "s") -> list[tuple[int, int]]:
    return places(gathered(roles, within, sentence_of))


@pytest.mark.parametrize(
    ("roles", "within", "found"),
    [
        ([spans(1), spans(3)], "s", [(1, 3)]),
        ([spans(3), spans(1)], "s", [(1, 3)]),
        ([spans(9), spans(10)], "s", []),
        ([spans(9), spans(10)], "p", [(9, 10)]),
        ([spans(1), spans(PARAGRAPH_STEP + 1)], "p", []),
        ([spans(1), spans(4)], 3, [(1, 4)]),
        ([spans(1), spans(5)], 3, []),
        ([spans(1), spans(3), spans(2)], "s", [(1, 3)]),
        ([spans(1), spans(3), spans(12)], "s", []),
        ([spans(1, 2), spans(3)], "s", [(2, 3)]),  # the latest before it
        ([spans(1, 6), spans(3)], "s", [(1, 3), (3, 6)]),
        ([spans(4), spans(4)], "s", []),  # one word for two roles
        ([spans(3, 4), spans(4)], "s", [(3, 4)]),
        ([spans(4), spans(3, 4)], "s", [(3, 4)]),
        ([[span(1, 6)], spans(7)], 6, [(1, 7)]),
        ([[span(1, 6)], spans(7)], 5, []),
        ([[span(8, 11)], spans(12)], "s", []),
        ([spans(1, 12), spans(13)], "s", [(12, 13)]),
        ([spans(1), []], "s", []),
    ],
)
def test_all_roles_meet_on_words_of_their_own(
    roles: list[list[Span]], within: Unit, found: list[tuple[int, int]]
) -> None:
    assert together(roles, within) == found


def test_a_role_gives_way_when_another_needs_its_word() -> None:
    # Both are called Putin; the second role has another word to stand on, the first has not.
    assert together([spans(5), spans(3, 5), spans(6)]) == [(3, 6)]
    assert together([spans(3, 5), spans(5), spans(6)]) == [(3, 6)]
    assert together([spans(1, 2, 3), spans(1, 2, 3), spans(1, 2, 3)]) == [(1, 3)]
    assert together([spans(2, 3), spans(2, 3), spans(2, 3)]) == []


def test_the_role_with_the_fewest_choices_chooses_first() -> None:
    few, many = spans(1, 5), [*spans(2, 3), span(4, 5)]
    assert together([few, many, spans(6)]) == [(3, 6)]
    assert together([many, few, spans(6)]) == [(3, 6)]


def test_passages_come_in_order_of_their_ends() -> None:
    assert together([[span(1, 6)], spans(3)]) == [(1, 6)]
    assert together([[span(1, 6)], spans(3, 7)]) == [(1, 6), (1, 7)]


def test_two_concepts_may_have_the_same_word() -> None:
    namesake = Span(4, 4, (hit(4, form=OTHER),))
    assert together([spans(4), [namesake, span(6)]]) == [(4, 6)]
    assert together([spans(2, 4), [namesake]]) == [(2, 4)]
