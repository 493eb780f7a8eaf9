"""Mutation testing of the deciders: `make mutants`, or `python -m tests.mutants monitor/alert/decide.py`.

Each module is mutated by mutmut in a copy of the tree and tried against the module's own unit tests; what mypy refuses
never reaches a test.  Prints the survivors that `docs/developing/mutants.yaml` does not judge; `--record` writes what
was found there.  Exit code 1: some survivor is not judged.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
JUDGED = ROOT / "docs" / "developing" / "mutants.yaml"
NOT_JUDGED = "not judged"

# Of mutmut: 0 nothing noticed; 33 no test calls the function; 37 mypy refused it; 34 left out.  All else is a death.
_STATE = {0: "survived", 33: "survived", 37: "refused", None: "not tried"}
_CONFIG = """
[tool.mutmut]
source_paths = ["monitor"]
only_mutate = [{module!r}]
also_copy = {copied!r}
pytest_add_cli_args = ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "tests.uncached"]
pytest_add_cli_args_test_selection = {tests!r}
process_isolation = "forkserver" # else what was remembered of the originals (`lru_cache`) hides mutants
timeout_multiplier = 5.0
type_check_command = [
  "{python}", "-m", "mypy", "--output", "json", "--no-warn-unreachable", "--no-warn-unused-ignores",
  "--disable-error-code", "no-redef", "--cache-dir", {cache!r}, {module!r},
]
"""


@dataclass(frozen=True, slots=True, order=True)
class Survivor:
    """A mutation of a function that no test noticed, as the lines it takes away and puts there."""

    function: str
    before: str
    after: str
    wording: bool = field(compare=False, default=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What a run over one module found; `states` counts its mutants by what became of them."""

    states: Counter[str]
    survivors: tuple[Survivor, ...]


def main() -> int:
    """Run the modules that were named, or all that are listed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "module", nargs="*", help="a path such as monitor/alert/decide.py; without: all that are listed"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="per module, at most (30)")
    parser.add_argument("--keep", type=Path, help="work here and keep it: the next run goes on with the survivors")
    parser.add_argument("--record", action="store_true", help="write the figures and survivors to mutants.yaml")
    given = parser.parse_args()
    listed = judgements()
    unjudged = 0
    for module in given.module or sorted(listed):
        with _directory(given.keep, module) as directory:
            found = run(module, directory, given.minutes * 60)
        unjudged += report(module, found, listed.get(module, {}))
        if given.record:
            record(module, found)
    return 1 if unjudged else 0


@contextmanager
def _directory(keep: Path | None, module: str) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="mutants-") as name:
            yield Path(name)
    else:
        directory = keep / module.replace("/", ".")
        directory.mkdir(parents=True, exist_ok=True)
        yield directory


def judgements() -> dict[str, Any]:
    """The file of judged survivors by module."""
    listed: dict[str, Any] = yaml.safe_load(JUDGED.read_text(encoding="utf-8")) if JUDGED.exists() else {}
    return listed


def run(module: str, directory: Path, limit_s: float) -> Found:
    """Mutate one module in a copy of the tree in `directory`, for at most `limit_s` seconds.

    Where a former run left its results, only what survived, was not tried or has changed since is tried.
    """
    copy, log = directory / "tree", directory / "log"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "site", "__pycache__"), dirs_exist_ok=True)
    _configure(copy, module)
    meta = copy / "mutants" / f"{module}.meta"
    _forget_survivors(meta)
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "1"]
    with log.open("w", encoding="utf-8") as output:
        _wait(subprocess.Popen(command, cwd=copy, stdout=output, stderr=output, env=_environment(copy)), limit_s)
    found = _read(meta, copy / "mutants" / module) if meta.exists() else None
    if found is None or set(found.states) == {"not tried"}:
        raise SystemExit(f"mutmut tried nothing of {module}:\n{log.read_text(encoding='utf-8')[-2000:]}")
    return found


def _configure(copy: Path, module: str) -> None:
    copied = sorted(path.name for path in copy.iterdir() if path.name not in {"monitor", "mutants"})
    cache = str(ROOT / ".mypy_cache" / "mutants")
    config = _CONFIG.format(module=module, tests=own_tests(module), copied=copied, python=sys.executable, cache=cache)
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(config)
    # Tests may have gone since, and call other functions: mutmut copies over what is there, and believes what it knew.
    shutil.rmtree(copy / "mutants" / "tests", ignore_errors=True)
    (copy / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)


def _forget_survivors(meta: Path) -> None:
    """mutmut does not try again what survived, though the tests may be better now."""
    if meta.exists():
        results = json.loads(meta.read_text(encoding="utf-8"))
        codes = results["exit_code_by_key"]
        results["exit_code_by_key"] = {name: None if code in {0, 33} else code for name, code in codes.items()}
        meta.write_text(json.dumps(results), encoding="utf-8")


def own_tests(module: str) -> list[str]:
    """The unit tests of a module: those of its name, and further ones beside them (`_edges`, `_laws`)."""
    path = Path(module)
    folder = ROOT / "tests" / "unit" / path.parent.name
    named = [folder / f"test_{path.stem}.py", *sorted(folder.glob(f"test_{path.stem}_*.py"))]
    return [str(test.relative_to(ROOT)) for test in named if test.exists()]


def _environment(copy: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}


def _wait(process: subprocess.Popen[bytes], limit_s: float) -> None:
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


def _read(meta: Path, mutated: Path) -> Found:
    codes: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    states = {name.rpartition(".")[2]: _STATE.get(code, "killed") for name, code in codes.items()}
    functions = dict(_functions(mutated.read_text(encoding="utf-8")))
    survivors = [_survivor(name, functions) for name, state in states.items() if state == "survived"]
    return Found(Counter(states.values()), tuple(sorted(survivors)))


def _functions(source: str) -> Iterator[tuple[str, str]]:
    """The originals and mutants in a module that mutmut rewrote, by their names there."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name:
            yield node.name, textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno]))


