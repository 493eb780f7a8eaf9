"""docs/developing/mutants.md from the judged survivors in mutants.yaml (see tests/mutants.py)."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

from tests.mutants import NOT_JUDGED, judgements

_HEAD = """# Mutants of the deciders

`make mutants` changes the deciders in small ways (a `<` into a `<=`, an `and` into an `or`, another constant) and runs
each module's own unit tests on every one of these mutants, with mutmut, in a copy of the tree. A mutant that no test
notices says that a decision is not held by a test, or that the code says more than it needs.

- `make mutants ARGS=monitor/alert/decide.py` takes one module and prints the survivors that nobody has judged yet.
- `ARGS="monitor/alert/decide.py --keep /tmp/mutants"` keeps the copy: the next run tries only what survived.
- `--record` writes figures and survivors to `docs/developing/mutants.yaml`; judge each there in its `why`, beginning
  with `equivalent:` (no input tells the mutant from the original, or none that callers can make) or `wording:` (only
  what people read differs). Then `python -m tests.docs.build --pages` writes this page.
- A module's own tests are `tests/unit/<package>/test_<module>.py` and `test_<module>_*.py` beside it.

*Refused* mutants never run: mypy, which `make check` runs, refuses them. *Wording* counts survivors that change only a
text with blanks or the inside of a formatted one, besides those judged so: the words of a reason are no decision.
mutmut changes the bodies of functions; constants of modules and decorated functions (properties) it leaves alone.

Not listed: `deliver/smtp.py`. The mutants of what it decides have died; handing a letter over is tried on real servers
in `tests/contract`, which mutmut does not run.
"""
_NAMES = ("module", "mutants", "killed", "refused", "survive", "equivalent", "wording", "not judged")
_COLUMNS = f"| {' | '.join(_NAMES)} |\n{'|---' * len(_NAMES)}|\n"


def page() -> str:
    """The figures by module, then each survivor with its judgement."""
    listed = judgements()
    rows = {module: _row(found) for module, found in listed.items()}
    table = "".join(f"| `{module}` | {_figures(row)} |\n" for module, row in rows.items())
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    parts = [_survivors(module, found["survivors"]) for module, found in listed.items() if found["survivors"]]
    return f"{_HEAD}\n{_COLUMNS}{table}| all | {_figures(total)} |\n\n## Survivors\n\n{''.join(parts)}".rstrip() + "\n"


def _row(found: dict[str, Any]) -> list[int]:
    kinds = Counter(_kind(each["why"]) for each in found["survivors"])
    survive = len(found["survivors"]) + found["wording"]
    kinds["wording"] += found["wording"]
    figures = [kinds["equivalent"], kinds["wording"], kinds[NOT_JUDGED] + found["not tried"]]
    return [found["mutants"], found["killed"], found["refused"], survive, *figures]


def _figures(row: list[int]) -> str:
    return " | ".join(str(figure) for figure in row)


def _kind(why: str) -> str:
    return why.partition(":")[0]


def _survivors(module: str, survivors: list[dict[str, str]]) -> str:
    rows = "".join(
        f"| `{each['function']}` | {_code(each['before'])} | {_code(each['after'])} | {_cell(each['why'])} |\n"
        for each in survivors
    )
    return f"### {module}\n\n| function | instead of | survives | why |\n|---|---|---|---|\n{rows}\n"


def _code(text: str) -> str:
    """As HTML, for the bars and backquotes in code."""
    return f"<code>{html.escape(text, quote=False).replace('|', '&#124;')}</code>" if text else "nothing"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
