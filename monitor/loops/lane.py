"""One recipient's way: what is due leaves one after the other, and each hand-over is recorded before the next."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.deliver.retry import GiveUp, next_attempt
from monitor.errors import DeliveryError, LeaseLost, StoreError
from monitor.loops.carrier import Carrier, Letter
from monitor.loops.dispatch import Telling
from monitor.loops.ledger import Change, Ledger
from monitor.model.alert import Channel, Delivery, Part
from monitor.model.reasons import Reason
from monitor.ports import Clock
from monitor.store import outbox

LEASE_S = 300.0
BATCH = 10
"""Claimed at a time: what is urgent and comes in the meantime waits for no more than these."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CourierReport:
    """What was done; `errors` are (channel, cause) of what was not taken."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    errors: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: CourierReport) -> CourierReport:
        return CourierReport(
            self.sent + other.sent, self.retried + other.retried, self.dead + other.dead, self.errors + other.errors
        )


@dataclass(frozen=True, slots=True)
class Crew:
    """What a lane works with.

    `channel` is None once it, or the recipient, is gone from the configuration; `gate` bounds how many messages of a
    channel are on their way, `wait_s` takes a token of its bucket, `bury` records a delivery that is given up.
    """

    channel: Callable[[], Channel | None]
    telling: Callable[[], Telling]
    clock: Clock
    owner: str
    rng: random.Random
    ledger: Ledger
    carrier: Carrier
    gate: Callable[[Channel], asyncio.Semaphore]
    wait_s: Callable[[Channel], float]
    bury: Callable[[Delivery, Reason], Awaitable[None]]
    stopping: asyncio.Event


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be on record of a message that was sent, and whether it is."""

    change: Change
    written: asyncio.Future[None]


