from __future__ import annotations

from monitor.dedup.languages import skeletons
from monitor.dedup.split import Member, decide_split, is_due
from monitor.dedup.vector import unit
from tests.unit.dedup.vectors import vector_of


def members(event: str, first: int, count: int) -> list[Member]:
    """Articles of an event: terms of the place that all share, terms of the event, one of their own."""
    return [
        Member(
            first + n,
            200,
            unit(
                vector_of(
                    {"quake": 1.0, "island": 1.0} | {f"{event}{k}": 1.0 for k in range(8)} | {f"own{first + n}": 1.0}
                )
            ),
        )
        for n in range(count)
    ]


def test_two_look_alike_events_are_split_and_the_oldest_stays() -> None:
    found = decide_split([*members("a", 1, 4), *members("b", 5, 4)])
    assert found is not None
    assert found.leaving == (5, 6, 7, 8)


def test_one_event_stays_one_story() -> None:
    assert decide_split(members("a", 1, 12)) is None


def test_few_or_short_articles_show_nothing() -> None:
    assert decide_split([*members("a", 1, 2), *members("b", 3, 2)]) is None
    short = [Member(each.article_id, 5, each.vector) for each in (*members("a", 1, 4), *members("b", 5, 4))]
    assert decide_split(short) is None


def test_stories_are_looked_at_more_rarely_as_they_grow() -> None:
    assert [size for size in range(1, 30) if is_due(size)] == [6, 8, 10, 13, 17, 22, 29]


def test_names_keep_their_consonants_across_scripts() -> None:
    assert skeletons(["Путин", "Putin", "Poutine"]) == ["ptn"] * 3
