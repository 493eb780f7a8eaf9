"""Waking other processes through the database: LISTEN and NOTIFY, where there is PostgreSQL.

Only a wake-up: what is due stands in rows, which every process looks at by itself, if a little later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store.unit import Database, map_error

CHANNEL = "monitor_wake"
LOOK_S = 2.0
"""How often the listening thread looks whether it is to end."""
AGAIN_S = 5.0
"""After the connection was lost."""


def notify(connection: sa.Connection) -> None:
    """Wake the processes that listen, once this unit is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))


class Wakeups:
    """A thread that calls `on_wake` whenever somebody notified; entering does nothing on SQLite.

    `on_wake` is called from that thread, also after the connection was lost and is there again; never after leaving,
    though the thread may take longer to end (a server that is slow to answer).
    """

    def __init__(self, database: Database, on_wake: Callable[[], object], *, again_s: float = AGAIN_S) -> None:
        self._again_s = again_s
        self._database = database
        self._on_wake = on_wake
        self._ending = threading.Event()
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)

    def __enter__(self) -> Wakeups:
        if not self._database.is_sqlite:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._telling:
            self._ending.set()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_S)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._listen()
            except StoreError as error:
                import structlog  # noqa: PLC0415 - takes a fifth of the start of a command, which has nothing to tell

                log = structlog.get_logger("wakeup")
                log.warning("listening-lost", error=error.message, again_in_s=self._again_s)
                self._ending.wait(self._again_s)

    def _tell(self) -> None:
        with self._telling:  # what is called may be gone once this has been left
            if not self._ending.is_set():
                self._on_wake()

    def _listen(self) -> None:
        engine = self._database.engine
        driver_error = engine.dialect.loaded_dbapi.Error
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("SET idle_session_timeout = 0")  # to wait is all that it does
                connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                driver: Any = connection.connection.driver_connection
                connection.detach()  # whoever gets it next from the pool would not expect that it never idles too long
                self._tell()
                while not self._ending.is_set():
                    if any(True for _ in driver.notifies(timeout=LOOK_S, stop_after=1)):
                        self._tell()
        except sa.exc.DBAPIError as error:
            raise map_error(error) from error
        except driver_error as error:
            raise StoreError(str(error)) from error
