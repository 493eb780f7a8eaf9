"""Puts a delivery into words and hands it over, in threads of each channel's own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from monitor.alert.render import Style, fits, render
from monitor.alert.route import zone_of
from monitor.alert.split import part_of, split
from monitor.alert.template import TemplateProblem
from monitor.errors import DeliveryError
from monitor.loops.compose import compose
from monitor.loops.dispatch import Telling, Work
from monitor.loops.subscribers import Addressed, addressed
from monitor.model.alert import Channel, Delivery, Part
from monitor.model.message import Message, Rendered, Shape
from monitor.ports import Clock, Sender
from monitor.store.unit import Database

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, and where it goes.

    `parts` are those into which it falls, of which this is the first; none when it is whole, or a part already.
    """

    address: str = field(repr=False)
    rendered: Rendered
    parts: tuple[Part, ...] = ()


class Carrier:
    """Keeps the threads of each channel and what its services take."""

    def __init__(self, database: Database, sender: Sender, clock: Clock, deadline_s: float) -> None:
        """`deadline_s`: how long a hand-over may take before its thread is left to itself."""
        self._database, self._sender, self._clock, self._deadline_s = database, sender, clock, deadline_s
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._shapes: dict[str, Shape] = {}

    async def prepare(self, telling: Telling, channel: Channel, delivery: Delivery) -> Letter | None:
        """The message as things stand now, in words; None for a reader who has left.

        Raises `DeliveryError` for an address that cannot be used.
        """
        return await self._threaded(channel, lambda: self._prepare(telling, channel, delivery))

    async def hand_over(self, channel: Channel, letter: Letter) -> None:
        """Give it to the service; raises `DeliveryError`, also when the service does not answer for too long."""
        call = self._threaded(channel, lambda: self._sender.send(letter.address, letter.rendered))
        try:
            await asyncio.wait_for(asyncio.shield(call), self._deadline_s)
        except TimeoutError as error:
            # The thread cannot be stopped; the channel gets fresh ones, so that the next message finds one.
            if (pool := self._pools.pop(channel.id, None)) is not None:
                pool.shutdown(wait=False)
            text = f"no answer within {self._deadline_s:g} s"
            raise DeliveryError(text, permanent=False, code="hangs") from error

    def close(self) -> None:
        """Let idle threads end; one that hangs is not waited for."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _threaded(self, channel: Channel, step: Callable[[], T]) -> asyncio.Future[T]:
        pool = self._pools.get(channel.id)
        if pool is None:
            workers = max(1, channel.concurrency)
            pool = self._pools[channel.id] = ThreadPoolExecutor(workers, thread_name_prefix=f"send-{channel.id}")
        return asyncio.get_running_loop().run_in_executor(pool, step)

    def _prepare(self, telling: Telling, channel: Channel, delivery: Delivery) -> Letter | None:
        found = self._addressed(telling, channel, delivery)
        if found is None:
            return None
        style = _style(telling, found.channel, found.message)
        try:
            return self._worded(found, style, delivery)
        except TemplateProblem as error:
            _log.warning("template of channel %s: %s; ours is used", channel.id, error)
            return self._worded(found, replace(style, template=None), delivery)

    def _worded(self, found: Addressed, style: Style, delivery: Delivery) -> Letter:
        shape = self._shapes.get(found.address)
        if shape is None:
            shape = self._shapes[found.address] = self._sender.shape(found.address)
        now, part, parts = self._clock.now(), delivery.part, tuple[Part, ...]()
        if part is None:
            parts = split(found.message, lambda message: fits(message, shape, style, now))
        if len(parts) > 1:
            part = parts[0]
        message = replace(found.message, key=delivery.alert_key)
        if part is not None:
            message = part_of(message, part)
        return Letter(found.address, render(message, shape, style, now), parts if len(parts) > 1 else ())

    def _addressed(self, telling: Telling, channel: Channel, delivery: Delivery) -> Addressed | None:
        now = self._clock.now()
        if not channel.reach:
            addresses = dict(zip((target.key for target in channel.targets), channel.addresses, strict=True))
            with self._database.reading() as connection:
                message = compose(Work(connection, telling, now), delivery.alert_id)
            return Addressed(channel, addresses[delivery.target.key], message)
        with self._database.unit() as connection:  # the first link makes the secret that signs them all
            message = compose(Work(connection, telling, now), delivery.alert_id)
            web_url = telling.settings.web_url or ""
            return addressed(connection, channel, delivery, message, web_url=web_url, now=now)


def _style(telling: Telling, channel: Channel, message: Message) -> Style:
    settings, rule = telling.settings, telling.rules.get(message.rule_id or "")
    return Style(
        language=channel.language or settings.language,
        zone=zone_of(channel, settings),
        web_url=settings.web_url,
        list_domain=settings.list_domain,
        template=rule.alert.template if rule and rule.alert.template else channel.template,
    )
