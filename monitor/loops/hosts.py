"""The host book of several workers: `fetch.politeness` on rows of the database."""

from __future__ import annotations

import asyncio
from datetime import datetime

from monitor.errors import StoreError
from monitor.fetch.politeness import Place, Terms
from monitor.loops.context import in_thread, log
from monitor.store import hosts
from monitor.store.unit import Database


class DatabaseHostBook:
    """Shares places, pauses and blocks per host with every process on the database, and keeps them over a restart.

    `owner` names this process.  On SQLite, where one process polls, the book in memory does the same for less.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._left: list[int] = []
        self._leaving = asyncio.Lock()

    async def reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        """Take a place from the next free instant on, never before `now`; None while others have all places."""
        return await in_thread(self._reserve, host, now, terms)

    async def leave(self, place: Place) -> None:
        """Give a place back; what is given back meanwhile goes with the next."""
        if place.number is None:
            return
        self._left.append(place.number)
        async with self._leaving:
            numbers, self._left = self._left, []
            if numbers:
                await self._give_back(numbers)

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        await in_thread(self._block, host, until)

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        return await in_thread(self._blocked_until, host, now)

    async def _give_back(self, numbers: list[int]) -> None:
        try:
            await asyncio.to_thread(self._end, numbers)
        except StoreError as error:  # the answer that was fetched is worth more: places end by themselves
            log.warning("places-not-given-back", places=len(numbers), error=str(error))

    def _reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        with self._database.unit(lock=hosts.host_lock(host)) as connection:
            asked = hosts.ask(
                connection,
                host,
                now,
                owner=self._owner,
                at_once=terms.at_once,
                spacing_s=terms.spacing_s,
                longest_s=terms.longest_s,
            )
        return None if asked is None else Place(asked.at, asked.number)

    def _end(self, numbers: list[int]) -> None:
        with self._database.unit() as connection:
            hosts.end(connection, numbers)

    def _block(self, host: str, until: datetime) -> None:
        with self._database.unit(lock=hosts.host_lock(host)) as connection:
            hosts.block(connection, host, until, until)

    def _blocked_until(self, host: str, now: datetime) -> datetime | None:
        with self._database.reading() as connection:
            return hosts.blocked_until(connection, host, now)
