"""Few requests at once per host, and a pause between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from monitor.ports import Clock


class HostBook(Protocol):
    """When each host may be asked next, shared by all workers.  Hosts are `scheme://name:port`."""

    async def reserve(self, host: str, now: datetime, spacing_s: float) -> datetime:
        """Take the next free instant, never before `now`; the one after it is `spacing_s` later."""
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

    async def reserve(self, host: str, now: datetime, spacing_s: float) -> datetime:
        """Take the next free instant, never before `now`; the one after it is `spacing_s` later."""
        at = max(now, self._next.get(host, now))
        self._next[host] = at + timedelta(seconds=spacing_s)
        if len(self._next) > 10_000:
            self._next = {name: instant for name, instant in self._next.items() if instant > now}
        return at

    async def block(self, host: str, until: datetime) -> None:
        """The host wants to be left alone until then."""
        self._blocked[host] = max(until, self._blocked.get(host, until))

    async def blocked_until(self, host: str, now: datetime) -> datetime | None:
        """The instant until which the host wants to be left alone, if that is still to come."""
        until = self._blocked.get(host)
        if until is not None and until <= now:
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

    @asynccontextmanager
    async def turn(self, host: str, *, spacing_s: float = 0.0, at_once: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn at `host`, keep a slot while inside.

        `spacing_s` is what the host itself asks for (its crawl delay).  `at_once` is for the next hop of a chain: it
        takes a slot and pushes the others back, but does not wait for the pause to pass.
        """
        slots = self._slots.setdefault(host, _Slots(self._per_host))
        slots.users += 1
        try:
            async with slots.semaphore:
                await self._pause(host, max(spacing_s, self._spacing_s), at_once=at_once)
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._slots[host]

    async def _pause(self, host: str, spacing_s: float, *, at_once: bool) -> None:
        if spacing_s <= 0:
            return
        now = self._clock.now()
        at = await self._book.reserve(host, now, spacing_s)
        if at > now and not at_once:
            await asyncio.sleep((at - now).total_seconds())


class _Slots:
    __slots__ = ("semaphore", "users")

    def __init__(self, per_host: int) -> None:
        self.semaphore = asyncio.Semaphore(per_host)
        self.users = 0
