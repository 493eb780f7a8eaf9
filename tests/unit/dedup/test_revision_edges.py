"""Where an edit begins to tell something, and when a page is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.dedup.revision import (
    Immaterial,
    Material,
    Reading,
    Unchanged,
    Version,
    decide_revision,
    is_breaking,
    next_reading,
    readable_diff,
    same_words,
    unfinished,
)
from monitor.model.article import TextState
from monitor.model.reasons import Reason

SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TITLE = "one two three four five six seven eight"


def words(count: int, stem: str = "w") -> str:
    return " ".join(f"{stem}{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(count))


def version(title: str = TITLE, lead: str = "", text: str = "") -> Version:
    return Version(title, lead, text)


# --- the same words -------------------------------------------------------------------------------------------------


def test_words_are_the_same_where_they_stand_in_the_same_part() -> None:
    assert same_words(version("A", "b", "c"), version("a!", "B.", "  c"))
    assert same_words(version("broken \ud800 letter"), version("Broken \ud800, letter"))
    parts = [version("a b"), version("a", "b"), version("a", "", "b"), version("a")]
    assert [[same_words(one, other) for other in parts] for one in parts] == [
        [one is other for other in parts] for one in parts
    ]


def test_the_same_words_are_no_change() -> None:
    assert decide_revision(version(text="A b, c."), version(text="a B c")) == Unchanged(
        Reason("unchanged", "the same words")
    )


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "listed"),
    [
        (version("3 dead"), version("5 dead"), "3, 5"),
        (version("dead", "3 hurt"), version("dead", "hurt"), "3"),
        (version("dead", "hurt"), version("dead", "4 hurt of 7"), "4, 7"),
        (version("1 9 dead", "2"), version("1 dead", "2"), "9"),
    ],
)
def test_numbers_in_title_or_lead_are_told(old: Version, new: Version, listed: str) -> None:
    assert decide_revision(old, new) == Material(Reason("numbers", f"numbers in title or lead changed: {listed}"))


def test_a_number_that_moves_from_title_to_lead_is_none() -> None:
    text = words(40)
    decided = decide_revision(version(f"{TITLE} 3", "in all", text), version(TITLE, "3 in all", text))
    assert isinstance(decided, Immaterial)


# --- titles ---------------------------------------------------------------------------------------------------------


def test_half_of_the_title_may_stay() -> None:
    half = "one two three four x y z w"
    more = "one two three four five y z w"
    assert decide_revision(version(), version(half)) == Material(Reason("title", f"the title was “{TITLE}”"))
    assert isinstance(decide_revision(version(), version(more)), Immaterial)


def test_two_titles_without_words_are_the_same_one() -> None:
    assert isinstance(decide_revision(version("…", text="a b"), version("—", text="a c b d")), Material | Immaterial)
    decided = decide_revision(version("…", text=words(40)), version("!", text=words(40) + " more"))
    assert decided.reason.code == "edited"


# --- the text -------------------------------------------------------------------------------------------------------


def corrected(length: int, was: str = "31", now: str = "37") -> str:
    """The code when a number in a text of so many words was corrected."""
    frame = f"cost {{}} million {words(length - 3)}"
    return decide_revision(version(text=frame.format(was)), version(text=frame.format(now))).reason.code


def test_corrections_count_from_thirty_words_on() -> None:
    assert corrected(30) == "correction"
    assert corrected(29) != "correction"


def test_a_correction_names_three_numbers() -> None:
    frame = " ".join(f"{words(8, stem)} {{}} {words(8, stem.upper())}" for stem in "abcd")
    decided = decide_revision(version(text=frame.format(1, 2, 3, 4)), version(text=frame.format(5, 6, 7, 8)))
    assert decided == Material(Reason("correction", "numbers were corrected: 1 became 5, 2 became 6, 3 became 7"))


def test_the_lead_counts_for_the_length_and_not_for_corrections() -> None:
    long_lead = version(lead=words(30), text="cost 31 million")
    assert decide_revision(long_lead, replace(long_lead, text="cost 37 million")).reason.code == "correction"


def share(old: str, new: str) -> Reason:
    return decide_revision(version(text=old), version(text=new)).reason


def test_three_tenths_of_new_text_are_material() -> None:
    base = words(73)  # 70 passages of four words
    assert share(base, f"{base} {words(30, 'n')}") == Reason("text", "30% of the text is new")
    assert share(base, f"{base} {words(29, 'n')}") == Reason(
        "edited", "29% of the text is new, the numbers in title and lead are the same"
    )


def test_passages_are_four_words_or_all_there_are() -> None:
    assert share("a b c", "c b a").text.startswith("100%")
    assert share("a b c d", "a b c e").text.startswith("100%")
    assert share("a b c d e", "a b c d f").text.startswith("50%")
    assert share("a b c d e f", "a b c d e g").text.startswith("33%")
    assert share("a b c d e", "a b").text.startswith("0%")
    assert share("a b c d e", "x y").text.startswith("100%")
    assert share("a b c", "a").text.startswith("0%")
    assert share("a b c d", "b c").text.startswith("0%")
    assert share("a b", "a b c").text.startswith("50%")
    assert share("a", "a b").text.startswith("50%")
    assert share("", "a b").text.startswith("100%")
    assert share("a b", "").text.startswith("0%")


def test_what_moves_between_lead_and_text_is_not_new() -> None:
    old, new = version(lead="a b c d", text="e f g h"), version(lead="", text="a b c d e f g h")
    assert decide_revision(old, new).reason.text.startswith("0%")


# --- how it reads ---------------------------------------------------------------------------------------------------


def test_an_edit_is_shown_with_two_sentences_around_it() -> None:
    old = version("t", "lead", "1\n2\n\n3\n4\n5\n6\n7\n8")
    new = replace(old, text="1\n2\n3\n4\nfive\n6\n7\n8\n")
    assert readable_diff(old, new).splitlines() == [" 3", " 4", "-5", "+five", " 6", " 7"]


def test_of_a_long_block_only_the_sentence_is_shown_that_changed() -> None:
    text = "It sank at 3 o’clock. “We left,” he said. {} were saved! Rain fell… The wind grew. "
    text += "Night came. {} ships sailed."
    old, new = version("t", "", text.format(29, 1)), version("t", "", text.format(31, 2))
    assert readable_diff(old, new).splitlines() == [
        " It sank at 3 o’clock.", " “We left,” he said.", "-29 were saved!", "+31 were saved!", " Rain fell…",
        " The wind grew.", " Night came.", "-1 ships sailed.", "+2 ships sailed.",
    ]  # fmt: skip
    far = version("t2", "", text.format(29, 2))
    assert readable_diff(old, far).splitlines()[:5] == [
        "-t",
        "+t2",
        " It sank at 3 o’clock.",
        " “We left,” he said.",
        "...",
    ]
    assert "-被害なし。" in readable_diff(version("t", "", "地震。被害なし。"), version("t", "", "地震。"))


def test_a_lead_that_the_text_repeats_is_shown_once() -> None:
    before, after = version("t", "lead", "lead\nx"), version("t", "lead", "lead\ny")
    assert readable_diff(before, after).count("lead") == 1
    assert " lead" in readable_diff(version("t", "lead", "x"), version("t", "lead", "y"))
    assert readable_diff(version("t"), version("u")).splitlines() == ["-t", "+u"]


# --- reading again --------------------------------------------------------------------------------------------------


SHORT = Reading("Storm", 119, SEEN, 1)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (SHORT, True),
        (replace(SHORT, words=120), False),
        (replace(SHORT, words=120, live=True), True),
        (replace(SHORT, words=120, text_state=TextState.TEASER), True),
        (replace(SHORT, words=120, title="Eilmeldung: Storm"), True),
    ],
)
def test_what_is_likely_to_fill_up(reading: Reading, *, expected: bool) -> None:
    assert unfinished(reading) is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("BREAKING: Storm", True),
        ("The latest live", True),
        ("Now the latest live", False),
        ("Storm +++ Storm", True),
        ("Storm ++ Storm", False),
        ("Alive", False),
    ],
)
def test_a_flash_says_so_in_its_first_three_words(title: str, *, expected: bool) -> None:
    assert is_breaking(title) is expected


@pytest.mark.parametrize(("reads", "minutes"), [(0, None), (1, 5), (2, 20), (3, 90), (4, None)])
def test_three_readings_follow_the_first(reads: int, minutes: int | None) -> None:
    due = None if minutes is None else SEEN + timedelta(minutes=minutes)
    assert next_reading(replace(SHORT, reads=reads), SEEN) == due


def test_a_late_reading_follows_after_a_minute() -> None:
    for late, due in ((3, 5), (4, 5), (6, 7)):
        now = SEEN + timedelta(minutes=late)
        assert next_reading(SHORT, now) == SEEN + timedelta(minutes=due)


def test_a_page_is_young_for_a_day_from_its_publication() -> None:
    second, day = timedelta(seconds=1), timedelta(days=1)
    assert next_reading(SHORT, SEEN + day - second) is not None
    assert next_reading(SHORT, SEEN + day) is None
    older = replace(SHORT, published_at=SEEN - day + second)
    assert next_reading(older, SEEN) is not None
    assert next_reading(replace(older, published_at=SEEN - day), SEEN) is None
    announced = replace(SHORT, published_at=SEEN + day)
    assert next_reading(announced, SEEN + day) is None
