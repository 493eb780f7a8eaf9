"""What a silence covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alert.mute import Subject, silence_for, silenced
from monitor.model.alert import Silence

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SUBJECT = Subject("ports", 4, frozenset({"alpha", "beta"}), frozenset({"de", "wire"}))


def silence(kind: str, subject: str, minutes: float = 60, number: int = 1) -> Silence:
    return Silence(number, kind, subject, NOW + timedelta(minutes=minutes), NOW)


@pytest.mark.parametrize(
    ("kind", "subject", "covers"),
    [
        ("rule", "ports", True),
        ("rule", "4", False),
        ("story", "4", True),
        ("story", "5", False),
        ("tag", "de", True),
        ("tag", "ru", False),
        ("source", "alpha", False),
        ("source", "gamma", False),
    ],
)
def test_one_silence(kind: str, subject: str, covers: bool) -> None:
    made = silence(kind, subject)
    assert silence_for(SUBJECT, [made], NOW) == (made if covers else None)


def test_what_an_unmuted_source_also_brings_is_told() -> None:
    alpha, beta = silence("source", "alpha"), silence("source", "beta", 90)
    assert silence_for(SUBJECT, [alpha, beta], NOW) == beta
    only_alpha = replace(SUBJECT, source_ids=frozenset({"alpha"}))
    assert silence_for(only_alpha, [alpha, beta], NOW) == alpha
    assert silence_for(replace(SUBJECT, source_ids=frozenset({"gamma"})), [alpha], NOW) is None


def test_a_silence_that_is_over_covers_nothing() -> None:
    assert silence_for(SUBJECT, [silence("rule", "ports", 0)], NOW) is None
    both = [silence("source", "alpha"), silence("source", "beta", -1)]
    assert silence_for(SUBJECT, both, NOW) is None


def test_the_longest_one_is_named() -> None:
    short, long = silence("rule", "ports", 5), silence("tag", "de", 50, number=2)
    assert silence_for(SUBJECT, [short, long], NOW) == long


def test_an_article_without_a_story_is_in_no_silenced_story() -> None:
    assert silence_for(replace(SUBJECT, story_id=None), [silence("story", "None")], NOW) is None


def test_the_reason_names_what_is_muted_and_the_note() -> None:
    made = silence("rule", "ports")
    assert silenced(made).text == "rule ports is muted until 2026-03-10 13:00 UTC"
    noted = silenced(replace(made, note="on leave"))
    assert (noted.code, noted.text) == ("silence", "rule ports is muted until 2026-03-10 13:00 UTC (on leave)")