class Lane:
    """The deliveries of one recipient, in order of priority and age."""

    def __init__(self, crew: Crew, channel: str, target: str) -> None:
        self._crew, self._channel, self._target = crew, channel, target
        self._next: deque[Delivery] = deque()
        self._record: Record | None = None

    async def run(self, due_by: datetime) -> CourierReport:
        """Send what was due by then, each delivery once; returns when the last one is recorded."""
        report = CourierReport()
        while (channel := self._crew.channel()) is not None and not self._crew.stopping.is_set():
            self._next.extend(await self._claim(due_by))
            if not self._next:
                break
            while self._next and not self._crew.stopping.is_set():
                report += await self._deliver(channel, self._next.popleft())
        await self._release()
        return report + await self._settled()

    async def _claim(self, due_by: datetime) -> list[Delivery]:
        crew, now = self._crew, self._crew.clock.now()
        try:
            return await crew.ledger.write(
                lambda connection: outbox.claim_deliveries(
                    connection,
                    self._channel,
                    self._target,
                    owner=crew.owner,
                    due_by=due_by,
                    now=now,
                    lease_s=LEASE_S,
                    limit=BATCH,
                )
            )
        except StoreError as error:
            _log.warning("deliveries on %s cannot be claimed: %s", self._channel, error)
            return []

    async def _release(self) -> None:
        """Give back what was claimed and not begun."""
        ids, owner = [delivery.id for delivery in self._next], self._crew.owner
        if ids:
            await self._crew.ledger.write(lambda connection: outbox.release_deliveries(connection, ids, owner))

    async def _deliver(self, channel: Channel, delivery: Delivery) -> CourierReport:
        """One delivery, start to end; whatever goes wrong stays with it."""
        try:
            async with self._crew.gate(channel):
                return await self._guarded(channel, delivery)
        except StoreError as error:
            # Not recorded, so not known: the lease runs out, and `on_crash` decides as after a crash.
            _log.warning("delivery %s: %s", delivery.id, error)
            return CourierReport(errors=((channel.id, str(error)),))

    async def _guarded(self, channel: Channel, delivery: Delivery) -> CourierReport:
        try:
            return await self._attempt(channel, delivery)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - the bulkhead: one delivery's fault must not stop the others
            _log.exception("delivery %s failed unexpectedly", delivery.id)
            text = f"{type(error).__name__}: {error}"
            return await self._refused(channel, delivery, DeliveryError(text, permanent=False, code="unexpected"))

    async def _attempt(self, channel: Channel, delivery: Delivery) -> CourierReport:
        wait_s = self._crew.wait_s(channel)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        if not await self._begun(delivery):
            return CourierReport()
        return await self._settled() + await self._hand_over(channel, delivery)

    async def _hand_over(self, channel: Channel, delivery: Delivery) -> CourierReport:
        try:
            letter = await self._letter(channel, delivery)
            if letter is None:
                return await self._unwanted(delivery)
            await self._crew.carrier.hand_over(channel, letter)
        except DeliveryError as error:
            return await self._refused(channel, delivery, error)
        self._record = self._sent(delivery)
        return CourierReport(sent=1)

    async def _letter(self, channel: Channel, delivery: Delivery) -> Letter | None:
        """What is to be handed over; None for a reader who has left.  Raises `DeliveryError`.

        Where the database fails in the middle nothing has left yet: that is a refusal, and nothing for `on_crash`.
        """
        try:
            letter = await self._crew.carrier.prepare(self._crew.telling(), channel, delivery)
            if letter is not None and letter.parts:
                await self._split(delivery, letter.parts)
        except LeaseLost:
            raise
        except StoreError as error:
            raise DeliveryError(error.message, permanent=False, code=error.code) from error
        return letter

    async def _begun(self, delivery: Delivery) -> bool:
        """Mark it as being sent; False when it is not ours to send any more.

        The same unit records what was sent before: a lane has never two messages of which nobody knows, so a sudden
        death doubles one of them at most.
        """
        crew, now = self._crew, self._crew.clock.now()
        return await crew.ledger.write(
            lambda connection: outbox.start_sending(connection, delivery, owner=crew.owner, now=now, lease_s=LEASE_S)
        )

    async def _split(self, delivery: Delivery, parts: Sequence[Part]) -> None:
        """The first part leaves now, the others right after it, each with a row and a key of its own."""
        crew, now = self._crew, self._crew.clock.now()
        rest = await crew.ledger.write(
            lambda connection: outbox.split_delivery(
                connection, delivery, parts, owner=crew.owner, now=now, lease_s=LEASE_S
            )
        )
        self._next.extendleft(reversed(rest))

    async def _unwanted(self, delivery: Delivery) -> CourierReport:
        owner = self._crew.owner
        await self._crew.ledger.write(lambda connection: outbox.mark_unwanted(connection, delivery, owner=owner))
        return CourierReport()

    def _sent(self, delivery: Delivery) -> Record:
        crew = self._crew
        change = partial(outbox.mark_sent, delivery=delivery, owner=crew.owner, now=crew.clock.now())
        return Record(change, crew.ledger.write(change))

    async def _settled(self) -> CourierReport:
        """What was sent before is on record; where it cannot be, that holds up nothing that follows."""
        if self._record is None:
            return CourierReport()
        before, self._record = self._record, None
        try:
            await self._written(before)
        except StoreError as error:
            _log.warning("a delivery on %s was sent and is not recorded: %s", self._channel, error)
            return CourierReport(errors=((self._channel, str(error)),))
        return CourierReport()

    async def _written(self, record: Record) -> None:
        try:
            await record.written
        except LeaseLost:  # asleep for longer than its lease: whoever has it now decides about it
            raise
        except StoreError:  # what is not on record is sent again: another attempt is worth it
            await self._crew.ledger.write(record.change)

    async def _refused(self, channel: Channel, delivery: Delivery, error: DeliveryError) -> CourierReport:
        """Record a refusal: later again, or dead, with the fallback and ops told."""
        crew = self._crew
        verdict = next_attempt(
            delivery.attempts + 1,
            error,
            crew.clock.now(),
            crew.rng,
            first_at=delivery.tried_since,
            give_up_after_s=channel.give_up_after_s,
        )
        errors = ((channel.id, error.message),)
        if isinstance(verdict, GiveUp):
            await crew.bury(delivery, verdict.reason)
            return CourierReport(dead=1, errors=errors)
        at, reason = verdict.at, verdict.reason
        await crew.ledger.write(
            lambda connection: outbox.mark_retry(connection, delivery, owner=crew.owner, at=at, error=reason)
        )
        return CourierReport(retried=1, errors=errors)
