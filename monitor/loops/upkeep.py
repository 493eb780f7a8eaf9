"""UPKEEP: what one of all processes does now and then.

::

    whose turn | match stored articles with new rules    every few seconds
    whose turn | forget what was kept long enough        once a day
    whose turn | file the words of new texts             every few seconds
    whose turn | let the canary fly                      when its timer asks for it
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial

from monitor.errors import StoreError
from monitor.loops.context import Context, in_thread, log
from monitor.loops.flight import Aviary, flight_waits, fly
from monitor.loops.hand import InHand
from monitor.loops.rematch import rematch_once, rematch_waits
from monitor.loops.retain import RetentionSettings, retain_once
from monitor.loops.vocabulary import Vocabulary
from monitor.store.turns import end_turn, take_turn, time_has_leapt, turn_lock

TURN_S = 120.0
DAY_S = 86_400.0
LEAP_S, SECOND_LEAP_S = 2 * DAY_S, 30 * DAY_S
"""The daily forgetting that comes later than this after the last one does nothing: the clock may be wrong."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that one process does at a time, `every_s` seconds apart, when it `waits`."""

    name: str
    every_s: float
    work: Callable[[Context], Awaitable[object]]
    waits: Callable[[Context], bool] = lambda _context: True


class Upkeep:
    """The loop's state between two ticks.  `tick` starts what is due and never waits for it."""

    def __init__(
        self, context: Context, retention: RetentionSettings, vocabulary: Vocabulary, aviary: Aviary | None = None
    ) -> None:
        self.context = context
        self.retention = retention
        self._hand = InHand()
        self._busy: set[str] = set()
        self._chores: tuple[Chore, ...] = (
            Chore("rematch", 0.0, self._rematch, rematch_waits),
            Chore("retain", DAY_S, self._retain),
            Chore("vocabulary", 0.0, vocabulary.learn, vocabulary.waits),
        )
        if aviary is not None:
            self._chores += (Chore("canary", 0.0, partial(fly, aviary=aviary), flight_waits),)

    async def tick(self) -> None:
        """Start the chores whose turn has come."""
        for chore in self._chores:
            if chore.name not in self._busy:
                self._busy.add(chore.name)
                self._hand.start(self._do(chore), f"upkeep {chore.name}")

    async def once(self) -> None:
        """Do the chores whose turn it is, one after the other."""
        for chore in self._chores:
            await self._do(chore)

    async def drain(self) -> None:
        """Until what is under way has ended."""
        await self._hand.all_ended()

    async def _do(self, chore: Chore) -> None:
        try:
            await in_turn(self.context, chore)
        except StoreError as error:
            log.warning("upkeep-failed", chore=chore.name, error=error.message, remedy=error.remedy)
        except Exception:  # noqa: BLE001 - the bulkhead: a chore that fails is done another time
            log.exception("upkeep-broke", chore=chore.name)
        finally:
            self._busy.discard(chore.name)

    async def _rematch(self, context: Context) -> None:
        told = await rematch_once(context)
        log.info("rematched", told=told)

    async def _retain(self, context: Context) -> None:
        if await in_thread(_time_has_leapt, context):
            log.info("forgetting-waits", remedy="none, unless this machine's clock is wrong: it is done tomorrow")
            return
        report = await retain_once(context, self.retention)
        log.info("forgotten", **asdict(report))


async def in_turn(context: Context, chore: Chore) -> bool:
    """Do the chore if it is this process's turn, and keep the turn for as long as it takes; whether it was done."""
    if not await in_thread(chore.waits, context) or not await in_thread(_take, context, chore):
        return False
    keeping, done = asyncio.create_task(_keep(context, chore)), False
    try:
        await chore.work(context)
        done = True
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await in_thread(_end, context, chore, done=done)
    return True


def _time_has_leapt(context: Context) -> bool:
    with context.database.unit(lock=turn_lock("retain")) as connection:
        now = context.clock.now()
        return time_has_leapt(connection, "retain", now=now, most_s=LEAP_S, again_most_s=SECOND_LEAP_S)


def _take(context: Context, chore: Chore) -> bool:
    with context.database.unit(lock=turn_lock(chore.name)) as connection:
        now, owner = context.clock.now(), context.owner
        return take_turn(connection, chore.name, owner=owner, now=now, lease_s=TURN_S, every_s=chore.every_s)


def _end(context: Context, chore: Chore, *, done: bool) -> None:
    with context.database.unit(lock=turn_lock(chore.name)) as connection:
        end_turn(connection, chore.name, owner=context.owner, now=context.clock.now(), done=done)


async def _keep(context: Context, chore: Chore) -> None:
    while True:
        await asyncio.sleep(TURN_S / 3)
        with suppress(StoreError):  # tried again before the turn is over
            await in_thread(_take, context, chore)
