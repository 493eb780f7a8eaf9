"""Headlines word by word: which difference makes them two pieces of news, and which does not."""

from __future__ import annotations

import pytest

from monitor.dedup.headline import about_others


@pytest.mark.parametrize(
    ("language", "one", "other", "others"),
    [
        # two words of a frame, and names in the same places
        ("en", "Adlera sues again", "Corvex sues again", True),
        ("en", "Adlera sues", "Corvex sues", False),
        ("en", "Talks on Adlera", "Talks on Corvex", True),  # the first word may have a capital anyway
        ("en", "talks on Adlera", "Talks on Corvex", True),
        ("en", "New talks", "New talks", False),
        ("en", "New Adlera talks with Tarnik", "New Adlera talks with Corvex", False),  # the second word is a name
        ("en", "Police talks on Adlera", "police talks on Corvex", True),
        # numbers that stay are no frame
        ("en", "Adlera 3 up", "Corvex 3 up", False),
        ("en", "3 sue Adlera", "3 sue Corvex", True),
        # one that says more, or says it otherwise
        ("en", "Adlera sues again", "Corvex sues again today", False),
        ("en", "Adlera sues again and wins", "Corvex sues again and loses", False),
        ("en", "Adlera sues them again", "Corvex sues him again", False),
        ("en", "Adlera of old sues again", "Corvex of old sues again", True),
        ("en", "Adlera sues Tarnik again", "Corvex sues Mursal again", True),
        ("en", "Adlera sues Tarnik again", "Corvex sues Tarnik again", False),  # a name in common
        # two ways to write one name
        ("en", "Adlera Group sues again", "Adlera sues again", False),
        ("en", "Adleras sues again", "Adlera sues again", False),
        ("en", "United Nations sue again", "UN sue again", False),
        ("en", "UN sue again", "United Nations sue again", False),
        ("en", "Nor Adlera sues again", "NorAdlera sues again", False),
        ("en", "UX sue again", "United Nations sue again", True),
        ("en", "Chinese sue again", "China sue again", False),
        ("en", "Chilean sue again", "China sue again", True),
        ("en", "Karela sue again", "Karilo sue again", True),  # three of six letters
        ("en", "Karela sue again", "Karemo sue again", False),  # four of six
        # numbers
        ("en", "Index up 12 points", "Index up 13 points", True),
        ("en", "Index up 12 points", "Index up 12 points", False),
        ("en", "Index up 1234 points", "Index up 1235 points", True),
        ("en", "Index up 12 points", "Index up 123 points", False),  # one begins as the other does
        ("en", "Adlera up 12 points", "Corvex up 13 points", True),
        # in German a noun in common is none, and a number alone says nothing
        ("de", "Unfall in Adlera: Ein Urteil", "Unfall in Corvex: Ein Urteil", True),
        ("en", "Unfall in Adlera: Ein Urteil", "Unfall in Corvex: Ein Urteil", False),
        ("de", "Unfall: Urteil nach 3 Jahren", "Unfall: Urteil nach 5 Jahren", False),
        ("de", "Index steigt um 12", "Index steigt um 13", True),
        ("nds", "Unfall in Adlera: Ein Urteil", "Unfall in Corvex: Ein Urteil", True),
        ("", "Unfall in Adlera: Ein Urteil", "Unfall in Corvex: Ein Urteil", False),
        ("de", "Unfall in 3: Ein Urteil", "Unfall in Corvex: Ein Urteil", False),
    ],
)
def test_two_headlines(language: str, one: str, other: str, *, others: bool) -> None:
    assert about_others(one, other, language) is others
    assert about_others(other, one, language) is others


def test_without_words_there_is_nothing_to_tell() -> None:
    assert not about_others("", "Adlera sues again")
    assert not about_others("", "")


def test_common_words_of_a_very_long_headline_are_compared_too() -> None:
    assert about_others("Adlera" + " sues and" * 110, "Corvex" + " sues and" * 110, "en")
