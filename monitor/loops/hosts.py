"""The host book of several workers: `fetch.politeness` on rows of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from monitor.errors import StoreError
from monitor.fetch.politeness import Place, Terms
from monitor.loops.batches import Batches
from monitor.loops.context import in_thread, log
from monitor.store import hosts
from monitor.store.hosts import Asked, Wish
from monitor.store.unit import Database


class DatabaseHostBook:
    """Shares places, pauses and blocks per host with every process on the database, and keeps them over a restart.

    What is asked for and given back at the same moment is one unit of work.  `owner` names this process.  On SQLite,
    where one process polls, the book in memory does the same for less.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._batches: Batches[Wish | int] = Batches(self._settle, "hosts")

    async def reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        """Take a place from the next free instant on, never before `now`; None while others have all places."""
        wish = Wish(host, now, at_once=terms.at_once, spacing_s=terms.spacing_s, longest_s=terms.longest_s)
        asked = self._batches.give(wish)
        try:
            found: Asked | None = await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(self._give_back_unused)
            raise
        return None if found is None else Place(found.at, found.number, found.blocked_until)

    async def leave(self, place: Place) -> None:
        """Give a place back, if anybody counts it."""
        if place.number is not None:
            await self._batches.give(place.number)

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        await in_thread(self._block, host, until)

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        return await in_thread(self._blocked_until, host, now)

    def _give_back_unused(self, asked: asyncio.Future[Asked | None]) -> None:
        """Whoever wanted the place did not wait for it."""
        if not asked.cancelled() and asked.exception() is None:
            found = asked.result()
            if found is not None and found.number is not None:
                self._batches.give(found.number)

    async def _settle(self, items: Sequence[Wish | int]) -> list[Asked | StoreError | None]:
        try:
            return [*await in_thread(self._settle_all, items)]
        except StoreError as error:
            if left := sum(isinstance(item, int) for item in items):
                log.warning("places-not-given-back", places=left, error=str(error))
            # The answer that was fetched is worth more than its place, which ends by itself.
            return [error if isinstance(item, Wish) else None for item in items]

    def _settle_all(self, items: Sequence[Wish | int]) -> list[Asked | None]:
        """What is given back makes room for what is asked for."""
        wishes = [item for item in items if isinstance(item, Wish)]
        left = [item for item in items if isinstance(item, int)]
        with self._database.unit(lock={hosts.host_lock(wish.host) for wish in wishes}) as connection:
            if left:
                hosts.end(connection, left)
            asked = iter(hosts.ask(connection, wishes, owner=self._owner) if wishes else ())
        return [next(asked) if isinstance(item, Wish) else None for item in items]

    def _block(self, host: str, until: datetime) -> None:
        with self._database.unit(lock=hosts.host_lock(host)) as connection:
            hosts.block(connection, host, until, until)

    def _blocked_until(self, host: str, now: datetime) -> datetime | None:
        with self._database.reading() as connection:
            return hosts.blocked_until(connection, host, now)
