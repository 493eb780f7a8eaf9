"""Copies at their thresholds, with texts made of numbered shingles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from monitor.dedup.copies import Copy, CopySettings, Original, Series, decide_copy, guard
from monitor.model.reasons import Reason
from monitor.model.story import NO_TERMS, CopyCandidate, Prepared


def text(shingles: Iterable[int], *, words: int = 100) -> Prepared:
    hashes = np.array(sorted(shingles), dtype=np.uint32)
    return Prepared("en", "", words, hashes, (), frozenset(), frozenset(), frozenset(), NO_TERMS)


def candidate(number: int, prepared: Prepared, *, group: int | None = None) -> CopyCandidate:
    return CopyCandidate(number, number if group is None else group, "s", 10 * number, prepared)


def decide(article: Prepared, *candidates: CopyCandidate) -> Copy | Series | Original:
    return decide_copy(article, candidates)


TEN = text(range(10))


def test_nothing_alike_is_an_original() -> None:
    original = Original(Reason("original", "no earlier text says the same"))
    assert decide(TEN) == decide(TEN, candidate(1, text(range(100, 110)))) == original
    assert (original.kin, original.score) == (None, 0.0)


def test_what_a_copy_is_called() -> None:
    reason = Reason("copy", "100% of the text stands in an earlier article")
    assert decide(TEN, candidate(2, TEN, group=1)) == Copy(1, 1.0, reason)
    most = decide(TEN, candidate(1, text(range(3, 13))))
    assert most == Copy(1, 0.7, Reason("copy", "70% of the text stands in an earlier article"))
    third = decide(text(range(9)), candidate(1, text([*range(6), *range(50, 53)])))
    assert third == Copy(1, 0.667, Reason("copy", "67% of the text stands in an earlier article"))


@pytest.mark.parametrize(("common", "copied"), [(5, True), (4, False)])
def test_half_of_the_smaller_text_is_a_copy(common: int, *, copied: bool) -> None:
    other = text([*range(common), *range(50, 60 - common)])
    assert isinstance(decide(TEN, candidate(1, other)), Copy) is copied


def test_a_short_piece_of_a_long_text_is_a_copy() -> None:
    assert isinstance(decide(TEN, candidate(1, text(range(500)))), Copy)


def test_a_text_that_is_more_than_half_new_is_an_expansion() -> None:
    long = text(range(100))
    reason = Reason("expansion", "contains an earlier text, but 60% of it is new")
    assert decide(long, candidate(1, text(range(40)))) == Original(reason, 1, 1.0)
    assert isinstance(decide(long, candidate(1, text(range(50)))), Copy)
    partly = decide(long, candidate(3, text([*range(30), *range(500, 510)])))
    assert partly == Original(Reason("expansion", "contains an earlier text, but 70% of it is new"), 3, 0.75)


@pytest.mark.parametrize(("words", "compared"), [(29, False), (30, True)])
def test_thirty_words_are_compared(words: int, *, compared: bool) -> None:
    assert isinstance(decide(TEN, candidate(1, text(range(10), words=words))), Copy) is compared
    found = decide(text(range(10), words=words), candidate(1, TEN))
    assert isinstance(found, Copy) is compared
    if not compared:
        assert found == Original(Reason("tiny", "29 words are too few to compare"))


def test_an_article_without_a_text_of_its_own_is_not_compared() -> None:
    found = decide(text([], words=0), candidate(1, TEN))
    reason = Reason("notice", "no text of its own: none, or one that has no word of the headline")
    assert found == Original(reason)
    assert decide(TEN, candidate(1, text([], words=0))) == Original(Reason("original", "no earlier text says the same"))


def test_an_earlier_text_without_words_to_compare_is_like_none() -> None:
    assert decide(TEN, candidate(1, text([]))) == Original(Reason("original", "no earlier text says the same"))


def test_the_one_that_has_most_of_it_is_named() -> None:
    part, whole = candidate(1, text(range(8))), candidate(2, text(range(12)))
    for order in ((part, whole), (whole, part)):
        found = decide(TEN, *order)
        assert isinstance(found, Copy)
        assert found.of == 2


def test_of_two_that_have_as_much_the_smaller_one_is_named() -> None:
    lean, fat = candidate(1, text(range(8))), candidate(2, text([*range(8), 50, 51, 52]))
    for order in ((lean, fat), (fat, lean)):
        found = decide(TEN, *order)
        assert isinstance(found, Copy)
        assert found.of == 1


def test_what_many_groups_have_weighs_little() -> None:
    """Six of ten shingles are boilerplate that three groups have: they weigh two in all."""
    boilerplate = range(6)
    groups = [candidate(n, text([*boilerplate, *range(100 * n, 100 * n + 4)])) for n in (1, 2, 3)]
    assert isinstance(decide(TEN, groups[0]), Copy)
    assert decide(TEN, *groups) == Original(Reason("original", "no earlier text says the same"))
    # Members of one group count once.
    same = [replace(each, group=1) for each in groups]
    assert isinstance(decide(TEN, *same), Copy)


def test_what_one_group_of_several_has_weighs_in_full() -> None:
    half = candidate(1, text([*range(5), *range(50, 55)]))
    strangers = [candidate(n, text([9, *range(100 * n, 100 * n + 9)])) for n in (2, 3)]
    assert isinstance(decide(TEN, half, *strangers), Copy)


# --- corrections ----------------------------------------------------------------------------------------------------


def figures(**numbers: str) -> dict[int, str]:
    return {ord(place): number for place, number in numbers.items()}


def test_another_number_in_the_same_place_is_a_correction() -> None:
    old = replace(TEN, figures=figures(a="3", b="1", c="2", d="9"))
    new = replace(TEN, figures=figures(a="4", b="5", c="6", d="8"))
    text = "repeats an earlier text with other numbers: 5 instead of 1; 6 instead of 2; 4 instead of 3"
    assert decide(new, candidate(7, old, group=1)) == Original(Reason("correction", text), 7, 1.0)
    assert isinstance(decide(replace(TEN, figures=figures(z="4")), candidate(7, old)), Copy)


# --- series ---------------------------------------------------------------------------------------------------------


def numbered(*numbers: str) -> Prepared:
    return replace(TEN, numbers=frozenset(numbers))


@pytest.mark.parametrize(
    ("a", "b", "series"),
    [
        (("1", "2", "3"), ("1", "8", "9"), True),
        (("1", "2", "3", "4"), ("1", "2", "8", "9"), False),  # half of them
        (("1", "2", "3"), ("1", "2", "9"), False),
        (("1", "2", "3"), ("4", "5", "6", "1", "7", "8"), True),
        (("1", "2"), ("7", "8", "9"), False),
        (("1", "2", "3"), ("8", "9"), False),
    ],
)
def test_numbers_that_disagree_make_a_series(a: tuple[str, ...], b: tuple[str, ...], *, series: bool) -> None:
    for one, other in ((a, b), (b, a)):
        found = guard(numbered(*one), numbered(*other), CopySettings())
        assert (found is not None) is series
        assert found is None or found.code == "series-numbers"


def test_the_share_of_numbers_is_that_of_the_shorter_list() -> None:
    reason = guard(numbered("1", "2", "3"), numbered("1", "7", "8", "9"), CopySettings())
    assert reason == Reason("series-numbers", "the same wording, but only 33% of the numbers agree")


def about(*subjects: str, names: tuple[str, ...] = ()) -> Prepared:
    return replace(TEN, subjects=frozenset(subjects), names=frozenset((*subjects, *names)))


@pytest.mark.parametrize(
    ("a", "b", "series"),
    [
        (about("adlera"), about("corvex"), True),
        (about("adlera"), about("adlera"), False),
        (about("adlera"), about("corvex", names=("adlera",)), False),
        (about("adlera", names=("corvex",)), about("corvex"), False),
        (about("adlera"), about(), False),
        (about(), about(), False),
    ],
)
def test_subjects_that_the_other_does_not_know_make_a_series(a: Prepared, b: Prepared, *, series: bool) -> None:
    for one, other in ((a, b), (b, a)):
        assert (guard(one, other, CopySettings()) is not None) is series


def test_three_subjects_of_each_are_named() -> None:
    reason = guard(about("d", "c", "b", "a"), about("z", "y"), CopySettings())
    assert reason == Reason("series-subject", "the same wording about others: a, b, c / y, z")


def test_a_series_is_like_the_one_that_has_most_of_its_words() -> None:
    mine = replace(TEN, subjects=frozenset({"adlera"}))
    corvex = frozenset({"corvex"})
    more, less = (replace(each, subjects=corvex) for each in (TEN, text([*range(8), *range(50, 52)])))
    reason = Reason("series-subject", "the same wording about others: adlera / corvex")
    for order in ((candidate(1, less), candidate(2, more)), (candidate(2, more), candidate(1, less))):
        assert decide(mine, *order) == Series(2, 1.0, reason)


def test_a_series_says_how_alike_it_is() -> None:
    mine = replace(text(range(9)), subjects=frozenset({"adlera"}))
    other = replace(text([*range(6), *range(50, 53)]), subjects=frozenset({"corvex"}))
    found = decide(mine, candidate(1, other))
    assert isinstance(found, Series)
    assert found.score == 0.667


def test_a_copy_beside_a_series_is_a_copy() -> None:
    mine = replace(TEN, subjects=frozenset({"adlera"}))
    other = replace(TEN, subjects=frozenset({"corvex"}))
    found = decide(mine, candidate(1, other), candidate(2, TEN))
    assert isinstance(found, Copy)
    assert found.of == 2
