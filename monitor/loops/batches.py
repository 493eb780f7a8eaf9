"""Group commit: what is given while a batch is being done makes up the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Batches(Generic[T]):
    """A queue before something that costs as much for many as for one.

    `do` gets what has been given by then, in that order, and returns for each what came of it: a result, or an
    exception that is raised where it was given.  What `do` itself raises is raised everywhere.
    """

    def __init__(self, do: Callable[[Sequence[T]], Awaitable[Sequence[Any]]], name: str) -> None:
        self._do, self._name = do, name
        self._waiting: list[tuple[T, asyncio.Future[Any]]] = []
        self._work: asyncio.Task[None] | None = None

    def give(self, item: T) -> asyncio.Future[Any]:
        """Have it done soon, with what else is waiting by then; what was given later is not done before it."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._do_all(), name=self._name)
        return done

    async def _do_all(self) -> None:
        while self._waiting:
            given, self._waiting = self._waiting, []
            try:
                outcomes = await self._do([item for item, _ in given])
            except Exception as error:  # noqa: BLE001 - the bulkhead: nobody may wait for ever
                outcomes = [error] * len(given)
            for (_, done), outcome in zip(given, outcomes, strict=True):
                _tell(done, outcome)


def _tell(done: asyncio.Future[Any], outcome: Any) -> None:
    if done.cancelled():
        return
    if isinstance(outcome, BaseException):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
