"""Engines and units of work: the only places where a transaction begins and ends."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from monitor.errors import StoreBusy, StoreError, StoreFull
from monitor.store.gate import WriterGate
from monitor.store.standstill import LOCK_NOT_AVAILABLE, end_stopped_units

BUSY_TIMEOUT_S = 10
KEPT_CONNECTIONS = 3
"""To SQLite: one that writes (others wait for their turn without any) and two that read; each takes up to 2 MB for
pages, statements and the schema.  More are opened when they are needed, the one used last is taken first."""
PAGE_BYTES = 2048
"""Of new SQLite files.  A changed row costs its page in the log: half of the usual 4096 writes two thirds as much."""
CACHE_KIB = 4096
"""Of a SQLite connection: what placing twenty articles reads and changes.  Below, pages are written twice, and read."""
CHECKPOINT_PAGES = 8000
"""How far SQLite's log grows (16 MB) before it is copied: what changes with every poll is copied once, not often."""
# Retrying helps: serialisation failure, deadlock, lock not available, a unique key that another worker took first,
# a server that is shutting down, starting up, has too many clients or lets us only read (after a failover), and one
# that gave up waiting for us: in a unit, with it as a whole, between units.
RETRYABLE_SQLSTATES = frozenset(
    {"40001", "40P01", LOCK_NOT_AVAILABLE, "23505", "57P01", "57P02", "57P03", "53300", "25006"}
    | {"25P03", "25P04", "57P05"}
)
CONNECTION_SQLSTATE_CLASS = "08"
# A worker that is paused, or cut off, in the middle of a unit holds its locks: after 12 s the server ends that unit
# (units take milliseconds), or another worker does, where it happened in the middle of a command.  Nobody waits longer
# than 10 s for a lock, so that none of the paused worker's other units inherits it.  After some 25 s without an answer
# the client gives the connection up.  Whoever only reads may take his time.
READING = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0"
)
POSTGRESQL_LIMITS = {"idle_in_transaction_session_timeout": "12s", "lock_timeout": "10s"}
POSTGRESQL_MANNERS = {
    "DateStyle": "ISO",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    "client_min_messages": "warning",
}
"""What this program and its driver count on.  A role, a database or the environment may have been given other ones, in
which dates cannot be read, numbers come rounded, or every second unit that waited for a lock has to be done again."""
POSTGRESQL_ARGS = {
    "client_encoding": "utf8",
    "connect_timeout": BUSY_TIMEOUT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
DISK_FULL_SQLSTATE = "53100"
READ_ONLY_SQLSTATE = "25006"
NO_RIGHT_SQLSTATE = "42501"
REMEDIES = {
    READ_ONLY_SQLSTATE: "if it is a standby: name the primary, or several hosts (see the page about PostgreSQL)",
    "57014": "its role or database has a statement_timeout: ALTER ROLE ... SET statement_timeout = 0",
    NO_RIGHT_SQLSTATE: "give the role the right: GRANT CREATE, USAGE ON SCHEMA ... TO ..., or be the tables' owner",
    "3F000": "make the schema that search_path names: CREATE SCHEMA ... AUTHORIZATION ...",
}
"""What an administrator can do, by SQLSTATE."""
REFUSALS = {
    "password authentication failed": "check the user, and the password in ~/.pgpass (mode 600) or PGPASSWORD",
    "no password supplied": "give it in ~/.pgpass (mode 600) or PGPASSWORD",
    "Peer authentication failed": "name the role like the user that this runs as, or go by a host: ...@localhost/...",
    "no pg_hba.conf entry": "let this machine, user and database in: a line in the server's pg_hba.conf",
    "connection slots": "raise max_connections of the server, or find out who holds them: pg_stat_activity",
    "too many ": "raise the limit of the server, role or database, or find out who holds them: pg_stat_activity",
    "certificate verify failed": "name the authority that signed it: ?sslrootcert=FILE",
    "does not match host name": "write one of the names that the certificate is for, or have one made for this name",
    "root certificate file": "name it: ?sslrootcert=FILE, or sslrootcert=system for an authority that the system knows",
    "does not exist": "make it first (see the page about PostgreSQL), or correct the address",
    "definition of service": "write it into ~/.pg_service.conf, or correct ?service=",
    "could not write init file": "free space on the database server",
}
"""The same where a connection is refused: the driver is told no SQLSTATE then, only words (of a server that speaks
English; others are shown as they are)."""


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…), set up for this program; no connection is made yet.

    SQLite: WAL, `synchronous=NORMAL` (a power cut may undo the last commits but never corrupts; kill -9 loses
    nothing), foreign keys off (we keep tombstones), transactions begun by us as IMMEDIATE where they write.
    Connections are kept: a fresh one reads the whole schema again before its first statement.
    """
    url = sa.make_url(url)
    if url.get_backend_name() != "sqlite":
        return _postgresql_engine(url)
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False},
        poolclass=sa.QueuePool,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=-1,
        pool_use_lifo=True,  # what the last unit read is still in that connection's cache
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgresql_engine(url: sa.URL) -> sa.Engine:
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=_postgresql_args(url))
    except ModuleNotFoundError as error:
        remedy = "pip install 'news-monitor[postgresql]'"
        raise StoreError("PostgreSQL needs a driver that is not installed", remedy=remedy) from error
    event.listen(engine, "connect", _preparing(" ".join(engine.url.normalized_query.get("options", ()))))
    event.listen(engine, "handle_error", _leave_a_standby)
    return engine


def _preparing(options: str) -> Callable[[Any, Any], None]:
    """What is done with a new connection: it gets our manners, and our limits but for those that `options` sets.

    They are not in the `options` of the connection itself, since a pooler in between refuses to connect whoever sends
    any.  Behind a pooler the server's process is not the one that the connection was told of.  There nothing is
    prepared: a pooler by transaction gives the names of statements to whoever comes next, with another meaning.
    """
    limits = {name: value for name, value in POSTGRESQL_LIMITS.items() if name not in options}
    ours = [f"SET {name} = '{value}'" for name, value in (POSTGRESQL_MANNERS | limits).items()]

    def prepare(connection: Any, _record: Any) -> None:
        connection.autocommit = True  # a transaction that is rolled back would take the limits along
        cursor = connection.cursor()
        cursor.execute("; ".join((*ours, "SELECT pg_backend_pid()")))
        while cursor.nextset():
            pass
        if cursor.fetchone()[0] != connection.info.backend_pid:
            connection.prepare_threshold = None
        connection.autocommit = False

    return prepare


def _postgresql_args(url: sa.URL) -> dict[str, Any]:
    """Ours where the address says nothing.  Of several hosts the one is meant that can be written to."""
    said = url.normalized_query
    args: dict[str, Any] = {name: value for name, value in POSTGRESQL_ARGS.items() if name not in said}
    if len(said.get("host", ())) > 1 and "target_session_attrs" not in said:
        args["target_session_attrs"] = "read-write"
    return args


def _leave_a_standby(context: Any) -> None:
    """A server that became read-only is left: the next connection looks for one that can be written to."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY_SQLSTATE:
        context.is_disconnect = True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    if cursor.execute("PRAGMA page_count").fetchone()[0] == 0:  # a new file; later, the second would write each time
        cursor.execute(f"PRAGMA page_size={PAGE_BYTES}")
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        "synchronous=NORMAL",
        "temp_store=MEMORY",
        f"cache_size=-{CACHE_KIB}",
        "journal_size_limit=67108864",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Once per file.  SQLite does not wait for the lock that switching takes, so two first starts could collide."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:  # where there is no WAL (in memory) the mode stays what it was
            return


