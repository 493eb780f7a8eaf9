"""COURIER: claim due deliveries | render | send | record.

Every channel is drained on its own, so one that hangs holds up none of the others; within a channel every recipient has
a lane in which messages leave one after the other, in order; a message that is refused goes back to the database and
lets the next one pass.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alert.keys import ops_key
from monitor.alert.render import Style, render
from monitor.alert.route import zone_of
from monitor.alert.template import TemplateProblem
from monitor.alert.words import say
from monitor.deliver.bucket import Bucket
from monitor.deliver.retry import GiveUp, next_attempt
from monitor.errors import DeliveryError, StoreBusy, StoreError, StoreFull
from monitor.loops.compose import compose
from monitor.loops.dispatch import Telling, Work, queue
from monitor.loops.ops import tell_ops
from monitor.loops.subscribers import Addressed, addressed, bounced
from monitor.model.alert import AlertKind, Channel, Delivery
from monitor.model.message import Message, Rendered, Shape
from monitor.model.reasons import Reason
from monitor.model.subscription import CHANNEL as SUBSCRIBERS
from monitor.ports import Clock, Sender
from monitor.store import alerts as rows
from monitor.store import outbox
from monitor.store.unit import Database

LEASE_S = 300.0
BATCH = 50
RECORD_PAUSES_S = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
RECOVER_EVERY_S = 60.0
DEADLINE_S = 180.0
"""How long one hand-over may take before its thread is left to itself and the message counts as not taken."""

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class CourierReport:
    """What one pass did; `errors` are (channel, cause) of what was not taken."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    errors: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: CourierReport) -> CourierReport:
        return CourierReport(
            self.sent + other.sent, self.retried + other.retried, self.dead + other.dead, self.errors + other.errors
        )


