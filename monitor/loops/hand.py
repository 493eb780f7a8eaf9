"""The work that a loop has in hand: a set of tasks that it can wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


class InHand:
    """Tasks that were started and have not ended; each handles its own errors."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[None, None, None], name: str) -> None:
        """Begin a piece of work."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def one_ended(self) -> None:
        """Wait until at least one piece has ended; at once when there is none."""
        if self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def all_ended(self) -> None:
        """Wait until everything has ended, also what is started meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)
