"""Every benchmark of this folder as one table.

python -m tests.bench [--json] [name …]
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import time
from collections.abc import Callable
from typing import Any

import tests.bench

Bench = Callable[[], list[dict[str, Any]]]


def main() -> int:
    """Run them; the exit code."""
    benches = found()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON Lines")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(benches)}; default: all")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - benches.keys()
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(benches)}")
    for name in arguments.names or benches:
        started = time.monotonic()
        for row in benches[name]():
            print(json.dumps(row) if arguments.json else _line(row), flush=True)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


def found() -> dict[str, Bench]:
    """The benchmarks by the names of their modules: those that have a `run`."""
    names = [each.name for each in pkgutil.iter_modules(tests.bench.__path__) if not each.name.startswith("_")]
    modules = {name: importlib.import_module(f"tests.bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _line(row: dict[str, Any]) -> str:
    return f"{row['bench']:16} {row['case']:48} {row['value']:12.2f} {row['unit']}"


if __name__ == "__main__":
    sys.exit(main())
