"""What the courier's lanes write at the same moment becomes one unit of work, and goes before everybody else's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

import sqlalchemy as sa

from monitor.errors import LeaseLost, StoreBusy, StoreFull
from monitor.loops.batches import Batches
from monitor.store.unit import Database

T = TypeVar("T")
Change = Callable[[sa.Connection], Any]

PAUSES_S = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
"""Between attempts to write while the database is busy or full: what is not recorded would be sent again."""

_log = logging.getLogger(__name__)


class Ledger:
    """Group commit.  Changes are written in the order in which they were given, each once."""

    def __init__(self, database: Database, threads: Executor, *, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._database, self._threads, self._pauses_s = database, threads, pauses_s
        self._batches: Batches[Change] = Batches(self._written, "courier ledger")

    def write(self, change: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Write soon, together with what else is waiting by then.

        The future has what `change` returned, its `LeaseLost`, or the `StoreError` of a database that stayed busy, full
        or broken; what was given later has not been written before it is done.
        """
        return self._batches.give(change)

    async def _written(self, changes: Sequence[Change]) -> list[Any]:
        loop = asyncio.get_running_loop()
        for pause_s in self._pauses_s:
            try:
                return await loop.run_in_executor(self._threads, self._together, changes)
            except (StoreBusy, StoreFull) as error:
                _log.info("%s; again in %g s", error, pause_s)
                await asyncio.sleep(pause_s)
            except Exception:  # noqa: BLE001 - the bulkhead: one change's fault must not take the others along
                break
        return await loop.run_in_executor(self._threads, lambda: [self._alone(change) for change in changes])

    def _together(self, changes: Sequence[Change]) -> list[Any]:
        with self._database.unit(urgent=True) as connection:
            return [_outcome(connection, change) for change in changes]

    def _alone(self, change: Change) -> Any:
        try:
            return self._together([change])[0]
        except Exception as error:  # noqa: BLE001 - as above; it reaches whoever gave the change
            return error


def _outcome(connection: sa.Connection, change: Change) -> Any:
    try:
        return change(connection)
    except LeaseLost as lost:
        return lost
