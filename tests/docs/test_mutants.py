"""What is written of mutants is about functions that there are, and every survivor is judged."""

from __future__ import annotations

import ast

import pytest

from tests.mutants import ROOT, judgements, own_tests

LISTED = judgements()


@pytest.mark.parametrize("module", LISTED)
def test_the_functions_of_judged_survivors_exist(module: str) -> None:
    known = _functions(ast.parse((ROOT / module).read_text(encoding="utf-8")))
    gone = sorted({each["function"] for each in LISTED[module]["survivors"]} - known)
    assert gone == [], f"run: make mutants ARGS='{module} --record'"


@pytest.mark.parametrize("module", LISTED)
def test_every_survivor_is_judged(module: str) -> None:
    kinds = {each["why"].partition(":")[0] for each in LISTED[module]["survivors"]}
    assert kinds <= {"equivalent", "wording"}


@pytest.mark.parametrize("module", LISTED)
def test_every_listed_module_has_tests_of_its_own(module: str) -> None:
    assert own_tests(module)


def _functions(tree: ast.Module) -> set[str]:
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for name in _functions(ast.Module(node.body, []))}
    return found
