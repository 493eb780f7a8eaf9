"""The shape that the code keeps: short functions, modules of one idea."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from statistics import median

from tests import coverage

PACKAGE = Path(__file__).parents[2] / "monitor"
LONGEST_FUNCTION = 60
LONGEST_MODULE = 450


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is, its docstring aside: a longer explanation is no fault."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}


def functions() -> dict[str, int]:
    found = {}
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"] = own_lines(node)
    return found


def test_functions_are_short() -> None:
    lengths = sorted(functions().values())
    assert median(lengths) <= 10
    assert lengths[int(len(lengths) * 0.95)] < 45


def test_no_function_is_long() -> None:
    assert {name: lines for name, lines in functions().items() if lines > LONGEST_FUNCTION} == {}


def test_modules_hold_one_idea() -> None:
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_bytes().splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_group_of_an_expression_is_possessive() -> None:
    """Python before 3.11.5, Debian 12's among them, matches them wrongly (gh-106052); of classes, it does not."""
    possessive = re.compile(r"""(?<![\\(])\)[?*+]\+|\(\?>""")
    found = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        if possessive.search(node.value if isinstance(node.value, str) else node.value.decode("latin-1"))
    }
    assert found == set()


def test_the_tests_of_every_package_are_where_its_coverage_looks_for_them() -> None:
    assert [package for package in coverage.found() if not coverage.tests_of(package)] == []
    deciders = [
        PACKAGE / folder / f"{name}.py" for folder, names in coverage.DECIDERS_AMONG_OTHERS.items() for name in names
    ]
    assert [path for path in deciders if not path.is_file()] == []
    counted = {path for package in coverage.found() for path in coverage.tests_of(package)}
    folders = (PACKAGE.parent / "tests" / kind for kind in ("property", "contract"))
    tests = {str(path.relative_to(PACKAGE.parent)) for folder in folders for path in folder.glob("test_*.py")}
    assert tests - counted == set(), "name their package in tests/coverage.py (ELSEWHERE)"
