"""Few requests at once per host, and a pause between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.fetch.answers import MAX_RETRY_AFTER
from monitor.ports import Clock

ASK_AGAIN_S = 0.5
"""How long to wait before looking again for a place at a host where other processes have them all."""


LONGEST_WAIT = timedelta(hours=1)
"""A turn that is further away was given before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a host may be asked: so many at once, starts so far apart, each of them over after `longest_s`."""

    at_once: int
    spacing_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places at a host, from `at` on; a place that other processes count has a number.

    `blocked_until`: the host wants to be left alone until then, as was known when the place was taken.
    """

    at: datetime
    number: int | None = None
    blocked_until: datetime | None = None


class HostBook(Protocol):
    """When each host may be asked next, shared by all workers.  Hosts are `scheme://name:port`."""

    async def reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        """Take a place from the next free instant on, never before `now`; the one after it is `spacing_s` later.

        None while other processes have all places.  The places of this process are counted by whoever calls.
        """
        ...

    async def leave(self, place: Place) -> None:
        """Give a place back; one that is not given back, because its process died, ends after `longest_s`."""
        ...

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        ...

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        ...


class MemoryHostBook:
    """The host book of a single process."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}
        self._blocked: dict[str, datetime] = {}

    async def reserve(self, host: str, now: datetime, terms: Terms) -> Place | None:
        """Take a place from the next free instant on; there is always one, since no other process asks."""
        blocked_until = await self.blocked_until(host, now)
        if terms.spacing_s <= 0:
            return Place(now, blocked_until=blocked_until)
        following = self._next.get(host, now)
        at = following if now < following <= now + LONGEST_WAIT else now
        self._next[host] = at + timedelta(seconds=terms.spacing_s)
        if len(self._next) > 10_000:
            self._next = {name: instant for name, instant in self._next.items() if instant > now}
        return Place(at, blocked_until=blocked_until)

    async def leave(self, place: Place) -> None:
        """Nobody else counts places."""

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        self._blocked[host] = max(until, self._blocked.get(host, until))

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        until = self._blocked.get(host)
        if until is not None and not now < until <= now + MAX_RETRY_AFTER:  # over, or of a clock that was set back
            del self._blocked[host]
            return None
        return until


class Politeness:
    """Lets callers ask a host in turn: at most `per_host` at once, starts `spacing_s` apart."""

    def __init__(self, book: HostBook, clock: Clock, *, per_host: int, spacing_s: float) -> None:
        self._book = book
        self._clock = clock
        self._per_host = per_host
        self._spacing_s = spacing_s
        self._slots: dict[str, _Slots] = {}

    def take_up(self, *, per_host: int, spacing_s: float) -> None:
        """Other limits, for hosts that are not being asked just now; for those, once they have been left alone."""
        self._per_host = per_host
        self._spacing_s = spacing_s

    @asynccontextmanager
    async def turn(
        self, host: str, *, spacing_s: float = 0.0, longest_s: float = 0.0, at_once: bool = False
    ) -> AsyncIterator[datetime | None]:
        """Wait for one's turn at `host`, keep a place while inside, for `longest_s` and no longer.

        It gives the instant until which the host wants to be left alone, if that is still to come.

        `spacing_s` is what the host itself asks for (its crawl delay).  `at_once` is for the next hop of a chain: it
        takes a place and pushes the others back, but does not wait for the pause to pass.
        """
        slots = self._slots.setdefault(host, _Slots(self._per_host))
        slots.users += 1
        terms = Terms(self._per_host, max(spacing_s, self._spacing_s), longest_s)
        try:
            async with slots.semaphore:
                place = await self._place(host, terms)
                try:
                    waited = not at_once and await self._wait_until(place.at)
                    # What was known before the pause may be out of date: somebody else has asked the host meanwhile.
                    yield await self._book.blocked_until(host, self._clock.now()) if waited else place.blocked_until
                finally:
                    await self._book.leave(place)
        finally:
            slots.users -= 1
            if not slots.users:
                del self._slots[host]

    async def _place(self, host: str, terms: Terms) -> Place:
        while True:
            place = await self._book.reserve(host, self._clock.now(), terms)
            if place is not None:
                return place
            await asyncio.sleep(ASK_AGAIN_S)

    async def _wait_until(self, at: datetime) -> bool:
        """Whether there was anything to wait for."""
        wait_s = (at - self._clock.now()).total_seconds()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        return wait_s > 0


class _Slots:
    __slots__ = ("semaphore", "users")

    def __init__(self, per_host: int) -> None:
        self.semaphore = asyncio.Semaphore(per_host)
        self.users = 0
