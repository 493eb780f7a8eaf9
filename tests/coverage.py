"""What the tests of each package reach of its modules: `python -m tests.coverage [--jobs N] [package …]`.

A package is measured with its own tests alone: `tests/unit/<package>` and its property tests.  Where the other half of
a unit is a real server (the database of `store`, the mail server or chat of `deliver`, the web server of `fetch`, the
page of `bootstrap`, the daemon of the demonstration), its contract tests are its unit tests.  Loops only put rooms in
order: the scenarios that run them inside the test's process, on a database and servers of this machine, are their
tests.  What other tests happen to run does not count.

Every module is to have 95 % of its lines; modules that decide (they touch no world) all lines and all branches.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TOP = "top"
"""The modules directly under monitor/, whose tests lie directly under tests/unit/."""

SCENARIOS_OF_LOOPS = (
    *("alert", "canary", "gather_faults", "gather_feeds", "gather_idle", "gather_kinds", "gather_rules"),
    *("gather_large", "gather_postgresql", "gather_together", "once_retries", "one_story", "pages", "retention"),
    *("stories_move", "subscriptions", "upkeep", "websub"),
)
"""Those without processes that are killed."""

ELSEWHERE = {
    TOP: ["tests/unit/test_*.py"],
    "alert": ["tests/property/test_alerts_*.py"],
    "bootstrap": ["tests/scenario/test_page_follows.py"],
    "deliver": ["tests/contract/test_delivery_*.py", "tests/contract/test_receivers_*.py"],
    "fetch": ["tests/contract/test_fetcher.py", "tests/property/test_websub.py"],
    "loops": [
        *(f"tests/scenario/test_{name}*.py" for name in SCENARIOS_OF_LOOPS),
        *("tests/contract/test_store_hosts.py", "tests/unit/store/test_stories.py"),
    ],
    "store": ["tests/contract/test_store_*.py", "tests/migrations", "tests/scenario/test_clock_ahead.py"],
    "testing": ["tests/scenario/test_demo.py"],
    "web": ["tests/property/test_api.py", "tests/property/test_openapi.py", "tests/scenario/test_web.py"],
}
"""Tests of a package that neither lie in its folder nor are named `tests/property/test_<package>*`."""

DECIDERS_AMONG_OTHERS = {
    "config": ["build", "nodes", "problems", "values", "watchlist"],
    "deliver": ["bucket", "causes", "retry"],
    "fetch": ["answers", "guard", "health", "moves", "outage", "rhythm", "schedule", "websub"],
}
"""Modules that decide, in packages that do more; packages that do nothing else are named by the import contract."""

LINES_AIM = 95.0
SLOWEST_FIRST = ("loops", "store", "alert", "match", "web", "fetch", "bootstrap", "cli")


@dataclass(frozen=True, slots=True)
class Module:
    """One module's figures; `path` is relative to the project."""

    path: str
    lines: float
    """Percent of its statements that ran."""
    branches: float
    """Percent of its branches that were taken."""
    missing: str
    decides: bool

    @property
    def is_below(self) -> bool:
        """Whether it misses its aim."""
        return min(self.lines, self.branches) < 100 if self.decides else self.lines < LINES_AIM


@dataclass(frozen=True, slots=True)
class Part:
    """A package, measured; `failure` is what pytest printed when its tests did not pass."""

    package: str
    modules: list[Module]
    failure: str
    took_s: float


def main() -> int:
    """Measure and print; 1 when a module is below its aim or a test fails."""
    packages = found()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="packages measured at once (default: 2)")
    parser.add_argument("packages", nargs="*", metavar="package", help=f"of {', '.join(packages)}; default: all")
    arguments = parser.parse_args()
    if unknown := set(arguments.packages) - set(packages):
        parser.error(f"no package {', '.join(sorted(unknown))}; there are {', '.join(packages)}")
    wanted = sorted(arguments.packages or packages, key=lambda each: each not in SLOWEST_FIRST)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        parts = [_show(part) for part in pool.map(measured, wanted)]
    below = [module for part in parts for module in part.modules if module.is_below]
    print(f"\n{len(below)} of {sum(len(part.modules) for part in parts)} modules are below their aim.")
    for module in below:
        print(f"{module.path}: {module.missing}")
    for part in parts:
        print(part.failure, end="")
    return 1 if below or any(part.failure for part in parts) else 0


def found() -> list[str]:
    """The packages of the monitor, and `top`."""
    return [TOP, *sorted(each.parent.name for each in (ROOT / "monitor").glob("*/__init__.py"))]


def tests_of(package: str) -> list[str]:
    """The files and folders of tests that count for a package, relative to the project."""
    patterns = [f"tests/unit/{package}", f"tests/property/test_{package}*.py", *ELSEWHERE.get(package, [])]
    return sorted(str(path.relative_to(ROOT)) for each in patterns for path in ROOT.glob(each))


def measured(package: str) -> Part:
    """Run a package's tests under coverage, in processes of their own."""
    started = time.monotonic()
    source = ["--source=monitor", "--omit=monitor/*/*"] if package == TOP else [f"--source=monitor/{package}"]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"COVERAGE_FILE": f"{folder}/data", "PYTHONPATH": str(ROOT)}

        def python(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

        ran = python(
            *("coverage", "run", "--branch", *source, "-m", "pytest", "-q", "-p", "no:randomly"),
            *("-p", "no:cacheprovider", "--timeout=600", *tests_of(package)),
        )
        python("coverage", "json", "-q", "-o", f"{folder}/report.json")
        report = json.loads(Path(folder, "report.json").read_text())
    failure = "" if ran.returncode == 0 else f"\n{package}: tests fail\n{ran.stdout[-4000:]}{ran.stderr[-2000:]}"
    modules = [_module(path, file) for path, file in report["files"].items() if file["summary"]["num_statements"]]
    return Part(package, sorted(modules, key=lambda each: each.path), failure, time.monotonic() - started)


def decides(path: str) -> bool:
    """Whether a module touches no world: its package is held to it by the import contract, or it is named above."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["name"] == "deciders touch no world")
    package, module = Path(path).parts[1], Path(path).stem
    return f"monitor.{package}" in contract["source_modules"] or module in DECIDERS_AMONG_OTHERS.get(package, [])


def _module(path: str, file: dict[str, Any]) -> Module:
    summary = file["summary"]
    branches = summary["covered_branches"] / summary["num_branches"] if summary["num_branches"] else 1.0
    return Module(path, summary["percent_statements_covered"], 100 * branches, _missing(file), decides(path))


def _missing(file: dict[str, Any]) -> str:
    """Lines as ranges, then the branches that lead to lines which something else reached."""
    if not file["executed_lines"]:
        return "none of its own tests imports it"
    lines = set(file["missing_lines"])
    statements = sorted(lines | set(file["executed_lines"]))
    runs = [list(run) for missed, run in groupby(statements, key=lines.__contains__) if missed]
    branches = [(start, end) for start, end in file["missing_branches"] if not {start, end} & lines]
    return ", ".join(
        [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
        + [f"{start}->{end if end > 0 else 'exit'}" for start, end in branches]
    )


def _show(part: Part) -> Part:
    print(f"\n{part.package} ({part.took_s:.0f} s)", flush=True)
    for module in part.modules:
        mark = "!" if module.is_below else " "
        kind = "decides" if module.decides else ""
        print(f"{mark} {module.path:42} {module.lines:6.1f} % lines {module.branches:6.1f} % branches  {kind}".rstrip())
    return part


if __name__ == "__main__":
    sys.exit(main())
