from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.dedup.revision import (
    Immaterial,
    Material,
    Reading,
    Unchanged,
    Version,
    decide_revision,
    next_reading,
    readable_diff,
)
from monitor.model.article import TextState

BODY = " ".join(f"word{n} follows word{n + 1}" for n in range(60))
OLD = Version("Three dead after storm in Estavia", "At least 3 people died.", BODY)
SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_case_spacing_and_punctuation_are_no_change() -> None:
    new = Version(OLD.title.upper(), "At least 3 people died", BODY.replace(" ", "  "))
    assert isinstance(decide_revision(OLD, new), Unchanged)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (Version(OLD.title, "At least 5 people died.", BODY), "numbers"),
        (Version("Government resigns over warning system", OLD.lead, BODY), "title"),
        (Version(OLD.title, OLD.lead, BODY + " ".join(f"fresh{n}" for n in range(120))), "text"),
    ],
)
def test_what_brings_news_is_material(new: Version, code: str) -> None:
    decided = decide_revision(OLD, new)
    assert isinstance(decided, Material)
    assert decided.reason.code == code


def test_a_corrected_word_is_immaterial() -> None:
    assert isinstance(decide_revision(OLD, Version(OLD.title, OLD.lead, BODY.replace("word7 ", "ward7 "))), Immaterial)


def test_the_difference_reads_line_by_line() -> None:
    diff = readable_diff(Version("t", "", "one\ntwo"), Version("t", "", "one\nthree"))
    assert "-two" in diff
    assert "+three" in diff
    assert readable_diff(OLD, OLD) == ""


@pytest.mark.parametrize(("reads", "minutes"), [(1, 5), (2, 20), (3, 90)])
def test_a_flash_is_read_again(reads: int, minutes: int) -> None:
    assert next_reading(Reading("+++ Eil +++ Storm", 400, SEEN, reads), SEEN) == SEEN + timedelta(minutes=minutes)


def test_only_unfinished_young_pages_are_read_again() -> None:
    assert next_reading(Reading("Storm", 400, SEEN, 1), SEEN) is None
    assert next_reading(Reading("Storm", 40, SEEN, 4), SEEN) is None
    assert next_reading(Reading("Storm", 40, SEEN, 1), SEEN + timedelta(days=1)) is None
    assert next_reading(Reading("Storm", 40, SEEN, 1, published_at=SEEN - timedelta(days=2)), SEEN) is None
    partly = Reading("Storm", 400, SEEN, 1, text_state=TextState.TEASER)
    late = SEEN + timedelta(hours=1)
    assert next_reading(partly, late) == late + timedelta(minutes=1)


def test_a_number_corrected_deep_in_the_text_is_material() -> None:
    text = "The bridge over the Ulme stays closed until autumn, the district said. " * 3 + "It cost {} million euros."
    decided = decide_revision(Version("t", "", text.format(31)), Version("t", "", text.format(37)))
    assert isinstance(decided, Material)
    assert decided.reason.text == "numbers were corrected: 31 became 37"


def test_counters_and_times_of_day_are_no_corrections() -> None:
    short = "A talk about compilers that fit on one page, with a recording and slides in two languages. Points: {}"
    assert isinstance(decide_revision(Version("t", "", short.format(4)), Version("t", "", short.format(9))), Immaterial)
    text = "The bridge over the Ulme stays closed until autumn, the district said. " * 3 + "As of {} on Monday."
    old, new = Version("t", "", text.format("14:35")), Version("t", "", text.format("15:20"))
    assert isinstance(decide_revision(old, new), Immaterial)
