"""Many alerts at once: every channel in its order, none faster than its bucket, none held up by another."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.loops.courier import CourierContext, courier_once
from monitor.model.message import Form, Markup, Rendered, Shape
from tests.bench.alerts import CHANNELS, run
from tests.scenario.timeline import Timeline, channel, rule


@dataclass
class GoingClock:
    """Goes on from a given instant."""

    start: datetime
    begun: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self.begun)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Stopwatch:
    """Notes when which message came on which address; one address refuses everything."""

    broken: str
    came: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def shape(self, _address: str) -> Shape:
        return Shape(Form.CONSOLE, Markup.TEXT, 250, 50_000)

    def send(self, address: str, rendered: Rendered) -> None:
        if address == self.broken:
            raise DeliveryError("connection refused", permanent=False, code="network")
        number = int(rendered.headers["X-Monitor-Article"])
        self.came.setdefault(address, []).append((time.monotonic(), number))


def test_no_channel_is_faster_than_its_bucket_or_out_of_order(tmp_path: Path) -> None:
    rate, burst, alerts = 100.0, 5, 25
    channels = [channel(name, rate_per_s=rate, burst=burst) for name in CHANNELS]
    desk = Timeline(tmp_path, rule(to=CHANNELS, max_per_hour=0), channels=channels)
    desk.at("10:00").sending = False
    told = [desk.publish(f"call {number}", story=f"s{number}").id for number in range(alerts)]
    stopwatch = Stopwatch(broken="test://c4")
    clock = GoingClock(desk.clock.at.astimezone(UTC) + timedelta(seconds=1))
    context = CourierContext(desk.database, desk.telling, stopwatch, clock, "flood", random.Random(1))
    report = asyncio.run(courier_once(context))
    assert (report.sent, report.retried) == (4 * alerts, alerts)
    assert set(stopwatch.came) == {f"test://{name}" for name in CHANNELS[:4]}
    for came in stopwatch.came.values():
        assert [number for _, number in came] == told
        times = [at for at, _ in came]
        for first in range(alerts):
            for last in range(first, alerts):
                # One message may have been on its way while the bucket filled.
                assert last - first <= burst + 1 + rate * (times[last] - times[first])


def test_a_flood_drains_in_order_and_whole() -> None:
    rows = {row["bench"]: row["value"] for row in run(alerts=40)}
    assert rows["alerts.order"] == 0
    assert rows["alerts.lost"] == 0
