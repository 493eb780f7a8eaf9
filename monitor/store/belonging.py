"""Whose the files are that we make: a command that root gives must not leave what the service cannot write.

Root gives what it has just made to the owner of its folder; anybody else's files are his own anyway.  SQLite does the
same with the logs beside a database.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def give_to_folder(path: Path) -> None:
    """Let a file or folder that was just made belong to whom its folder belongs; a link is not followed.

    Does nothing where root is not allowed to (a container without that right, a network's file system).
    """
    _give(path, path.parent)


def make_folders(folder: Path) -> None:
    """Make a folder and those above it where they are missing; raises `OSError`."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        give_to_folder(made)


def make_database_file(path: Path, *, like: Path | None = None) -> None:
    """Make the empty file of an SQLite database where there is none, if SQLite would make it root's.

    It belongs to whom `like` belongs, if there is such a file.  Where it cannot be made SQLite says so.
    """
    with suppress(OSError):
        if os.geteuid() == 0:
            path.touch(mode=0o644, exist_ok=False)
            _give(path, like if like is not None and like.exists() else path.parent)


def _give(path: Path, like: Path) -> None:
    if os.geteuid() == 0:
        with suppress(PermissionError):
            facts = like.stat()
            os.chown(path, facts.st_uid, facts.st_gid, follow_symlinks=False)
