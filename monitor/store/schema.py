"""Bringing the database to this program's schema, and saying where it stands."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import monitor
from monitor.errors import SchemaMismatch, StoreBusy, StoreError
from monitor.store.belonging import make_database_file, make_folders
from monitor.store.lock import alone
from monitor.store.unit import NO_RIGHT_SQLSTATE, READ_ONLY_SQLSTATE, REMEDIES, Database, open_engine, without_limits

HEAD = "0014"
"""The schema of this program; a test holds it equal to the last migration."""

LOCK = "schema"
OLDEST_POSTGRESQL = 150_000
"""As `server_version_num` says it."""
NEWER_REMEDY = "use the newer program version that wrote it, or restore a backup: monitor db restore"


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """Where a database stands: `current` is None for an empty one."""

    current: str | None
    head: str = HEAD

    @property
    def is_current(self) -> bool:
        """Nothing to migrate."""
        return self.current == self.head

    @property
    def is_newer(self) -> bool:
        """A later program has migrated it; there is no way down.  Schemas are numbered in their order."""
        return self.current is not None and self.current > self.head


def status(database: Database) -> SchemaStatus:
    """The schema version the database has; changes nothing, and makes no file where there is none."""
    if _is_missing(database):
        return SchemaStatus(None)
    with database.reading() as connection:
        return SchemaStatus(_version(connection))


def upgrade(database: Database) -> SchemaStatus:
    """Migrate to this program's schema, all or nothing, under a lock; what the database had before.

    Does nothing, cheaply, when it is current.  Raises `SchemaMismatch` for a schema that this program does not know,
    `AlreadyRunning` when an SQLite file of an older program is one that it works on just now.
    """
    make_folder(database)
    _require_fit(database)
    before = status(database)
    if before.is_current:
        return before
    if (file := _file(database)) is not None:
        make_database_file(file)
    with _left_alone(database, before), database.unit(lock=LOCK) as connection:
        without_limits(connection)
        before = SchemaStatus(_version(connection))
        if not before.is_current:
            _migrate(connection, before)
    return before


def _left_alone(database: Database, before: SchemaStatus) -> AbstractContextManager[None]:
    """Whoever works on a file of another schema would go on writing what it knows until its next sign of life."""
    return nullcontext() if before.current is None else alone(database.engine.url)


def require_usable(address: str) -> None:
    """Look at a server before the monitor starts: raises `StoreError` where it cannot be reached, read or written.

    Changes nothing.  An SQLite file has nothing that could be asked without making it.
    """
    database = Database(open_engine(address))
    try:
        if not database.is_sqlite:
            _require_fit(database)
            _require_writable(database, empty=status(database).current is None)
    finally:
        database.dispose()


def _require_writable(database: Database, *, empty: bool) -> None:
    with database.unit() as connection:
        if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
            raise StoreBusy("the database can be read but not written", remedy=REMEDIES[READ_ONLY_SQLSTATE])
        allowed = connection.exec_driver_sql("SELECT has_schema_privilege(current_schema(), 'CREATE')").scalar_one()
    if empty and not allowed:
        raise StoreError("the role may make no tables in its schema", remedy=REMEDIES[NO_RIGHT_SQLSTATE])


def _require_fit(database: Database) -> None:
    """Raises `StoreError` for a PostgreSQL that is too old, or a database of it that cannot hold every text."""
    if database.is_sqlite:
        return
    with database.reading() as connection:
        version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        encoding = str(
            connection.exec_driver_sql(
                "SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database()"
            ).scalar_one()
        )
    if version < OLDEST_POSTGRESQL:
        raise StoreError(
            f"this is PostgreSQL {version // 10_000}", remedy=f"use {OLDEST_POSTGRESQL // 10_000} or newer"
        )
    if encoding != "UTF8":
        remedy = "make one that can: CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'"
        raise StoreError(f"the database has the encoding {encoding}, which cannot hold every text", remedy=remedy)


def upgrade_address(address: str) -> None:
    """`upgrade` of the database at an address, with an engine of its own."""
    database = Database(open_engine(address))
    try:
        upgrade(database)
    finally:
        database.dispose()


def require_current(database: Database) -> None:
    """For commands that only read: raises `SchemaMismatch` unless the schema is this program's."""
    found = status(database)
    if found.current is None:
        missing = f"there is no database at {_file(database)} yet"
        remedy = "the monitor makes it at its first start: monitor run (or monitor once)"
        raise SchemaMismatch(missing if _is_missing(database) else "the database is empty", remedy=remedy)
    if not found.is_current:
        raise SchemaMismatch(
            f"the database has schema {found.current}, this program needs {found.head}",
            remedy=NEWER_REMEDY if found.is_newer else "monitor db upgrade",
        )


def migrations() -> Path:
    """The folder with the migrations: inside an installed package, beside it in a checkout."""
    package = Path(monitor.__file__).parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "alembic"


def alembic_config(connection: sa.Connection | None = None) -> Any:
    """What alembic's commands and `env.py` need."""
    from alembic.config import Config  # noqa: PLC0415 - costs 0.1 s, and a current database does not need it

    config = Config(stdout=sys.stdout)  # by itself it would keep that of the moment when it was imported
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: sa.Connection, before: SchemaStatus) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    from alembic import command  # noqa: PLC0415 - as above

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before.current is not None and before.current not in known:
        raise SchemaMismatch(
            f"the database has schema {before.current}, which this version ({monitor.__version__}) does not know",
            remedy=NEWER_REMEDY,
        )
    command.upgrade(config, "head")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    value = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if value is None else str(value)


def _file(database: Database) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    url = database.engine.url
    return Path(url.database) if database.is_sqlite and url.database and url.database != ":memory:" else None


def _is_missing(database: Database) -> bool:
    file = _file(database)
    try:
        return file is not None and not file.exists()
    except PermissionError:  # whoever opens it says so
        return False


def make_folder(database: Database) -> None:
    """Make the folder of an SQLite file where there is none."""
    file = _file(database)
    if file is not None:
        folder = file.parent
        try:
            make_folders(folder)
        except OSError as error:
            remedy = "check the folder's owner and permissions, or name another place with database:"
            raise StoreError(f"the folder {folder} cannot be made: {error.strerror}", remedy=remedy) from error
