"""Every code that the program can show: collected from its source, so that none stays undocumented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import monitor

_KINDS = {"Reason": "reason", "Problem": "problem", "RuleProblem": "problem", "fault": "problem"}
_KEBAB = re.compile(r"[a-z][a-z0-9]+(-[a-z0-9]+)+")
_REPORTING = ("error", "warning", "_error", "_warning", "_at", "_failed", "exception", "info")
"""Calls that name a code among their first arguments: of the rule compiler, the PDF reader, and the log."""
ROOT = Path(monitor.__file__).parent


@dataclass(frozen=True, slots=True)
class Code:
    """A code, what shows it (`reason`, `problem`, `error`), the words it comes with, and the module."""

    name: str
    kind: str
    words: str
    module: str


@cache
def collect() -> tuple[Code, ...]:
    """All codes with their words, in order of the modules."""
    found: list[Code] = []
    for path in sorted(ROOT.rglob("*.py")):
        module = path.relative_to(ROOT.parent).with_suffix("").as_posix().replace("/", ".")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [*_made(tree, module), *_raised(tree, module)]
    return tuple(found)


def _made(tree: ast.Module, module: str) -> Iterator[Code]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _KINDS and node.args:
            words = _text(node.args[1]) if len(node.args) > 1 else ""
            for code in _constants(node.args[0]):
                yield Code(code, _KINDS[name], words, module)
        if name in _REPORTING:
            yield from _reported(node, module)
        for keyword in node.keywords:
            if keyword.arg == "code":
                for code in _constants(keyword.value):
                    yield Code(code, "error", _text(node.args[0]) if node.args else "", module)


def _reported(node: ast.Call, module: str) -> Iterator[Code]:
    on_log = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "log"
    for place, argument in enumerate(node.args[:3]):
        for code in _constants(argument):
            if _KEBAB.fullmatch(code):
                words = _text(node.args[place + 1]) if len(node.args) > place + 1 else ""
                yield Code(code, "log" if on_log else "problem", words, module)


def _raised(tree: ast.Module, module: str) -> Iterator[Code]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
            value = getattr(line, "value", None)
            if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
                yield Code(str(value.value), "error", (ast.get_docstring(node) or "").splitlines()[0], module)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
    return ""
