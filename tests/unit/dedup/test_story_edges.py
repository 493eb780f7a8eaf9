"""Stories at their thresholds, with vectors whose likeness is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from monitor.dedup.story import (
    CENTROID_TERMS,
    Join,
    Merge,
    Open,
    StorySettings,
    centre,
    decide_merge,
    decide_story,
    differs,
    grown,
    index_terms,
    merged,
    opening,
    search_terms,
)
from monitor.dedup.vector import unit
from monitor.model.reasons import Reason
from monitor.model.story import StoryState, Vector
from tests.unit.dedup.vectors import cosine, vector_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def vector(**weights: float) -> Vector:
    return unit(vector_of(weights))


def alike(cosine_with_a: float) -> Vector:
    """A text that is so much like a story about `a`."""
    return vector(a=cosine_with_a, other=sqrt(1 - cosine_with_a**2))


def alike_in_two(cosine_with_both: float) -> Vector:
    """A text that shares two terms with a story about `a` and `b`, and is so much like it."""
    half = cosine_with_both / sqrt(2)
    return vector(a=half, b=half, other=sqrt(1 - cosine_with_both**2))


A, AB = vector(a=1), vector(a=1, b=1)


def story(
    number: int, centroid: Vector = A, *, members: int = 3, last_at: datetime = NOW, title: str = ""
) -> StoryState:
    return StoryState(number, centroid, members, last_at, title=title)


def joins(text: Vector, words: int, *stories: StoryState) -> bool:
    return isinstance(decide_story(text, words, NOW, stories), Join)


@pytest.mark.parametrize(
    ("words", "members", "join"),
    [(0, 2, 0.10), (20, 2, 0.15), (40, 2, 0.20), (400, 9, 0.20), (0, 1, 0.10), (20, 1, 0.18), (40, 1, 0.26)],
)
def test_how_alike_a_text_of_so_many_words_has_to_be(words: int, members: int, join: float) -> None:
    assert StorySettings().join_at(words, members) == pytest.approx(join)
    target = story(1, AB, members=members)
    assert joins(alike_in_two(join + 0.001), words, target)
    assert not joins(alike_in_two(join - 0.001), words, target)


@pytest.mark.parametrize(("words", "merge"), [(0, 0.25), (20, 0.375), (40, 0.5), (400, 0.5)])
def test_how_alike_two_stories_have_to_be(words: int, merge: float) -> None:
    assert StorySettings().merge_at(words) == pytest.approx(merge)
    assert StorySettings().join_at(words) == StorySettings().join_at(words, 2)


def test_the_likeness_that_is_needed_is_enough() -> None:
    exact = StorySettings(join_text=1.0, join_single=1.0)
    assert isinstance(decide_story(A, 40, NOW, [story(1)], exact), Join)


def test_what_is_said_of_a_decision() -> None:
    found = decide_story(alike(0.6), 40, NOW, [story(1)])
    assert found == Join(1, 0.6, Reason("alike", "likeness 0.60 with the story, 0.20 is enough"))
    opened = decide_story(alike(0.12345), 40, NOW, [story(1)])
    text = "best likeness with a story 0.12, 0.20 would be enough"
    assert opened == Open(Reason("opened", text), 0.123)
    nothing = "best likeness with a story 0.00, 0.26 would be enough"
    assert decide_story(A, 40, NOW, []) == Open(Reason("opened", nothing))
    sure = Join(1, 1.0, Reason("contains", "it contains the text of an article of the story"))
    assert decide_story(vector(z=1), 40, NOW, [story(2), story(1)], kin=1) == sure


@pytest.mark.parametrize("hours", [-72, 0, 72])
def test_three_days_either_way_are_close_enough(hours: int) -> None:
    at, second = NOW + hours * HOUR, timedelta(seconds=1 if hours > 0 else -1)
    assert joins(A, 40, story(1, last_at=at))
    assert joins(A, 40, story(1, last_at=at + second)) is (hours == 0)


def test_forty_words_are_a_text() -> None:
    title, others = "Corvex names finance chief", "Adlera names finance chief"
    assert joins(A, 40, story(1))
    assert not joins(A, 39, story(1)), "one term in common"
    assert joins(AB, 39, story(1, AB))
    named = story(1, AB, title=others)
    assert isinstance(decide_story(AB, 39, NOW, [named], title=title), Open)
    assert isinstance(decide_story(AB, 40, NOW, [named], title=title), Join)
    german = replace(named, title="Amtsgericht Adlera: Urteil nach Unfall")
    urteil = "Amtsgericht Corvex: Urteil nach Unfall"
    assert isinstance(decide_story(AB, 39, NOW, [german], title=urteil, language="de"), Open)
    assert isinstance(decide_story(AB, 39, NOW, [german], title=urteil), Join)


def test_a_teaser_shares_two_terms_and_one_of_them_is_of_its_headline() -> None:
    teaser = vector(strike=1, mine=1, pay=1)

    def joins_with(centroid: Vector) -> bool:
        return isinstance(decide_story(teaser, 20, NOW, [story(1, centroid)], title="Strike at the mine"), Join)

    assert joins_with(vector(strike=1, pay=1))
    assert joins_with(vector(strike=1, mine=1))
    assert not joins_with(vector(strike=1)), "one term, though of the headline"
    assert not joins_with(vector(pay=1, other=0.1)), "no term of the headline"


def test_the_likest_of_those_that_share_enough_is_taken() -> None:
    text = vector(a=3, b=1, c=1)
    likest = Join(2, 0.905, Reason("alike", "likeness 0.90 with the story, 0.20 is enough"))
    assert decide_story(text, 400, NOW, [story(1, vector(b=1)), story(2), story(3, vector(c=1))]) == likest
    short = decide_story(text, 0, NOW, [story(1), story(2, vector(b=1, c=1, d=3))])
    assert isinstance(short, Join)
    assert short.story == 2
    assert not joins(vector(z=1), 400, story(1), story(2))


def test_the_size_of_the_story_that_is_likest_counts() -> None:
    small, large = story(1, members=1), story(2, vector(b=1), members=5)
    text = vector(a=0.25, b=0.2, other=0.947)
    assert isinstance(decide_story(text, 40, NOW, [small, large]), Open)
    assert isinstance(decide_story(text, 40, NOW, [replace(small, members=2), large]), Join)


def test_a_series_is_left_out_and_kin_has_to_be_there() -> None:
    found = decide_story(A, 40, NOW, [story(1), story(2, vector(a=1, b=0.1))], series=1)
    assert isinstance(found, Join)
    assert found.story == 2
    elsewhere = decide_story(A, 40, NOW, [story(1)], kin=9)
    assert isinstance(elsewhere, Join)
    assert elsewhere.reason.code == "alike"


# --- merging --------------------------------------------------------------------------------------------------------


def merge(joined: StoryState, text: Vector, words: int, *stories: StoryState, language: str = "") -> Merge | None:
    return decide_merge(joined, text, words, stories, language=language)


def test_the_older_of_two_takes_the_other() -> None:
    text = "a later article is close to both; their likeness is 0.60"
    expected = Merge(3, 7, 0.6, Reason("merged", text))
    assert merge(story(3, alike(0.6)), A, 40, story(7)) == expected
    assert merge(story(7, alike(0.6)), A, 40, story(3)) == expected
    rounded = merge(story(3, alike(0.61234)), A, 40, story(7))
    assert rounded is not None
    assert rounded.score == 0.612


def test_the_likest_of_several_is_merged() -> None:
    joined = story(1)
    found = merge(joined, A, 40, story(2, alike(0.6)), story(3, alike(0.9)), story(4, alike(0.7)), joined)
    assert found is not None
    assert (found.into, found.other, found.score) == (1, 3, 0.9)


def test_the_article_has_to_be_close_to_the_other_and_the_stories_to_each_other() -> None:
    joined = story(1)
    assert merge(joined, alike(0.201), 40, story(2)) is not None
    assert merge(joined, alike(0.199), 40, story(2)) is None
    assert merge(joined, A, 40, story(2, alike(0.501))) is not None
    assert merge(joined, A, 40, story(2, alike(0.499))) is None
    assert merge(joined, A, 20, story(2, alike(0.376))) is not None
    assert merge(joined, A, 20, story(2, alike(0.374))) is None
    far = story(3, vector(z=1))
    assert merge(joined, A, 40, far) is None
    found = merge(joined, A, 40, far, story(2))
    assert found is not None
    assert found.other == 2


def test_two_that_are_as_alike_as_needed_are_one() -> None:
    exact = StorySettings(join_text=1.0, merge_text=1.0)
    assert decide_merge(story(1), A, 40, [story(2)], exact) is not None


def test_stories_three_days_apart_may_be_one() -> None:
    for hours in (-72, 72):
        at, second = NOW + hours * HOUR, timedelta(seconds=hours // 72)
        assert merge(story(1), A, 40, story(2, last_at=at)) is not None
        assert merge(story(1), A, 40, story(2, last_at=at + second)) is None


def test_what_was_set_apart_stays_apart_both_ways() -> None:
    assert merge(replace(story(1), apart=frozenset({2})), A, 40, story(2), story(3)) == merge(story(1), A, 40, story(3))
    assert merge(story(1), A, 40, replace(story(2), apart=frozenset({1}))) is None
    assert merge(replace(story(1), apart=frozenset({9})), A, 40, replace(story(2), apart=frozenset({9}))) is not None


def test_a_headline_of_a_series_makes_no_two_stories_one() -> None:
    one, other = story(1, title="Adlera names finance chief"), story(2, title="Corvex names finance chief")
    assert merge(one, A, 39, other) is None
    assert merge(one, A, 40, other) is not None
    assert merge(one, A, 39, replace(other, title="Adlera sacks finance chief")) is not None
    one, other = (
        replace(each, title=f"Amtsgericht {name}: Urteil nach Unfall") for each, name in ((one, "A1"), (other, "B2"))
    )
    assert merge(one, A, 39, other, language="de") is None
    assert merge(one, A, 39, other) is not None


# --- centres --------------------------------------------------------------------------------------------------------


def test_votes_weigh_what_they_count() -> None:
    x, y = vector(x=1), vector(y=1)
    assert cosine(grown(x, 3, y), vector(x=3, y=1)) == pytest.approx(1)
    assert cosine(centre([x, x, y]), vector(x=2, y=1)) == pytest.approx(1)
    both = merged(story(1, x, members=3), story(2, y, members=2))
    assert cosine(both, vector(x=3, y=2)) == pytest.approx(1)


def test_a_centre_keeps_its_heaviest_terms_and_length_one() -> None:
    many = unit(vector_of({f"w{n}": float(n) for n in range(1, 301)}))
    for found in (opening(many), grown(many, 1, many), centre([many]), merged(story(1, many), story(2, many))):
        assert len(found.terms) == CENTROID_TERMS
        assert cosine(found, found) == pytest.approx(1)
    rising = unit(vector_of({f"w{n}": float(n) for n in range(151, 301)}))
    assert cosine(opening(many), rising) == pytest.approx(1)


def test_terms_for_looking_up_are_the_heaviest() -> None:
    many = vector_of({f"w{n}": float(n) for n in range(1, 31)})
    assert sorted(search_terms(many).weights) == list(range(19, 31))
    assert sorted(index_terms(many).weights) == list(range(11, 31))
    assert sorted(search_terms(many, 2).weights) == sorted(index_terms(many, 2).weights) == [29, 30]


@pytest.mark.parametrize(("changed", "expected"), [(0, False), (2, False), (3, True), (20, True)])
def test_more_than_a_tenth_of_the_terms_is_another_place(changed: int, *, expected: bool) -> None:
    before = unit(vector_of({f"w{n}": 1.0 for n in range(20)}))
    after = unit(vector_of({f"w{n}" if n >= changed else f"new{n}": 1.0 for n in range(20)}))
    assert differs(after, before) is expected


def test_a_centre_that_only_grew_is_measured_by_what_it_was() -> None:
    small, large = vector_of(dict.fromkeys("abcde", 1.0)), vector_of(dict.fromkeys("abcdefghij", 1.0))
    assert not differs(large, small)
    assert differs(small, large)