CommitObserver = Callable[[str], None]
"""Called with `before` and `after` around every commit of a writing unit; a torture test ends the process in it."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database and its transactions.  Repositories are functions that take the connection of a unit."""

    engine: sa.Engine
    observer: CommitObserver | None = None
    _gate: WriterGate = field(default_factory=WriterGate, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded backend."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit(self, *, lock: str | Iterable[str] | None = None, urgent: bool = False) -> Iterator[sa.Connection]:
        """A writing unit of work: commits at the end, rolls back on any exception.

        SQLite: BEGIN IMMEDIATE, so that reads before the write cannot go stale.  PostgreSQL: `lock` names what two
        workers must not do at the same time (advisory locks until commit, taken in alphabetical order).  `urgent` goes
        before other units of this process that wait.  Raises `StoreBusy`, `StoreFull`, `StoreError`; units do not nest.
        """
        with self._mapped(), self._turn(urgent), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                _advisory_locks(connection, lock)
            try:
                self._begun(connection)
                yield connection
                self._observe("before")
            except BaseException:
                connection.rollback()
                raise
            self._end(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent read-only view; never blocks a writer."""
        with self._mapped(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql(READING)
            yield connection
            connection.rollback()

    @contextmanager
    def outside(self) -> Iterator[sa.Connection]:
        """A connection without a transaction, for what must stand outside of one (VACUUM)."""
        with self._mapped(), self._turn(False), self.engine.connect() as connection:
            yield connection

    def forget_pages(self) -> None:
        """SQLite's idle connections let go of the pages they hold (up to 4 MB each), except the one used next."""
        pool = self.engine.pool
        if self.is_sqlite and isinstance(pool, sa.QueuePool):
            with self._mapped(), ExitStack() as taken:
                idle = [taken.enter_context(self.engine.connect()) for _ in range(pool.checkedin())]
                for connection in idle[1:]:
                    connection.exec_driver_sql("PRAGMA shrink_memory")

    def dispose(self) -> None:
        """Close the kept connections."""
        self.engine.dispose()

    def _begun(self, connection: sa.Connection) -> None:
        """What every unit begins with: nothing."""

    def _end(self, connection: sa.Connection) -> None:
        connection.commit()
        self._observe("after")

    def _observe(self, moment: str) -> None:
        if self.observer is not None:
            self.observer(moment)

    def _turn(self, urgent: bool) -> AbstractContextManager[None]:
        # Threads of one process queue here rather than poll SQLite's lock with growing sleeps.
        return self._gate.turn(urgent=urgent, timeout_s=BUSY_TIMEOUT_S) if self.is_sqlite else nullcontext()

    def end_standstill(self) -> int:
        """End the units of processes that stand still in mid-command; how many.  Raises `StoreBusy`, `StoreError`.

        Whoever waited for a lock in vain does so by itself.  Claims never wait: they go past what is locked.
        """
        if self.is_sqlite:  # a process is ended with its locks, and there is one
            return 0
        with self._mapped(), self.engine.connect() as connection:
            return end_stopped_units(connection.execution_options(isolation_level="AUTOCOMMIT"))

    def _unlocked(self, error: sa.exc.DBAPIError) -> StoreBusy | None:
        """The error, if it was a lock that is to be had next time: those who stood still with it have been ended."""
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            with suppress(StoreError):
                if ended := self.end_standstill():
                    return StoreBusy(f"{map_error(error)}; a process stood still, {ended} unit(s) of it were ended")
        return None

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._unlocked(error) or map_error(error) from error
        except sa.exc.TimeoutError as error:
            raise StoreBusy(f"no free database connection: {error}") from error


@dataclass(frozen=True, slots=True)
class Rehearsal(Database):
    """A database on which everything happens and nothing stays: every unit is undone at its end.

    `prepare` puts into each unit what is to be there.
    """

    prepare: Callable[[sa.Connection], None] = lambda _connection: None

    def _begun(self, connection: sa.Connection) -> None:
        self.prepare(connection)

    def _end(self, connection: sa.Connection) -> None:
        connection.rollback()


def rehearsal(database: Database, prepare: Callable[[sa.Connection], None]) -> Rehearsal:
    """A rehearsal on `database`, which queues for its turn like every other unit."""
    return Rehearsal(database.engine, None, database._gate, prepare)


_ADVISORY_LOCKS = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name"
)
"""One after the other, in the order of the array."""


_MORE_PATIENCE = """
SELECT set_config(name, '10min', true) FROM pg_settings
WHERE name = 'idle_in_transaction_session_timeout' AND setting::int BETWEEN 1 AND 600000
"""


def without_limits(connection: sa.Connection) -> None:
    """This unit takes as long as it takes, whatever limits an administrator has set: it goes over a table of years.

    Between two of its commands it may unpack a large batch, or wait for a terminal; its locks go when it is cut off.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(_MORE_PATIENCE)
        if (connection.dialect.server_version_info or ()) >= (17,):
            connection.exec_driver_sql("SET LOCAL transaction_timeout = 0")


def _advisory_locks(connection: sa.Connection, lock: str | Iterable[str] | None) -> None:
    names = [lock] if isinstance(lock, str) else sorted(set(lock or ()))
    if names:
        connection.execute(_ADVISORY_LOCKS, {"names": names})


def map_error(error: sa.exc.DBAPIError) -> StoreError:
    """The driver's complaint in this program's words."""
    sqlite_name = getattr(error.orig, "sqlite_errorname", None)
    if sqlite_name is not None:
        return _map_sqlite(str(sqlite_name), str(error.orig))
    return _map_postgresql(error)


def _map_sqlite(name: str, text: str) -> StoreError:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"database busy: {text}", remedy="another program holds it; the monitor tries again by itself")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return StoreFull(f"no space for the database: {text}", remedy="free space on the disk; nothing was lost")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"the database cannot be written: {text}", remedy="check the folder's owner and permissions")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(f"the database file is damaged: {text}", remedy="restore a backup: monitor db restore")
    return StoreError(text)


def _map_postgresql(error: sa.exc.DBAPIError) -> StoreError:
    text, state = str(error.orig), str(getattr(error.orig, "sqlstate", None) or "")
    if state == DISK_FULL_SQLSTATE:
        return StoreFull(f"no space for the database: {text}", remedy="free space on the database server")
    away = not state and isinstance(error, sa.exc.OperationalError)
    if away or error.connection_invalidated or state in RETRYABLE_SQLSTATES or state[:2] == CONNECTION_SQLSTATE_CLASS:
        remedy = REMEDIES.get(state) or _remedy_of_refusal("" if state else text)
        return StoreBusy(f"database busy or away: {text}", remedy=remedy)
    return StoreError(text, remedy=REMEDIES.get(state))


def _remedy_of_refusal(text: str) -> str:
    known = (remedy for words, remedy in REFUSALS.items() if words in text)
    return next(known, "a running monitor tries again by itself; what has ended, start again")
