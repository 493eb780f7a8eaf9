"""When the next update of a thread may go, and what is new in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alert.group import facts_in, next_level, next_update_at
from monitor.model.alert import AlertState, Thread
from monitor.model.message import Passage

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
THREAD = Thread(1, "ports:5", AlertState.TOLD, "first", opened_at=NOW, told_at=NOW)
NOVEL = frozenset({"seven"})


@pytest.mark.parametrize(("level", "minutes"), [(0, 30), (1, 60), (2, 120), (3, 240), (4, 240)])
def test_the_gap_doubles_up_to_eight_times(level: int, minutes: int) -> None:
    thread = replace(THREAD, level=level)
    assert next_update_at(thread, 1800.0, frozenset()) == NOW + timedelta(minutes=minutes)
    assert next_update_at(thread, 1800.0, NOVEL) == NOW + timedelta(minutes=30)


def test_an_update_that_gathers_is_never_put_off() -> None:
    soon = replace(THREAD, pending_id=2, pending_due_at=NOW + timedelta(minutes=5))
    assert next_update_at(soon, 1800.0, frozenset()) == NOW + timedelta(minutes=5)
    late = replace(THREAD, pending_id=2, pending_due_at=NOW + timedelta(hours=5))
    assert next_update_at(late, 1800.0, frozenset()) == NOW + timedelta(minutes=30)


def test_a_thread_that_was_not_told_yet_goes_by_its_pending_update_or_its_opening() -> None:
    untold = replace(THREAD, told_at=None)
    assert next_update_at(untold, 1800.0, frozenset()) == NOW
    waits = replace(untold, pending_due_at=NOW + timedelta(hours=1))
    assert next_update_at(waits, 1800.0, frozenset()) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("level", "novel", "after"),
    [(0, False, 1), (1, False, 2), (2, False, 3), (3, False, 3), (3, True, 1), (0, True, 1)],
)
def test_levels_rise_and_fall_back(level: int, novel: bool, after: int) -> None:
    assert next_level(level, novel) == after


def facts(text: str, language: str | None = "en") -> frozenset[str]:
    return facts_in([Passage("body", text, ())], language)


def test_numbers_and_names_are_facts() -> None:
    assert facts("The port of Rotterdam closed at 18:30, with 1.200 ships and 3,5 million tons.") == {
        "Rotterdam",
        "18:30",
        "1.200",
        "3,5",
    }


def test_the_first_word_of_a_sentence_is_no_name() -> None:
    assert facts("Ships wait. Nobody knows why: Perhaps the wind.") == frozenset()


def test_names_of_several_words_stay_together() -> None:
    assert facts("talks with Anna Smith-Jones and O’Brien") == {"Anna Smith-Jones", "O’Brien"}
    assert facts("заявил Сергей Лавров вечером", "ru") == {"Сергей Лавров"}


def test_in_german_single_capitalised_words_are_nouns() -> None:
    assert facts("als der Hafen Rotterdam Europoort und das Schiff kamen", "de") == {"Hafen Rotterdam Europoort"}


def test_facts_of_all_passages_count() -> None:
    assert facts_in([Passage("title", "1 ship", ()), Passage("body", "2 ships", ())], None) == {"1", "2"}
    assert facts_in([], None) == frozenset()
