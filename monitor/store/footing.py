"""What an SQLite database stands on: who holds its file, how much room is left on its disk."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from monitor.store.lock import lock_path

SCARCE = 200_000_000
"""Bytes: a day of 200 sources writes about that much, log and all."""


@dataclass(frozen=True, slots=True)
class Footing:
    """`holder` is the process that gathers or delivers, if there is one; `free` are bytes left on the disk."""

    holder: int | None
    free: int

    @property
    def scarce(self) -> bool:
        """The disk will soon be full."""
        return self.free < SCARCE


def footing(url: sa.URL) -> Footing | None:
    """The present state; None for a database without a file of its own.  Changes nothing."""
    path = lock_path(url)
    if path is None or not path.parent.exists():
        return None
    return Footing(_holder(path), shutil.disk_usage(path.parent).free)


def _holder(path: Path) -> int | None:
    try:
        with path.open("r", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                owner = file.read(20).strip()
                return int(owner) if owner.isdigit() else 0
    except OSError:
        return None
    return None
