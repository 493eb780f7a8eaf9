"""Memory that is not needed goes back to the system: what glibc's allocator has to be told for that.

Python frees, but the C allocator keeps: by default every thread gets up to 64 MB of its own to grow in, and freed room
is returned only from the end.  Elsewhere (musl, macOS) the calls do not exist, and nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
from functools import cache

ARENAS = 1
"""Threads share these: most of the time all but one wait for the network or the disk."""
MMAP_FROM = 256 * 1024
"""Bytes; larger pieces (bodies, pages) are mapped each by itself, and gone when freed."""
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""From glibc's `malloc.h`."""


def hold_little() -> None:
    """Let all threads to come share a few arenas; call it before the first one starts."""
    for option, value in ((_M_ARENA_MAX, ARENAS), (_M_MMAP_THRESHOLD, MMAP_FROM)):
        call = _libc("mallopt")
        if call is not None:
            call(option, value)


def give_back() -> None:
    """Return what is free to the system; some milliseconds, to be called after something large."""
    gc.collect()
    call = _libc("malloc_trim")
    if call is not None:
        call(0)


@cache
def _libc(name: str) -> ctypes._NamedFuncPointer | None:
    return getattr(ctypes.CDLL(None), name, None)
