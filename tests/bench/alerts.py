"""Ten thousand alerts to five channels: how fast they are decided, queued, rendered and handed over; and in order.

`busy` is one recipient while gathering writes without a pause, in units as long as those of a large first poll.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from monitor.loops.courier import CourierContext, courier_once
from monitor.store import tables as t
from tests.scenario.timeline import Timeline, channel, rule

Row = dict[str, object]
CHANNELS = tuple(f"c{number}" for number in range(5))


def run(alerts: int = 10_000) -> list[Row]:
    """Rows of the benchmark; a receiver that takes everything at once, buckets wide open."""
    with tempfile.TemporaryDirectory() as folder:
        channels = [channel(name, rate_per_s=0.0) for name in CHANNELS]
        desk = Timeline(Path(folder), rule(to=CHANNELS, max_per_hour=0), channels=channels)
        decide_ms = _decide(desk, min(alerts, 500))
        _fill(desk, alerts)
        started, cpu = time.perf_counter(), time.process_time()
        report = asyncio.run(courier_once(_context(desk)))
        wall_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
        case = f"{alerts} alerts, {len(CHANNELS)} channels"
        return [
            {"bench": "alerts.decide", "case": "one hit, 5 channels", "value": decide_ms, "unit": "ms"},
            {"bench": "alerts.drain", "case": case, "value": report.sent / wall_s, "unit": "messages/s"},
            {
                "bench": "alerts.drain",
                "case": case,
                "value": cpu_s / max(1, report.sent) * 1000,
                "unit": "ms of CPU each",
            },
            {"bench": "alerts.order", "case": case, "value": float(_out_of_order(desk)), "unit": "out of order"},
            {"bench": "alerts.lost", "case": case, "value": float(alerts * 5 - report.sent), "unit": "messages"},
            _busy(unit_s=0.02, alerts=100),
            _busy(unit_s=0.1, alerts=30),
        ]


def _busy(unit_s: float, alerts: int) -> Row:
    """Messages for each unit of the gatherers, of whom eight always wait: 1 is as good as it gets."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Timeline(Path(folder), rule(to=CHANNELS[:1]), channels=[channel(CHANNELS[0], rate_per_s=0.0)])
        _decide(desk, 1)
        _fill(desk, alerts, CHANNELS[:1])
        sent, units = asyncio.run(_beside_writers(desk, unit_s))
    case = f"one recipient, units of {unit_s * 1000:g} ms beside"
    return {"bench": "alerts.busy", "case": case, "value": sent / units, "unit": "messages for each unit"}


async def _beside_writers(desk: Timeline, unit_s: float) -> tuple[int, int]:
    units, over = 0, False

    def unit() -> None:
        with desk.database.unit() as connection:
            connection.execute(sa.delete(t.meta).where(t.meta.c.key == "nothing"))
            time.sleep(unit_s)

    async def writer() -> None:
        nonlocal units
        while not over:
            await asyncio.to_thread(unit)
            units += 1

    writers = [asyncio.create_task(writer()) for _ in range(8)]
    await asyncio.sleep(0)
    report = await courier_once(_context(desk))
    over = True
    await asyncio.gather(*writers)
    return report.sent, units


def _context(desk: Timeline) -> CourierContext:
    return CourierContext(desk.database, desk.telling, desk.receiver, desk.clock, "bench", random.Random(1))


def _decide(desk: Timeline, hits: int) -> float:
    desk.at("10:00")
    desk.sending = False
    started = time.perf_counter()
    for number in range(hits):
        desk.publish(f"call {number}", story=f"s{number}")
    spent = (time.perf_counter() - started) / hits * 1000
    with desk.database.unit() as connection:
        connection.execute(sa.delete(t.delivery))
    return spent


def _fill(desk: Timeline, alerts: int, channels: tuple[str, ...] = CHANNELS) -> None:
    """The outbox as a flood leaves it: copies of an alert's rows, so that filling takes no longer than draining."""
    with desk.database.unit() as connection:
        template = dict(connection.execute(sa.select(t.alert).limit(1)).mappings().one())
        member = dict(connection.execute(sa.select(t.alert_article).limit(1)).mappings().one())
        first = int(connection.execute(sa.select(sa.func.max(t.alert.c.id))).scalar_one()) + 1
        ids = range(first, first + alerts)
        connection.execute(sa.insert(t.alert), [template | {"id": n, "key": f"k:{n}", "thread": f"k:{n}"} for n in ids])
        connection.execute(sa.insert(t.alert_article), [member | {"alert_id": n} for n in ids])
        now = desk.clock.at - timedelta(minutes=1)
        row = {"state": "pending", "created_at": now, "due_at": now}
        for name in channels:
            target = {"channel": name, "target": f"{name}-1", "label": name}
            connection.execute(
                sa.insert(t.delivery), [row | target | {"alert_id": n, "alert_key": f"k:{n}"} for n in ids]
            )


def _out_of_order(desk: Timeline) -> int:
    wrong = 0
    for name in CHANNELS:
        numbers = [int(message.key.split(":")[1]) for message in desk.messages(name)]
        wrong += sum(1 for before, after in itertools.pairwise(numbers) if before > after)
    return wrong


if __name__ == "__main__":
    for result in run():
        print(json.dumps(result))
