"""Who may write on SQLite: one process that gathers or delivers, proved by an exclusive lock on a file."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import sqlalchemy as sa

from monitor.errors import AlreadyRunning, StoreError
from monitor.store import leases
from monitor.store.belonging import give_to_folder
from monitor.store.unit import Database

CrashHook = Callable[[sa.Connection], None]
"""What else must follow from the death of all former owners, in the same unit (deliveries that were being sent)."""


LOOKED_AT_S = 10.0
"""So long those who only look may hold it: a moment, which a busy machine may draw out."""


class WriterLock:
    """Held by `run` and `once` for as long as they live; the system releases it when the process dies.

    On PostgreSQL there is no such lock: leases expire by themselves, and entering does nothing.
    """

    def __init__(self, database: Database, *, on_takeover: CrashHook | None = None) -> None:
        self._database = database
        self._on_takeover = on_takeover
        self._file: IO[str] | None = None

    def __enter__(self) -> WriterLock:
        """Take the lock and void what former owners left; raises `AlreadyRunning` with the owner's process id."""
        path = lock_path(self._database.engine.url)
        if path is not None:
            self._file = _take(path)
            with self._database.unit() as connection:
                leases.void_all(connection)
                if self._on_takeover is not None:
                    self._on_takeover(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@contextmanager
def alone(url: sa.URL) -> Iterator[None]:
    """Hold the lock without touching the database (it may be damaged, or not there yet); raises `AlreadyRunning`."""
    path = lock_path(url)
    if path is None:
        yield
        return
    file = _take(path)
    try:
        yield
    finally:
        file.close()


def lock_path(url: sa.URL) -> Path | None:
    """Beside the database file, by whatever link it was named; None where there is no file."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(f"{os.path.realpath(url.database)}.lock")


def _take(path: Path) -> IO[str]:
    try:
        is_new = not path.exists()
        file = path.open("a+", encoding="ascii")
        if is_new:
            give_to_folder(path)
    except OSError as error:
        raise StoreError(
            f"cannot open the lock file {path}: {error.strerror}", remedy="check the folder's owner and permissions"
        ) from error
    try:
        _lock(file)
    except OSError as error:
        owner = _owner(file)
        file.close()
        raise AlreadyRunning(
            f"another monitor (process {owner}) works on this database",
            remedy="stop it first, or give this one its own database; for several workers use PostgreSQL",
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _lock(file: IO[str]) -> None:
    """Whoever asks who holds the lock (`footing`) holds it for a moment himself, which is no reason to give up."""
    until = time.monotonic() + LOOKED_AT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until or not _is_only_looked_at(file):
                raise
            time.sleep(0.01)
        else:
            return


def _is_only_looked_at(file: IO[str]) -> bool:
    """Whether those who hold the lock share it; who works on the database does not."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def _owner(file: IO[str]) -> str:
    file.seek(0)
    return file.read(20).strip() or "unknown"