def _survivor(name: str, functions: dict[str, str]) -> Survivor:
    plain = name.rpartition("__mutmut_")[0]
    before, after = functions[f"{plain}__mutmut_orig"], functions[name].replace(name, f"{plain}__mutmut_orig")
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "-+"]
    away, there = (" ".join(line[2:].strip() for line in changes if line[0] == sign) for sign in "-+")
    return Survivor(_readable(plain), away, there, ast.dump(_wordless(before)) == ast.dump(_wordless(after)))


def _readable(name: str) -> str:
    """`x_decide`, `xǁClassǁmethod` -> `decide`, `Class.method`."""
    return name.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def _wordless(source: str) -> ast.AST:
    tree = ast.parse(source)
    _Wordless().visit(tree)
    return tree


class _Wordless(ast.NodeTransformer):
    """Blanks what people read: formatted texts, and texts with a blank in them."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.copy_location(ast.Constant("words"), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        wording = isinstance(node.value, str) and " " in node.value.strip()
        return ast.copy_location(ast.Constant("words"), node) if wording else node


def report(module: str, found: Found, listed: dict[str, Any]) -> int:
    """Print what was found; the number of survivors that nobody judged."""
    known = _known(listed)
    unjudged = [each for each in found.survivors if not each.wording and known.get(each, NOT_JUDGED) == NOT_JUDGED]
    print(f"{module}: {dict(found.states)}, {len(unjudged)} not judged", flush=True)
    for each in unjudged:
        print(f"  {each.function}\n    - {each.before}\n    + {each.after}", flush=True)
    return len(unjudged)


def _known(listed: dict[str, Any]) -> dict[Survivor, str]:
    survivors = listed.get("survivors", [])
    return {Survivor(each["function"], each["before"], each["after"]): each["why"] for each in survivors}


def record(module: str, found: Found) -> None:
    """Write what was found to the file: figures, and the survivors with the judgements they already have."""
    listed = judgements()
    known = _known(listed.get(module, {}))
    listed[module] = {
        "mutants": found.states.total(),
        "killed": found.states["killed"],
        "refused": found.states["refused"],
        "not tried": found.states["not tried"],
        "wording": sum(each.wording for each in found.survivors),
        "survivors": [
            {"function": each.function, "before": each.before, "after": each.after, "why": known.get(each, NOT_JUDGED)}
            for each in found.survivors
            if not each.wording
        ],
    }
    text = yaml.safe_dump(dict(sorted(listed.items())), sort_keys=False, allow_unicode=True, width=10_000)
    JUDGED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
