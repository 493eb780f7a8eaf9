"""The work that a loop has in hand: a set of tasks that it can wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog

TOGETHER_S = 0.1
"""What ends within so many seconds is committed, and other work claimed in its place, together."""

log = structlog.get_logger("loops")


class InHand:
    """Tasks that were started and have not ended.

    Each handles its own errors; one that failed even at that (no space to record the failure) is logged, and its lease
    runs out.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[None, None, None], name: str) -> None:
        """Begin a piece of work."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("work-lost", work=task.get_name(), error=repr(error))

    async def some_ended(self) -> None:
        """Wait until at least one piece has ended, with those that end soon after it; at once when there is none."""
        if self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=TOGETHER_S)

    async def all_ended(self) -> None:
        """Wait until everything has ended, also what is started meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)
