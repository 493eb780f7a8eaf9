"""A test message through a channel, past the outbox: `monitor channels test`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from monitor.bootstrap.settings import alert_settings
from monitor.config.schema import ConfigModel
from monitor.deliver.apprise import AppriseSender
from monitor.errors import DeliveryError
from monitor.model.alert import Channel
from monitor.model.message import Markup, Rendered

TEXTS = {
    "en": ("News-Monitor: a test", "This channel works. Alerts will arrive here."),
    "de": ("News-Monitor: ein Test", "Dieser Kanal funktioniert. Alarme kommen hier an."),
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """What became of the message to one target; `error` is the cause in plain words."""

    channel: str
    target: str
    error: str | None = None


async def send_test(channel: Channel, model: ConfigModel) -> list[TestResult]:
    """Send to every target of the channel, one after the other; never raises for what a service does."""
    sender = AppriseSender()
    title, body = TEXTS[channel.language or alert_settings(model).language]
    results = []
    for target, address in zip(channel.targets, channel.addresses, strict=True):
        rendered = Rendered(title=title, body=body, markup=Markup.TEXT)
        try:
            await asyncio.to_thread(sender.send, address, rendered)
        except DeliveryError as error:
            results.append(TestResult(channel.id, target.label, error.message))
        else:
            results.append(TestResult(channel.id, target.label))
    return results
