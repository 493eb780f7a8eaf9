"""A pytest plugin for `make mutants`: each test begins with functions that remember nothing.

mutmut tries a mutant against the tests that called its function.  Of a function behind a cache that would be the one
test that came first.
"""

from __future__ import annotations

import sys


def pytest_runtest_setup() -> None:
    """Forget what the functions of the project have in `functools.cache`."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "monitor":
            for value in vars(module).values():
                if clear := getattr(value, "cache_clear", None):
                    clear()
