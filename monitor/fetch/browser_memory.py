"""How much memory a browser takes, and ending one that takes too much (Linux: /proc)."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 1_000_000_000
"""Chromium with one ordinary news page takes 300 to 500 MB, most of it shared between its processes."""
LOOK_S = 0.5
_PROC = Path("/proc")


async def kill_if_greedy(marker: str, *, most_bytes: int = MOST_BYTES) -> None:
    """Until cancelled: end the process with `marker` among its arguments once its tree holds more than that."""
    while True:
        await asyncio.sleep(LOOK_S)
        for pid in await asyncio.to_thread(greedy, marker, most_bytes):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def greedy(marker: str, most_bytes: int) -> tuple[int, ...]:
    """The process of ours with that argument and its descendants, if together they hold more than so many bytes."""
    parents = dict(_parents())
    ours = _below(os.getpid(), parents)
    root = next((pid for pid in sorted(ours) if marker in _arguments(pid)), None)
    if root is None:
        return ()
    tree = (root, *_below(root, parents))
    return tree if sum(map(_held, tree)) > most_bytes else ()


def _parents() -> list[tuple[int, int]]:
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                after_name = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
                found.append((int(entry.name), int(after_name.split()[1])))
    return found


def _below(root: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    fresh = {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _arguments(pid: int) -> list[str]:
    with suppress(OSError):
        return (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    return []


def _held(pid: int) -> int:
    """Bytes of a process, shared ones counted in proportion; 0 where it has gone."""
    with suppress(OSError, ValueError, IndexError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
