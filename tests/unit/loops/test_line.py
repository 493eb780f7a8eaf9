from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.loops.line import SILENT_S, Line
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason


def came(code: str | None = None) -> Fetched:
    """An answer, or the problem that there was instead."""
    at, url = datetime(2026, 1, 5, tzinfo=UTC), "http://a.example/"
    problem = None if code is None else Reason(code, code)
    return Fetched(url, url, 200 if code is None else None, (), b"", (), at, 0.0, problem=problem)


def fails(line: Line, *hosts: str, now_s: float, answers: bool = True) -> list[bool]:
    return [line.is_down(came("dns"), host, now_s=now_s, answers=answers) for host in hosts]


def test_the_line_is_down_once_several_hosts_are_out_of_reach() -> None:
    line = Line()
    assert fails(line, "a", "b", "a", "c", "d", now_s=0.0) == [False, False, False, True, True]


def test_an_answer_of_anybody_shows_that_it_is_not() -> None:
    line = Line()
    fails(line, "a", "b", "c", now_s=0.0)
    assert not line.is_down(came(), "d", now_s=1.0)
    assert fails(line, "a", "b", "c", "d", now_s=2.0) == [False] * 4


@pytest.mark.parametrize("code", ["tls", "protocol", "truncated"])
def test_a_poor_answer_is_one(code: str) -> None:
    line = Line()
    fails(line, "a", "b", "c", now_s=0.0)
    assert not line.is_down(came(code), "d", now_s=1.0)
    assert fails(line, "e", now_s=2.0) == [False]


def test_somebody_answered_a_moment_ago() -> None:
    line = Line()
    line.is_down(came(), "d", now_s=0.0)
    assert fails(line, "a", "b", "c", now_s=SILENT_S - 1) == [False] * 3
    assert fails(line, "a", now_s=SILENT_S) == [True]


def test_hosts_that_never_answer_show_nothing() -> None:
    line = Line()
    assert fails(line, "a", "b", "c", now_s=0.0, answers=False) == [False] * 3
    assert fails(line, "d", "e", "f", now_s=0.0) == [False, False, True]
    assert fails(line, "a", now_s=1.0, answers=False) == [True]


def test_where_nobody_was_asked_nothing_is_shown() -> None:
    line = Line()
    fails(line, "a", "b", "c", now_s=0.0)
    assert not line.is_down(came("postponed"), "d", now_s=1.0)
    assert fails(line, "a", now_s=2.0) == [True]
