"""Polls that wait to be written: those that end while others are being written are written together.

A tenth of a second is waited for polls that have begun.  On a quiet day there are none, and each is written by itself;
when everything is due at once a unit has tens of them, which costs half of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from monitor.errors import StoreBusy, StoreFull
from monitor.loops.context import in_thread
from monitor.loops.drafts import Intake
from monitor.loops.intake import take_in
from monitor.loops.share import PORTION_CHARACTERS, PORTION_ENTRIES, Written, length_of

LOOKS = 10
LOOK_S = 0.01
"""So often, and so long after each other, it is seen whether all that is in hand has come."""


class _Waiting(NamedTuple):
    intake: Intake
    entries: int
    characters: int
    done: asyncio.Future[Written]


class Together:
    """A queue before the writer; `in_hand` says how many polls have begun and are not stored yet."""

    def __init__(self, in_hand: Callable[[], int] = lambda: 0) -> None:
        self._in_hand = in_hand
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

    async def write(self, intake: Intake) -> Written:
        """Write a poll with everything that it brought; raises what `take_in` raises because of it."""
        found = intake.reading.entries
        entries, characters = len(found), sum(map(length_of, found))
        if entries > PORTION_ENTRIES or characters > PORTION_CHARACTERS:  # in several units: nobody waits for it
            (written,) = await in_thread(take_in, [intake])
            return written
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(intake, entries, characters, done))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._write_all(), name="intake")
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            await self._wait_for_others()
            await self._write(self._next())

    async def _wait_for_others(self) -> None:
        for _ in range(LOOKS):
            if len(self._waiting) >= self._in_hand() or self._fill_a_unit():
                return
            await asyncio.sleep(LOOK_S)

    def _fill_a_unit(self) -> bool:
        return sum(each.entries for each in self._waiting) >= PORTION_ENTRIES

    def _next(self) -> list[_Waiting]:
        """What is no more than a document's portion; a reload in between begins a unit of its own."""
        batch = [self._waiting.popleft()]
        entries, characters = batch[0].entries, batch[0].characters
        while self._waiting and self._waiting[0].intake.context is batch[0].intake.context:
            entries += self._waiting[0].entries
            characters += self._waiting[0].characters
            if entries > PORTION_ENTRIES or characters > PORTION_CHARACTERS:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            written = await in_thread(take_in, [each.intake for each in batch])
        except Exception as error:  # noqa: BLE001 - the bulkhead: one poll's fault must not take the others along
            if len(batch) == 1 or isinstance(error, StoreBusy | StoreFull):
                _fail(batch, error)
            else:
                for each in batch:
                    await self._write([each])
            return
        by_source = {each.source_id: each for each in written}
        left_out = [each for each in batch if each.intake.spec.id not in by_source]
        self._waiting.extendleft(reversed(left_out))
        for each in batch:
            if each not in left_out and not each.done.cancelled():
                each.done.set_result(by_source[each.intake.spec.id])


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for each in batch:
        if not each.done.cancelled():
            each.done.set_exception(error)
