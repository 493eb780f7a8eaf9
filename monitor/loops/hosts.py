"""The host book of several workers: `fetch.politeness` on rows of the database."""

from __future__ import annotations

from datetime import datetime

from monitor.loops.context import in_thread
from monitor.store import hosts
from monitor.store.unit import Database


class DatabaseHostBook:
    """Shares pauses and blocks per host with every process on the database, and keeps them over a restart.

    On SQLite, where one process polls, the book in memory does the same for less.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, host: str, now: datetime, spacing_s: float) -> datetime:
        """Take the next free instant, never before `now`; the one after it is `spacing_s` later."""
        return await in_thread(self._reserve, host, now, spacing_s)

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        await in_thread(self._block, host, until)

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        return await in_thread(self._blocked_until, host, now)

    def _reserve(self, host: str, now: datetime, spacing_s: float) -> datetime:
        with self._database.unit(lock=hosts.host_lock(host)) as connection:
            return hosts.reserve(connection, host, now, spacing_s)

    def _block(self, host: str, until: datetime) -> None:
        with self._database.unit(lock=hosts.host_lock(host)) as connection:
            hosts.block(connection, host, until, until)

    def _blocked_until(self, host: str, now: datetime) -> datetime | None:
        with self._database.reading() as connection:
            return hosts.blocked_until(connection, host, now)
