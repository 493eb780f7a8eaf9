"""COURIER: claim due deliveries | render | send | record.

Every recipient of every channel has a lane of its own, in which messages leave one after the other, in order: one that
hangs holds up none of the others, and one that is refused goes back to the database and lets the next one pass.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Collection, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from monitor.alert.german import reason_in
from monitor.alert.keys import ops_key
from monitor.alert.words import say
from monitor.deliver.bucket import Bucket
from monitor.loops.carrier import Carrier
from monitor.loops.dispatch import Telling, Work, queue
from monitor.loops.lane import CourierReport, Crew, Lane
from monitor.loops.ledger import Ledger
from monitor.loops.ops import tell_ops
from monitor.loops.subscribers import bounced
from monitor.model.alert import AlertKind, Channel, Delivery
from monitor.model.reasons import Reason
from monitor.model.subscription import CHANNEL as SUBSCRIBERS
from monitor.ports import Clock, Sender
from monitor.store import alerts as rows
from monitor.store import outbox
from monitor.store.unit import Database

T = TypeVar("T")
Recipient = tuple[str, str]
"""The id of a channel and the key of a target."""

THREADS = 3
"""For the database: one writes what the lanes record, the others look for work and bury the dead."""
LANES = 64
"""At a time for each channel: a mail to thousands of readers is not thousands of tasks."""
RECOVER_EVERY_S = 60.0
DEADLINE_S = 180.0
"""How long one hand-over may take before its thread is left to itself and the message counts as not taken."""


@dataclass(frozen=True, slots=True)
class CourierContext:
    """What the courier works with.  `telling` is asked at every turn: a reload changes it."""

    database: Database
    telling: Callable[[], Telling]
    sender: Sender
    clock: Clock
    owner: str
    rng: random.Random = field(default_factory=random.Random)
    deadline_s: float = DEADLINE_S
    lanes: int = LANES


class Courier:
    """Keeps what must outlive a pass: lanes under way, buckets, threads."""

    def __init__(self, context: CourierContext) -> None:
        """Nothing is started before the first pass."""
        self._context = context
        # Threads of its own: the gatherers may occupy all of the loop's, waiting for their turn to write.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="courier")
        self._ledger = Ledger(context.database, self._threads)
        self._carrier = Carrier(context.database, context.sender, context.clock, context.deadline_s)
        self._buckets: dict[str, Bucket] = {}
        self._gates: dict[str, tuple[int, asyncio.Semaphore]] = {}
        self._lanes: dict[Recipient, asyncio.Task[CourierReport]] = {}
        self._recovered_s: float | None = None
        self._stopping = asyncio.Event()

    async def recover(self) -> int:
        """At start, and by `tick` now and then: rows a crash left in `sending` follow their channel's `on_crash`."""
        return await self._threaded(self._recover)

    async def tick(self) -> None:
        """Start a lane for every recipient for whom something is due and who has none; returns at once."""
        now_s = self._context.clock.monotonic()
        if self._recovered_s is None or now_s - self._recovered_s >= RECOVER_EVERY_S:
            self._recovered_s = now_s
            await self.recover()
            await self._threaded(self._bury)
        await self._start_lanes(self._context.clock.now())

    async def once(self) -> CourierReport:
        """Try every due delivery once and wait for the outcome."""
        report, started = CourierReport(dead=await self._threaded(self._bury)), self._context.clock.now()
        served: set[Recipient] = set()
        while await self._start_lanes(started, served):
            served |= self._lanes.keys()
            report = sum(await asyncio.gather(*self._lanes.values()), report)
        return report

    async def stop(self) -> None:
        """Begin nothing more, wait for what is under way, give back what was claimed."""
        self._stopping.set()
        if self._lanes:
            await asyncio.wait(self._lanes.values(), timeout=self._context.deadline_s)
        self._carrier.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _threaded(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _start_lanes(self, due_by: datetime, but: Collection[Recipient] = ()) -> int:
        """How many lanes are under way then."""
        self._lanes = {recipient: lane for recipient, lane in self._lanes.items() if not lane.done()}
        for recipient in await self._threaded(lambda: self._due(due_by, {*but, *self._lanes})):
            if recipient not in self._lanes and not self._stopping.is_set():  # another tick may have been faster
                lane = Lane(self._crew(recipient), *recipient)
                name = f"courier {recipient[0]}"
                self._lanes[recipient] = asyncio.create_task(lane.run(due_by), name=name)
        return len(self._lanes)

    def _due(self, due_by: datetime, but: Set[Recipient]) -> list[Recipient]:
        """To whom something is due, of each channel no more than can be served side by side for a while."""
        found: list[Recipient] = []
        busy = Counter(channel for channel, _ in self._lanes)
        with self._context.database.reading() as connection:
            if not outbox.anything_due(connection, due_by):
                return []
            for channel in self._context.telling().channels.values():
                if channel.reach:
                    keys = outbox.due_targets(connection, channel.id, due_by)
                else:
                    idle = (target.key for target in channel.targets if (channel.id, target.key) not in but)
                    keys = outbox.with_due(connection, channel.id, idle, due_by)
                waiting = [(channel.id, key) for key in keys if (channel.id, key) not in but]
                found += waiting[: max(0, self._context.lanes - busy[channel.id])]
        return found

    def _crew(self, recipient: Recipient) -> Crew:
        """What the lanes of a channel share."""
        context, name = self._context, recipient[0]

        def channel() -> Channel | None:
            found = context.telling().channels.get(name)
            return found if found and (found.reach or found.has(recipient[1])) else None

        return Crew(
            channel=channel,
            telling=context.telling,
            clock=context.clock,
            owner=context.owner,
            rng=context.rng,
            ledger=self._ledger,
            carrier=self._carrier,
            gate=self._gate,
            wait_s=self._wait_s,
            bury=self._given_up,
            stopping=self._stopping,
        )

    def _gate(self, channel: Channel) -> asyncio.Semaphore:
        """How many messages of the channel may be on their way at the same time."""
        many = max(1, channel.concurrency)
        known = self._gates.get(channel.id)
        if known is None or known[0] != many:
            known = self._gates[channel.id] = (many, asyncio.Semaphore(many))
        return known[1]

    def _wait_s(self, channel: Channel) -> float:
        """Take a token of the channel's bucket; how long to wait before using it."""
        bucket = self._buckets.get(channel.id)
        if bucket is None or (bucket.rate_per_s, bucket.burst) != (channel.rate_per_s, channel.burst):
            bucket = self._buckets[channel.id] = Bucket(channel.rate_per_s, channel.burst)
        return bucket.take(self._context.clock.monotonic())

    def _recover(self) -> int:
        now, telling = self._context.clock.now(), self._context.telling()
        with self._context.database.unit(lock="courier", urgent=True) as connection:
            again, lost = outbox.recover_sending(connection, telling.channels.values(), now)
            work = Work(connection, telling, now)
            for delivery in lost:
                _mourn(work, delivery, Reason("crashed", delivery.last_error or "the monitor died while sending"))
        return again + len(lost)

    def _bury(self) -> int:
        """Deliveries to channels or recipients that the configuration no longer has."""
        now, telling = self._context.clock.now(), self._context.telling()
        with self._context.database.unit(lock="courier", urgent=True) as connection:
            gone = outbox.bury(connection, telling.channels.values(), now)
            work = Work(connection, telling, now)
            for delivery in gone:
                _mourn(work, delivery, Reason("channel-removed", delivery.last_error or ""))
        return len(gone)

    async def _given_up(self, delivery: Delivery, reason: Reason) -> None:
        """Record that a delivery is dead; its fallback channel and ops are told in the same unit."""

        def bury() -> None:
            now, telling = self._context.clock.now(), self._context.telling()
            with self._context.database.unit(lock="courier", urgent=True) as connection:
                outbox.mark_dead(connection, delivery, owner=self._context.owner, error=reason)
                _mourn(Work(connection, telling, now), delivery, reason)

        await self._threaded(bury)


def _mourn(work: Work, delivery: Delivery, reason: Reason) -> None:
    """A delivery died: its fallback channel takes over, and whoever watches the monitor hears of it."""
    if delivery.target.channel == SUBSCRIBERS:
        bounced(work.connection, delivery, work.now)
        return
    alert = rows.get_alert(work.connection, delivery.alert_id)
    channel = work.telling.channels.get(delivery.target.channel)
    fallback = work.telling.channels.get(channel.fallback) if channel and channel.fallback else None
    if fallback is not None:
        queue(work, alert, fallback)
    if alert.kind is AlertKind.OPS and alert.key.startswith("dead:"):
        return
    language, channel_id = work.telling.settings.language, delivery.target.channel
    lines = (
        f"{delivery.target.label}: {reason_in(language, reason.text)}",
        f"monitor alerts show {alert.id} · monitor alerts retry {alert.id}",
    )
    key = ops_key("dead", channel_id, f"{work.now:%Y-%m-%d}")
    tell_ops(work, key, say(language, "dead", channel_id), lines)


async def courier_once(context: CourierContext) -> CourierReport:
    """One pass for `monitor once`: every due delivery is tried once; waits for token buckets, not for backoff."""
    courier = Courier(context)
    await courier.recover()
    try:
        return await courier.once()
    finally:
        await courier.stop()
