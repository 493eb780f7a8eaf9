"""What is wrong with a configuration, in the user's own lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file; line and column count from 1, `length` is how many characters the caret underlines."""

    file: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Place, problem, remedy.  `rule_id` is set when it concerns that rule alone."""

    code: str
    message: str
    place: Place
    severity: str = ERROR
    hint: str | None = None
    rule_id: str | None = None
    note: str | None = None
    """A closing line of its own, such as what the daemon does meanwhile."""

    @property
    def words(self) -> str:
        """The message, with the rule that it concerns."""
        return f'rule "{self.rule_id}": {self.message}' if self.rule_id else self.message

    def as_json(self) -> dict[str, object]:
        """The object of `monitor check --json`."""
        message = self.words if self.hint is None else f"{self.words} ({self.hint})"
        return {
            "severity": self.severity,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "message": message,
        }


def format_problem(problem: Problem, files: Mapping[str, str]) -> str:
    """The problem with its line and a caret, as people see it; `files` maps names to their text."""
    place = problem.place
    head = f"{place.file}:{place.line}:{place.column} {problem.severity}[{problem.code}] {problem.words}"
    lines = files.get(place.file, "").splitlines()
    out = [head]
    if 0 < place.line <= len(lines):
        out += _excerpt(lines[place.line - 1], problem)
    elif problem.hint:
        out.append(f"  {problem.hint}")
    if problem.note:
        out.append(f"       {problem.note}")
    return "\n".join(out)


def _excerpt(line: str, problem: Problem) -> list[str]:
    place = problem.place
    number = str(place.line).rjust(4)
    shown = line.replace("\t", " ")
    width = max(1, min(place.length, len(shown) - place.column + 1))
    caret = " " * (place.column - 1) + "^" * width
    hint = f" {problem.hint}" if problem.hint else ""
    return [f"{number} | {shown}", f"{' ' * len(number)} | {caret}{hint}"]


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """In the order of the files' lines, each once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.place.file, p.place.line, p.place.column, p.code)))
