from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.output import Printer, ago, iso, length, one_line, plain
from monitor.cli.progress import bar

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@given(st.text())
def test_no_text_can_steer_a_terminal(text: str) -> None:
    shown = one_line(text)
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert "\u202e" not in shown


def test_line_breaks_and_tabs_survive_in_plain_text() -> None:
    assert plain("a\n\tb\x07c") == "a\n\tb c"


def test_ago_uses_one_unit() -> None:
    assert ago(NOW - timedelta(seconds=5), NOW) == "5 s"
    assert ago(NOW - timedelta(minutes=3), NOW) == "3 min"
    assert ago(NOW + timedelta(hours=2), NOW) == "in 2 h"
    assert ago(None, NOW) == "-"


def test_instants_are_utc() -> None:
    assert iso(NOW) == "2026-03-01T12:00:00Z"
    assert iso(None) is None


def test_a_table_is_aligned_and_knows_wide_characters() -> None:
    out = io.StringIO()
    Printer(out).table([{"a": "北京", "b": 1}, {"a": "x", "b": None}], {"a": "PLACE", "b": "N"})
    assert out.getvalue().splitlines() == ["PLACE  N", "北京   1", "x      -"]


def test_colour_only_where_there_is_colour() -> None:
    assert Printer(io.StringIO()).style("x", "red") == "x"
    assert Printer(io.StringIO(), colour=True).style("x", "red") == "\x1b[31mx\x1b[0m"


def test_json_has_instants_as_text() -> None:
    out = io.StringIO()
    Printer(out, json=True).data([{"at": NOW}])
    assert out.getvalue() == '[{"at": "2026-03-01T12:00:00Z"}]\n'


def test_a_wide_column_is_cut_to_the_terminal() -> None:
    out = io.StringIO()
    Printer(out, width=40, watched=True).table(
        [{"id": 1, "title": "x" * 80}], {"id": "ID", "title": "TITLE"}, wide="title"
    )
    assert out.getvalue().splitlines()[1] == f"1   {'x' * 35}…"


def test_a_table_without_rows_is_nothing() -> None:
    out = io.StringIO()
    Printer(out).table([], {"id": "ID"})
    assert out.getvalue() == ""


def test_lengths_are_those_of_the_configuration() -> None:
    assert [length(value, "as usual") for value in (None, 0, 7 * 86400, 5400)] == ["as usual", "for ever", "7d", "1.5h"]


def test_json_has_lists_and_texts() -> None:
    out = io.StringIO()
    Printer(out, json=True).data({"a": ("x",), "b": timedelta(seconds=1)})
    assert out.getvalue() == '{"a": ["x"], "b": "0:00:01"}\n'


def test_progress_is_drawn_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("articles") as advance:
        advance(1, 2)
    assert capsys.readouterr().out == ""
