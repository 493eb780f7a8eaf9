from __future__ import annotations

import gc
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

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
    assert frugal._libc("no_such_call_anywhere")(1, 2) == 0


SMAPS = """\
7f10-7f20 r-xp 00001000 fe:00 1    /usr/lib/libfirst.so.1.2
Size:                 64 kB
Anonymous:             {anonymous} kB
KSM:                   0 kB
Swap:                  {swap} kB
VmFlags: rd ex mr mw me
7f20-7f28 r--s 00000000 fe:00 2    /srv/words/some.trie
Anonymous:             0 kB
Swap:                  0 kB
7f30-7f38 rw-p 00000000 fe:00 3    /usr/lib/second.cpython-311.so
Anonymous:             0 kB
Swap:                  0 kB
7f40-7f48 r--p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
7f50-7f51 r--p 00000000 fe:00 3    /usr/lib/second.cpython-311.so
Anonymous:             0 kB
Swap:                  0 kB
"""


def test_only_unchanged_parts_of_libraries_may_go() -> None:
    second = (0x7F50, 1)
    assert frugal.unchanged_libraries(SMAPS.format(anonymous=0, swap=0)) == [(0x7F10, 16), second]
    assert frugal.unchanged_libraries(SMAPS.format(anonymous=4, swap=0)) == [second]
    assert frugal.unchanged_libraries(SMAPS.format(anonymous=0, swap=4)) == [second]


LIBRARIES_GO = """
from monitor.bootstrap.frugal import give_back
import lxml.etree, numpy

def mapped():
    return int(open("/proc/self/statm").read().split()[2]) * 4096

before = mapped()
give_back()
print(before - mapped())
assert lxml.etree.fromstring("<a>1</a>").text == "1"
assert numpy.arange(4).sum() == 6
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells what is mapped")
def test_libraries_that_were_only_loaded_go_and_come_back() -> None:
    done = subprocess.run([sys.executable, "-c", LIBRARIES_GO], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 2_000_000


IMPORT = """
import sys, warnings
warnings.simplefilter("error")
from monitor.bootstrap.frugal import import_little

import_little()
assert {"lark", "requests", "structlog"} <= set(sys.modules)
assert not {"rich", "charset_normalizer", "regex"} & set(sys.modules)
import rich
"""


def test_extras_are_not_imported_and_may_be_later() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_counts_as_absent_is_there_again_afterwards() -> None:
    sys.modules.pop("this", None)
    with frugal._absent(("this", "sys")):
        with pytest.raises(ModuleNotFoundError):
            import_module("this")
        assert import_module("sys") is sys
    assert "this" not in sys.modules
    frugal.import_little()


def test_imports_are_kept_out_of_the_search_for_garbage() -> None:
    try:
        frugal.keep_imports()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def test_giving_back_while_everything_is_in_use() -> None:
    frugal.hold_little()
    frugal.give_back()
    assert import_module("lxml.etree").fromstring("<a>1</a>").text == "1"


def test_running_needs_no_dialect_of_another_database() -> None:
    look = "import monitor.bootstrap.running, sys; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
