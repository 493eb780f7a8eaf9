"""Room for documents in hand: so many bytes together, first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Room:
    """At most `limit` bytes at a time; what is larger than that gets the whole room for itself."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._turn = asyncio.Lock()
        self._left = asyncio.Event()

    @asynccontextmanager
    async def take(self, size: int) -> AsyncIterator[None]:
        """Hold `size` bytes for the block, once there is room for them; nobody overtakes who waits."""
        size = min(size, self._limit)
        async with self._turn:
            while self._taken + size > self._limit:
                self._left.clear()
                await self._left.wait()
            self._taken += size
        try:
            yield
        finally:
            self._taken -= size
            self._left.set()
