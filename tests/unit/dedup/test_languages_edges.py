"""What names and numbers weigh across languages, to the digit."""

from __future__ import annotations

import math

import pytest

from monitor.dedup.languages import Link, LinkCandidate, decide_links, keys_of, link_candidates, skeletons
from monitor.model.reasons import Reason


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("Putin", "ptn"),
        ("ПУТИН", "ptn"),
        ("Schmidt", "smdt"),
        ("Zhukov", "skv"),
        ("Жуков", "skv"),
        ("Kharkiv", "krkv"),
        ("Харків", "krkv"),
        ("Chlebnikov", "klbnkv"),
        ("Christos", "krsts"),
        ("Tschernow", "srnv"),
        ("Philipp", "flp"),
        ("Theodorakis", "tdrks"),
        ("Θεοδωράκης", "tdrks"),
        ("Becker", "bkr"),
        ("Kolář", "klr"),
        ("Otto", ""),
        ("Lee", ""),
        ("", ""),
    ],
)
def test_the_consonants_of_a_name(name: str, sounds: str) -> None:
    assert skeletons([name]) == [sounds]


def test_names_come_by_their_count_and_numbers_by_their_length() -> None:
    assert keys_of({"Karsa": 1, "Velmora": 3, "Tarnik": 2}, ["12", "9200", "7", "34"]) == (
        "vlmr", "trnk", "krs", "9200", "12", "34",
    )  # fmt: skip


def test_names_that_sound_alike_count_together() -> None:
    assert keys_of({"Karsa": 2, "Velmora": 3, "Карса": 2}, []) == ("krs", "vlmr")
    assert keys_of({"Otto": 9, "Lee": 9, "UN": 9, "Bnk": 1}, []) == ("bnk",)
    assert keys_of({}, []) == ()


def test_so_many_of_each_are_kept() -> None:
    names = {f"B{a}d{b}r": 1 for a in "kmnpt" for b in "kmnpt"}
    numbers = [str(number) for number in range(10, 40)]
    assert len(keys_of(names, numbers)) == 32
    assert len(keys_of(names, numbers, limit=2)) == 4
    assert keys_of({}, numbers, limit=2) == ("10", "11")


@pytest.mark.parametrize(("key", "weight"), [("ptn", 0.75), ("ptnk", 1.0), ("12", 0.5), ("123", 1.0), ("5.6", 1.0)])
def test_short_names_and_small_numbers_weigh_less(key: str, weight: float) -> None:
    (candidate,) = link_candidates({key: {1}}, {1: "en"})
    assert candidate == LinkCandidate(1, "en", {key: weight})


def test_a_key_that_many_stories_of_the_language_have_weighs_less() -> None:
    languages = {1: "en", 2: "en", 3: "de", 4: "en", 5: "en"}
    found = link_candidates({"vlmr": {5, 1, 2, 3, 4, 9}, "9200": {1}}, languages)
    assert [each.story for each in found] == [1, 2, 3, 4, 5]
    assert found[0].shared == {"vlmr": pytest.approx(1 / 3), "9200": 1.0}
    assert found[0].score == pytest.approx(4 / 3)
    assert found[2] == LinkCandidate(3, "de", {"vlmr": 1.0})
    two = link_candidates({"vlmr": {1, 2, 4}}, languages)[0]
    assert two.shared["vlmr"] == pytest.approx(1 / (1 + math.log2(3)))


def candidate(story: int, score: float, language: str = "en") -> LinkCandidate:
    return LinkCandidate(story, language, {"key": score})


@pytest.mark.parametrize(
    ("scores", "linked"),
    [
        ((3.0,), [1]),
        ((2.99,), []),
        ((5.0, 4.0), [1]),
        ((5.0, 4.01), []),
        ((4.0, 5.0), [2]),
        ((5.0, 5.0), []),
        ((5.0, 1.0, 4.5), []),
        ((2.0, 1.0), []),
    ],
)
def test_the_best_of_a_language_has_to_be_good_and_clearly_the_best(
    scores: tuple[float, ...], linked: list[int]
) -> None:
    candidates = [candidate(number, score) for number, score in enumerate(scores, start=1)]
    assert [link.story for link in decide_links(candidates)] == linked
    assert [link.story for link in decide_links(candidates[::-1])] == linked


def test_languages_come_in_order_and_do_not_compete() -> None:
    links = decide_links([candidate(1, 9.0, "ru"), candidate(2, 4.0, "de"), candidate(3, 9.0, "fr")])
    assert [link.story for link in links] == [2, 3, 1]
    assert decide_links([]) == ()


def test_a_link_names_its_five_best_keys() -> None:
    shared = {"f": 0.5, "a": 0.75, "c": 1.0, "b": 1.0, "d": 0.75, "e": 0.6}
    (link,) = decide_links([LinkCandidate(4, "en", shared)])
    assert link == Link(4, 4.6, Reason("also-in", "shares names and numbers: b, c, a, d, e"))
    (rounded,) = decide_links([candidate(1, 3.14159)])
    assert rounded.score == 3.14
