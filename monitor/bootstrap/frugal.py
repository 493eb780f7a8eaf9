"""Memory that is not needed is not taken, or goes back: what importer, allocator and kernel are told for that.

Python frees, but the C allocator keeps: by default every thread gets up to 64 MB of its own to grow in, and freed room
is returned only from the end.  Of libraries, what was needed once (to load them, above all) stays mapped.  Where a call
does not exist (musl, macOS), nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path

ARENAS = 1
"""Threads share these: most of the time all but one wait for the network or the disk."""
MMAP_FROM = 256 * 1024
"""Bytes; larger pieces (bodies, pages) are mapped each by itself, and gone when freed."""
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""From glibc's `malloc.h`."""
_MADV_DONTNEED = 4
"""From Linux's `mman.h`: what is asked for again is mapped again, from the file."""
_LIBRARY = re.compile(
    r"^(?P<begin>[0-9a-f]+)-(?P<end>[0-9a-f]+) r-[x-]p [^\n]*\.so[.\d]*\n(?P<facts>(?:\w+: [^\n]*\n)*)", re.MULTILINE
)
_UNCHANGED = re.compile(r"^Anonymous: +0 kB\n(?:.*\n)*?Swap: +0 kB$", re.MULTILINE)
_WITHOUT = {
    "lark": ("regex",),  # 1 MB, for patterns that ours are not
    "structlog": ("rich",),  # 3 MB with its highlighter, for tracebacks in colour
    "requests": ("charset_normalizer", "chardet"),  # 2 MB, for answers that do not say what they are written in
}
"""Libraries, and what each of them imports only because it is there."""


def import_little() -> None:
    """Import some libraries without what they can do without; call it before anything else imports them."""
    for library, extras in _WITHOUT.items():
        with _absent(extras), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it does without
            import_module(library)


def keep_imports() -> None:
    """What was imported stays for good: whoever looks for garbage from now on (0.1 s each time) need not look at it."""
    gc.collect()
    gc.freeze()


@contextmanager
def _absent(packages: tuple[str, ...]) -> Iterator[None]:
    """Within the block these packages count as not installed, unless they have been imported already."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how the importer is told
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def hold_little() -> None:
    """Let all threads to come share a few arenas; call it before the first one starts."""
    for option, value in ((_M_ARENA_MAX, ARENAS), (_M_MMAP_THRESHOLD, MMAP_FROM)):
        _libc("mallopt")(option, value)


def trim() -> None:
    """Return to the system what was freed; half a millisecond, so that every batch may be followed by it."""
    _libc("malloc_trim")(0)


def give_back() -> None:
    """Look for garbage, and return it and what of libraries is not in use; some 50 ms, now and then."""
    gc.collect()
    trim()
    with suppress(FileNotFoundError):
        for address, size in unchanged_libraries(Path("/proc/self/smaps").read_text()):
            _libc("madvise")(ctypes.c_void_p(address), ctypes.c_size_t(size), _MADV_DONTNEED)


def unchanged_libraries(smaps: str) -> list[tuple[int, int]]:
    """Addresses and sizes of what is mapped from libraries, cannot be written and is just as in the file.

    Only such may be let go of: the rest, relocated as it was loaded (and maybe swapped out), would be lost.  Python
    never unloads a library, so nothing else can have come to an address meanwhile.  `smaps` is what Linux shows in
    `/proc/self/smaps`.
    """
    parts = [part for part in _LIBRARY.finditer(smaps) if _UNCHANGED.search(part["facts"])]
    return [(begin := int(part["begin"], 16), int(part["end"], 16) - begin) for part in parts]


@cache
def _libc(name: str) -> Callable[..., object]:
    return getattr(ctypes.CDLL(None), name, _nothing)


def _nothing(*_arguments: object) -> int:
    """What a call does that is not there."""
    return 0
