from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.dedup.story import (
    Join,
    Merge,
    Open,
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
from monitor.model.story import StoryState, Vector
from tests.unit.dedup.vectors import cosine, vector_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def words(text: str) -> Vector:
    return unit(vector_of(dict.fromkeys(text.split(), 1.0)))


def story(
    number: int, text: str, *, members: int = 3, age: float = 0, apart: Iterable[int] = (), title: str = ""
) -> StoryState:
    return StoryState(number, words(text), members, NOW - timedelta(hours=age), frozenset(apart), title=title)


FERRY = "ferry rock rescue captain harbour"


def test_an_article_joins_the_story_that_it_is_most_like() -> None:
    found = decide_story(words(FERRY), 200, NOW, [story(1, "ferry rock trial judge law"), story(2, FERRY)])
    assert isinstance(found, Join)
    assert (found.story, found.score) == (2, 1.0)


def test_too_little_likeness_opens_a_story() -> None:
    found = decide_story(words(FERRY), 200, NOW, [story(1, "ferry museum bell diver summer bread choir")])
    assert isinstance(found, Open)
    assert 0 < found.score < 0.2
    assert isinstance(decide_story(words(FERRY), 200, NOW, []), Open)


def test_a_story_of_one_article_asks_for_more() -> None:
    text = "ferry a b c d"
    alike = cosine(words(FERRY), words(text))
    assert 0.19 < alike < 0.21
    assert isinstance(decide_story(words(f"{FERRY} b"), 200, NOW, [story(1, text, members=1)]), Join)
    assert isinstance(decide_story(words(FERRY), 200, NOW, [story(1, text, members=1)]), Open)


def test_a_story_that_was_quiet_for_three_days_is_over() -> None:
    assert isinstance(decide_story(words(FERRY), 200, NOW, [story(1, FERRY, age=73)]), Open)


def test_a_headline_needs_two_terms_in_common() -> None:
    assert isinstance(decide_story(words("ferry tickets"), 0, NOW, [story(1, FERRY)]), Open)
    assert isinstance(decide_story(words("ferry rock tickets"), 0, NOW, [story(1, FERRY)]), Join)


def test_a_teaser_needs_a_word_of_its_headline_in_common() -> None:
    stories = [story(1, "ferry read more here", members=1)]
    vector = words("museum read more here")
    assert isinstance(decide_story(vector, 3, NOW, stories, title="Museum"), Open)
    assert isinstance(decide_story(vector, 3, NOW, stories, title="Ferry museum here"), Join)
    # An item without a headline, and a text long enough to be one, are taken as they are.
    assert isinstance(decide_story(vector, 3, NOW, stories), Join)
    assert isinstance(decide_story(vector, 40, NOW, stories, title="Museum"), Join)


def test_a_headline_does_not_join_the_same_words_about_others() -> None:
    stories = [story(1, "adlera names finance chief", title="Adlera names finance chief")]
    vector = words("corvex names finance chief")
    assert isinstance(decide_story(vector, 0, NOW, stories, title="Corvex names finance chief"), Open)
    assert isinstance(decide_story(vector, 300, NOW, stories, title="Corvex names finance chief"), Join)


def test_kin_is_sure_and_a_series_is_excluded() -> None:
    stories = [story(1, "something else"), story(2, FERRY)]
    found = decide_story(words(FERRY), 200, NOW, stories, kin=1)
    assert isinstance(found, Join)
    assert found.story == 1
    assert isinstance(decide_story(words(FERRY), 200, NOW, stories, series=2), Open)
    assert isinstance(decide_story(words(FERRY), 200, NOW, stories, kin=99), Join)


def test_an_article_close_to_two_alike_stories_makes_them_one() -> None:
    found = decide_merge(story(2, FERRY), words(FERRY), 200, [story(1, FERRY), story(2, FERRY), story(3, "other")])
    assert isinstance(found, Merge)
    assert (found.into, found.other) == (1, 2)


def test_stories_set_apart_or_long_quiet_or_unlike_are_not_merged() -> None:
    vector = words(FERRY)
    assert decide_merge(story(2, FERRY, apart=[1]), vector, 200, [story(1, FERRY)]) is None
    assert decide_merge(story(2, FERRY), vector, 200, [story(1, FERRY, apart=[2])]) is None
    assert decide_merge(story(2, FERRY), vector, 200, [story(1, FERRY, age=80)]) is None
    assert decide_merge(story(2, FERRY), vector, 200, [story(1, "ferry museum bell diver summer")]) is None
    assert decide_merge(story(2, FERRY), vector, 200, []) is None


def test_headlines_of_a_series_make_no_two_stories_one() -> None:
    joined, other = story(2, FERRY, title="Corvex names chief"), story(1, FERRY, title="Adlera names chief")
    assert decide_merge(joined, words(FERRY), 0, [other]) is None
    assert decide_merge(joined, words(FERRY), 200, [other]) is not None


def test_a_centre_moves_with_its_votes() -> None:
    old, new = words("ferry rock"), words("ferry port")
    assert cosine(grown(old, 9, new), old) > cosine(grown(old, 1, new), old) > cosine(grown(old, 1, new), words("port"))
    assert cosine(centre([old, new]), merged(story(1, "ferry rock"), story(2, "ferry port"))) > 0.999
    assert cosine(opening(old), old) > 0.999


def test_stories_are_found_by_their_heaviest_terms() -> None:
    vector = unit(vector_of({f"w{n}": float(n) for n in range(1, 40)}))
    assert len(index_terms(vector).terms) == 20
    assert len(search_terms(vector).terms) == 12
    assert not differs(vector, vector)
    assert differs(words("ferry rock"), words("harbour port"))