class Courier:
    """Keeps what must outlive a pass: buckets, threads and the channels that are being drained."""

    def __init__(self, context: CourierContext) -> None:
        """Nothing is started before the first pass."""
        self._context = context
        self._buckets: dict[str, Bucket] = {}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._shapes: dict[str, Shape] = {}
        self._draining: dict[str, asyncio.Task[CourierReport]] = {}
        self._recovered_s: float | None = None
        self._stopping = False

    async def recover(self) -> int:
        """At start, and by `tick` now and then: rows a crash left in `sending` follow their channel's `on_crash`."""
        return await asyncio.to_thread(self._recover)

    async def tick(self) -> None:
        """Start draining every channel that is not being drained; returns at once."""
        now_s = self._context.clock.monotonic()
        if self._recovered_s is None or now_s - self._recovered_s >= RECOVER_EVERY_S:
            self._recovered_s = now_s
            await self.recover()
            await self._bury()
        for channel in self._channels():
            task = self._draining.get(channel.id)
            if task is None or task.done():
                self._draining[channel.id] = asyncio.create_task(self._drain(channel), name=f"courier {channel.id}")

    async def once(self) -> CourierReport:
        """Try every due delivery once and wait for the outcome."""
        buried = await self._bury()
        reports = await asyncio.gather(*(self._drain(channel) for channel in self._channels()))
        return sum(reports, CourierReport(dead=buried))

    async def stop(self) -> None:
        """Begin nothing more, wait for what is under way, give back what was claimed."""
        self._stopping = True
        if self._draining:
            await asyncio.wait(self._draining.values(), timeout=self._context.deadline_s)
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _channels(self) -> tuple[Channel, ...]:
        return tuple(self._context.telling().channels.values())

    def _recover(self) -> int:
        now = self._context.clock.now()
        telling = self._context.telling()
        with self._context.database.unit(lock="courier") as connection:
            again, lost = outbox.recover_sending(connection, telling.channels.values(), now)
            work = Work(connection, telling, now)
            for delivery in lost:
                _mourn(work, delivery, Reason("crashed", delivery.last_error or "the monitor died while sending"))
        return again + len(lost)

    async def _bury(self) -> int:
        """Deliveries to channels or recipients that the configuration no longer has."""

        def bury() -> int:
            now, telling = self._context.clock.now(), self._context.telling()
            with self._context.database.unit(lock="courier") as connection:
                gone = outbox.bury(connection, telling.channels.values(), now)
                for delivery in gone:
                    _mourn(
                        Work(connection, telling, now), delivery, Reason("channel-removed", delivery.last_error or "")
                    )
            return len(gone)

        return await asyncio.to_thread(bury)

    async def _drain(self, channel: Channel) -> CourierReport:
        """Send what is due on a channel now, batch after batch, each delivery at most once."""
        report, started = CourierReport(), self._context.clock.now()
        while not self._stopping:
            batch = await asyncio.to_thread(self._claim, channel, started)
            if not batch:
                break
            lanes: dict[str, list[Delivery]] = {}
            for delivery in batch:
                lanes.setdefault(delivery.target.key, []).append(delivery)
            gate = asyncio.Semaphore(max(1, channel.concurrency))
            outcomes = await asyncio.gather(*(self._lane(channel, lane, gate) for lane in lanes.values()))
            report = sum(outcomes, report)
        return report

    def _claim(self, channel: Channel, due_by: datetime) -> list[Delivery]:
        with self._context.database.reading() as connection:
            if not outbox.has_due(connection, channel.id, due_by):
                return []
        with self._context.database.unit() as connection:
            return outbox.claim_deliveries(
                connection,
                channel.id,
                owner=self._context.owner,
                due_by=due_by,
                now=self._context.clock.now(),
                lease_s=LEASE_S,
                limit=BATCH,
            )

    async def _lane(self, channel: Channel, lane: list[Delivery], gate: asyncio.Semaphore) -> CourierReport:
        report = CourierReport()
        for position, delivery in enumerate(lane):
            if self._stopping:
                left = [row.id for row in lane[position:]]
                await asyncio.to_thread(self._release, left)
                break
            async with gate:
                await self._token(channel)
                report += await self._deliver(channel, delivery)
        return report

    def _release(self, ids: list[int]) -> None:
        with self._context.database.unit() as connection:
            outbox.release_deliveries(connection, ids, self._context.owner)

    async def _token(self, channel: Channel) -> None:
        bucket = self._buckets.get(channel.id)
        if bucket is None or (bucket.rate_per_s, bucket.burst) != (channel.rate_per_s, channel.burst):
            bucket = self._buckets[channel.id] = Bucket(channel.rate_per_s, channel.burst)
        wait = bucket.take(self._context.clock.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)

    async def _deliver(self, channel: Channel, delivery: Delivery) -> CourierReport:
        """One delivery, start to end; whatever goes wrong stays with it."""
        try:
            return await self._attempt(channel, delivery)
        except StoreError as error:
            # Not recorded, so not known: the lease runs out, and `on_crash` decides as after a crash.
            _log.warning("delivery %s: %s", delivery.id, error)
            return CourierReport(errors=((channel.id, str(error)),))
        except Exception as error:  # noqa: BLE001 - the bulkhead: one delivery's fault must not stop the others
            _log.exception("delivery %s failed unexpectedly", delivery.id)
            text = f"{type(error).__name__}: {error}"
            refusal = DeliveryError(text, permanent=False, code="unexpected")
            return await asyncio.to_thread(self._refused, channel, delivery, refusal)

    async def _attempt(self, channel: Channel, delivery: Delivery) -> CourierReport:
        begun = await asyncio.to_thread(self._begin, channel, delivery)
        if begun is None:
            return CourierReport()
        error: DeliveryError | None = None
        try:
            await self._hand_over(begun.channel, begun.address, begun.message)
        except DeliveryError as refused:
            error = refused
        if error is None:
            await self._sent(delivery)
            return CourierReport(sent=1)
        return await asyncio.to_thread(self._refused, channel, delivery, error)

    def _begin(self, channel: Channel, delivery: Delivery) -> Addressed | None:
        """Mark it as being sent, and assemble what it says; None when it is not ours to send any more."""
        now, telling = self._context.clock.now(), self._context.telling()
        with self._context.database.unit() as connection:
            owner = self._context.owner
            if not outbox.start_sending(connection, delivery, owner=owner, now=now, lease_s=LEASE_S):
                return None
            message = compose(Work(connection, telling, now), delivery.alert_id)
            if not channel.reach:
                address = dict(zip((target.key for target in channel.targets), channel.addresses, strict=True))
                return Addressed(channel, address[delivery.target.key], message)
            web_url = telling.settings.web_url or ""
            found = addressed(connection, channel, delivery, message, web_url=web_url, now=now)
            if found is None:
                outbox.mark_unwanted(connection, delivery, owner=owner)
            return found

    async def _hand_over(self, channel: Channel, address: str, message: Message) -> None:
        pool = self._pools.get(channel.id)
        if pool is None:
            workers = max(1, channel.concurrency)
            pool = self._pools[channel.id] = ThreadPoolExecutor(workers, thread_name_prefix=f"send-{channel.id}")
        call = asyncio.get_running_loop().run_in_executor(pool, self._send, channel, address, message)
        try:
            await asyncio.wait_for(asyncio.shield(call), self._context.deadline_s)
        except TimeoutError as error:
            # The thread cannot be stopped; it gets a pool of its own so that the next message finds a free one.
            self._pools.pop(channel.id).shutdown(wait=False)
            text = f"no answer within {self._context.deadline_s:g} s"
            raise DeliveryError(text, permanent=False, code="hangs") from error

    def _send(self, channel: Channel, address: str, message: Message) -> None:
        shape = self._shapes.get(address)
        if shape is None:
            shape = self._shapes[address] = self._context.sender.shape(address)
        self._context.sender.send(address, self._render(channel, shape, message))

    def _render(self, channel: Channel, shape: Shape, message: Message) -> Rendered:
        telling, now = self._context.telling(), self._context.clock.now()
        settings, rule = telling.settings, telling.rules.get(message.rule_id or "")
        style = Style(
            language=channel.language or settings.language,
            zone=zone_of(channel, settings),
            web_url=settings.web_url,
            list_domain=settings.list_domain,
            template=rule.alert.template if rule and rule.alert.template else channel.template,
        )
        try:
            return render(message, shape, style, now)
        except TemplateProblem as error:
            _log.warning("template of channel %s: %s; ours is used", channel.id, error)
            return render(message, shape, replace(style, template=None), now)

    async def _sent(self, delivery: Delivery) -> None:
        """Record the success, with patience: what is not recorded would be sent twice."""

        def record() -> None:
            with self._context.database.unit() as connection:
                outbox.mark_sent(connection, delivery, owner=self._context.owner, now=self._context.clock.now())

        for pause_s in (*RECORD_PAUSES_S, None):
            try:
                return await asyncio.to_thread(record)
            except (StoreBusy, StoreFull):
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
        return None

    def _refused(self, channel: Channel, delivery: Delivery, error: DeliveryError) -> CourierReport:
        """Record a refusal: later again, or dead, with the fallback and ops told."""
        now = self._context.clock.now()
        verdict = next_attempt(
            delivery.attempts + 1,
            error,
            now,
            self._context.rng,
            first_at=delivery.created_at,
            give_up_after_s=channel.give_up_after_s,
        )
        errors = ((channel.id, error.message),)
        with self._context.database.unit(lock="courier") as connection:
            if not isinstance(verdict, GiveUp):
                reason, at = verdict.reason, verdict.at
                outbox.mark_retry(connection, delivery, owner=self._context.owner, at=at, error=reason)
                return CourierReport(retried=1, errors=errors)
            outbox.mark_dead(connection, delivery, owner=self._context.owner, error=verdict.reason)
            _mourn(Work(connection, self._context.telling(), now), delivery, verdict.reason)
        return CourierReport(dead=1, errors=errors)


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
        f"{delivery.target.label}: {reason.text}",
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
