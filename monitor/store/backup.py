"""Saving a database while it is worked on, and bringing one back.

SQLite is copied page by page through its own online backup; PostgreSQL is written as an archive (see `archive`), which
either backend can read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreError, StoreFull
from monitor.store.archive import Advance, BadArchive, read_archive, write_archive
from monitor.store.belonging import make_database_file
from monitor.store.lock import alone
from monitor.store.presence import living
from monitor.store.rowwise import is_empty
from monitor.store.schema import make_folder, require_current, upgrade
from monitor.store.unit import Database, open_engine, without_limits
from monitor.store.verify import Verification, verify

PAGES = 256
"""Copied at a time: a megabyte, between two of which writers have their turn."""
NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", errno.ENOSPC, errno.EDQUOT})
ONE_NAME = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems say whose files have one name only (FAT, some shares)."""
SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup: where it lies, how many bytes it has, what was found when it was looked at."""

    path: Path
    size: int
    verification: Verification


def back_up(database: Database, path: Path, now: datetime, advance: Advance = lambda _what, _done: None) -> Saved:
    """Write a backup to `path`, which appears only when it is whole; readable by its owner alone.

    Raises `StoreError` (no space, an existing file, a damaged database); then nothing is left behind.
    """
    require_current(database)
    with _appearing(path) as partial:
        if database.is_sqlite:
            _copy_pages(database, partial, advance)
            copy = _opened(partial)
            try:
                found = verify(copy)
            finally:
                copy.dispose()
            _settle(partial)
        else:
            with database.reading() as connection, partial.open("wb") as file:
                without_limits(connection)
                tallies = write_archive(connection, file, now, advance)
            found = Verification((), {name: tally.rows for name, tally in tallies.items()})
    return Saved(path, path.stat().st_size, found)


def restore(database: Database, path: Path, now: datetime, advance: Advance = lambda _what, _done: None) -> Path | None:
    """Put a backup in place of the configured database; the file that the present one was moved to, if there was one.

    Raises `StoreError` for a file that is no whole backup, `AlreadyRunning` while a monitor works on the database; then
    nothing has changed.
    """
    copied = _is_sqlite(path)
    if copied and not database.is_sqlite:
        raise BadArchive(
            f"{path} is an SQLite database, and the configured one is on PostgreSQL",
            remedy=f"monitor db migrate --from sqlite:///{path} --to postgresql+psycopg://...",
        )
    if database.is_sqlite:
        return _restore_file(database, path, now, copied=copied, advance=advance)
    upgrade(database)
    require_idle(database, now)
    with database.unit(lock="restore") as connection:
        without_limits(connection)
        require_empty(connection)
        read_archive(connection, path, advance)
    return None


def require_idle(database: Database, now: datetime) -> None:
    """Raises `StoreError` while workers of a PostgreSQL database give signs of life."""
    with database.reading() as connection:
        alive = living(connection, now, within_s=45.0)
    if alive:
        names = ", ".join(f"{worker.role} on {worker.host}" for worker in alive)
        raise StoreError(f"workers are running on this database: {names}", remedy="stop them all first")


def require_empty(connection: sa.Connection) -> None:
    """Raises `StoreError` unless no table of data has a row."""
    if not is_empty(connection):
        raise StoreError(
            "the database is not empty", remedy="name an empty one: nothing that exists is ever overwritten"
        )


def _opened(path: Path) -> Database:
    """The database in a file, whatever its name: in an address, some characters would mean something else."""
    return Database(open_engine(sa.URL.create("sqlite", database=str(path))))


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", remedy="check its owner and permissions"
        ) from error


def _restore_file(database: Database, path: Path, now: datetime, *, copied: bool, advance: Advance) -> Path | None:
    make_folder(database)
    target = Path(os.path.realpath(database.engine.url.database or ""))  # a link to it stays one
    made = target.with_name(f"{target.name}.restoring")
    database.dispose()
    with alone(database.engine.url), _thrown_away(made):
        make_database_file(made, like=target)
        new = _opened(made)
        try:
            if copied:
                _copy_file(path, made)
            upgrade(new)
            if not copied:
                with new.unit() as connection:
                    read_archive(connection, path, advance)
            problems = verify(new).problems
        finally:
            new.dispose()
        if problems:
            raise StoreError(f"{path} is damaged: {problems[0]}", remedy="use another backup")
        _settle(made)
        return _swap(made, target, now)


def _swap(made: Path, target: Path, now: datetime) -> Path | None:
    """Put the new file in place; the old one stays beside it.

    At every moment there is a database in place: the old one until the new one takes its name.  A log that lies beside
    the old one must be gone by then, or it would be taken for the new one's; what it holds goes into the file first,
    and where it cannot (a damaged file), both stay beside under the other name.
    """
    if not target.exists():
        _clear_logs(target)
        made.rename(target)
        return None
    kept = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%S}")
    with contextlib.suppress(sqlite3.Error):
        _settle(target)
    for end in ("", "-wal"):
        if (part := Path(f"{target}{end}")).exists():
            _keep_as(part, Path(f"{kept}{end}"))
    _clear_logs(target)
    made.replace(target)
    return kept


def _keep_as(path: Path, kept: Path) -> None:
    """A second name for a file; a copy where files can have but one."""
    try:
        kept.hardlink_to(path)
    except OSError as error:
        if error.errno not in ONE_NAME:
            raise
        shutil.copyfile(path, kept)


def _clear_logs(target: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{target}{end}").unlink(missing_ok=True)


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """A file that takes its name only when it is whole."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        if path.exists():
            raise StoreError(f"{path} exists already", remedy="choose another name; backups are never overwritten")
        with _thrown_away(partial):
            partial.touch(mode=0o600)
            yield partial
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial.rename(path)
    except OSError as error:
        words = f"the backup cannot be written to {path}: {error.strerror}"
        if error.errno in NO_ROOM:
            raise StoreFull(words, remedy="free some space there, or name another place") from error
        raise StoreError(words, remedy="name a file in a folder that exists and that you may write to") from error


@contextmanager
def _thrown_away(path: Path) -> Iterator[None]:
    """What stands at `path`, and beside it as SQLite's logs and our lock, is gone before and afterwards."""
    parts = [Path(f"{path}{end}") for end in ("", "-wal", "-shm", ".lock")]
    for part in parts:
        part.unlink(missing_ok=True)
    try:
        yield
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _copy_pages(database: Database, path: Path, advance: Advance) -> None:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_schema").all()  # from here on the view stands still
        source: Any = connection.connection.driver_connection
        _copy(source, path, advance)


def _copy(source: sqlite3.Connection, path: Path, advance: Advance) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path)) as target:
            source.backup(target, pages=PAGES, progress=lambda _status, left, total: advance("pages", total - left))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname in NO_ROOM:
            raise StoreFull(f"no space for the copy in {path.parent}", remedy="free some there") from error
        raise StoreError(f"the database cannot be copied: {error}") from error


def _copy_file(path: Path, made: Path) -> None:
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source:
        _copy(source, made, lambda _what, _done: None)


def _settle(path: Path) -> None:
    """Everything of an SQLite database in the one file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
