"""The queue before SQLite's one writer: the threads of a process write in order of arrival, urgent ones first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.errors import StoreBusy


class WriterGate:
    """Lets one thread through at a time and hands over to the next by itself, so that nobody polls and none starves.

    Only the courier is urgent, whose records one thread writes together: between two of them somebody else goes.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._urgent: deque[threading.Lock] = deque()
        self._others: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self, *, urgent: bool, timeout_s: float) -> Iterator[None]:
        """Be the only one within the block.  Raises `StoreBusy` when it takes longer than that to get in."""
        if not self._enter(self._urgent if urgent else self._others, timeout_s):
            raise StoreBusy("another part of this program has been writing for too long")
        try:
            yield
        finally:
            self._leave()

    def _enter(self, queue: deque[threading.Lock], timeout_s: float) -> bool:
        called = threading.Lock()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called.acquire()
            queue.append(called)
        if called.acquire(timeout=timeout_s):
            return True
        with self._guard:
            if called not in queue:
                return True  # called in the very moment of giving up
            queue.remove(called)
            return False

    def _leave(self) -> None:
        with self._guard:
            queue = self._urgent or self._others
            if queue:
                queue.popleft().release()
            else:
                self._taken = False
