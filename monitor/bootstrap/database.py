"""The configured database alone, for commands: all else of the monitor takes longer to import than they work."""

from __future__ import annotations

from monitor.config.load import Config
from monitor.store.schema import make_folder, require_current, status, upgrade
from monitor.store.unit import Database, open_engine


def open_database(config: Config) -> Database:
    """The configured database; no connection is made yet."""
    return Database(open_engine(config.database))


def make_ready(database: Database) -> None:
    """Make the tables where there are none, so that one may look before the first start.

    An older database is left alone: a look must not take minutes, nor pull the tables from under a daemon of the older
    program.  Raises `SchemaMismatch`.
    """
    make_folder(database)
    if status(database).current is None:
        upgrade(database)
    else:
        require_current(database)
