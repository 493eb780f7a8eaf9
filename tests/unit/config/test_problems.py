from __future__ import annotations

from monitor.config.problems import WARNING, Place, Problem, format_problem, sort_problems

FILES = {"c.yaml": "a: b\nsources:\n\t- x\n"}


def test_a_problem_is_shown_in_the_line_that_was_written() -> None:
    problem = Problem("bad-value", "a list is expected", Place("c.yaml", 1, 4, 9), hint="write [b]", rule_id="port")
    assert format_problem(problem, FILES).splitlines() == [
        'c.yaml:1:4 error[bad-value] rule "port": a list is expected',
        "   1 | a: b",
        "     |    ^ write [b]",
    ]


def test_a_file_that_could_not_be_read_has_no_line_to_show_but_its_remedy() -> None:
    problem = Problem("no-file", "c.yaml does not exist", Place("c.yaml", 1, 1), hint="monitor init writes one")
    assert format_problem(problem, {}).splitlines()[1:] == ["  monitor init writes one"]
    assert "\n" not in format_problem(Problem("no-file", "gone", Place("c.yaml", 1, 1)), {})


def test_a_note_closes_the_message() -> None:
    problem = Problem("test-failed", "must fire on", Place("c.yaml", 3, 2, 3), note="the last version goes on")
    assert format_problem(problem, FILES).splitlines()[1:] == [
        "   3 |  - x",
        "     |  ^^^",
        "       the last version goes on",
    ]


def test_as_json_the_remedy_is_part_of_the_message() -> None:
    problem = Problem("unknown-key", "unknown key", Place("c.yaml", 2, 3), WARNING, "did you mean b?", "port")
    assert problem.as_json() == {
        "severity": "warning",
        "file": "c.yaml",
        "line": 2,
        "column": 3,
        "code": "unknown-key",
        "message": 'rule "port": unknown key (did you mean b?)',
    }
    assert Problem("a", "words", Place("c.yaml", 1, 1)).as_json()["message"] == "words"


def test_problems_stand_in_the_order_of_the_lines_each_once() -> None:
    first, second = Problem("b", "", Place("c.yaml", 1, 9)), Problem("a", "", Place("c.yaml", 2, 1))
    assert sort_problems([second, first, second]) == (first, second)
