from __future__ import annotations

import subprocess
import sys

from monitor.bootstrap import frugal

GROW_AND_SHRINK = """
from pathlib import Path
from monitor.bootstrap.frugal import give_back, hold_little

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

hold_little()
held = [bytes(3000) for _ in range(20_000)]
pins = held[::4000]
grown = resident()
del held
give_back()
print(grown - resident())
"""


def test_what_was_freed_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", GROW_AND_SHRINK], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000


def test_a_system_without_the_call() -> None:
    assert frugal._libc("no_such_call_anywhere") is None
