"""Alerts to five real receivers on loopback: a mail server and four web services, within their buckets, in order.

python -m tests.bench.receivers 10000 [postgresql-url]
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from monitor.deliver.apprise import AppriseSender
from monitor.loops.courier import CourierContext, courier_once
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing.mailbox import end_server
from tests.bench.alerts import CHANNELS, Row, _decide, _fill
from tests.scenario.timeline import MovableClock, Timeline, channel, rule

RATE_PER_S, BURST = 200.0, 50
KEY = re.compile(r"k:(\d+)")


class Arrivals:
    """When which alert arrived at whom."""

    def __init__(self) -> None:
        self.seen: dict[str, list[tuple[float, int]]] = {name: [] for name in CHANNELS}

    def take(self, name: str, text: str) -> None:
        found = KEY.search(text)
        self.seen[name].append((time.monotonic(), int(found.group(1)) if found else 0))

    def out_of_order(self) -> int:
        """Alerts that arrived after one that came later."""
        numbers = [[number for _, number in seen] for seen in self.seen.values()]
        return sum(before > after for each in numbers for before, after in itertools.pairwise(each))

    def busiest_s(self) -> int:
        """The most that one receiver got within a second."""
        most = 0
        for seen in self.seen.values():
            first = 0
            for last, (at, _) in enumerate(seen):
                while at - seen[first][0] > 1.0:
                    first += 1
                most = max(most, last - first + 1)
        return most

    def longest_pause_s(self) -> float:
        """The longest that a receiver with messages waiting got none."""
        times = [[at for at, _ in seen] for seen in self.seen.values()]
        return max((after - before for each in times for before, after in itertools.pairwise(each)), default=0.0)


class Clock(MovableClock):
    """The scenario's day, and real seconds for the buckets."""

    def monotonic(self) -> float:
        return time.monotonic()


@contextmanager
def receivers(arrivals: Arrivals) -> Iterator[tuple[str, ...]]:
    """The addresses of the five."""

    class Web(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            arrivals.take(self.path.strip("/").split("/")[0], f"{self.headers.get('Idempotency-Key', '')} {body}")
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            return

    class Mail:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            arrivals.take(CHANNELS[0], envelope.content.decode("utf-8", "replace"))
            return "250 kept"

    web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    mail = Controller(Mail(), hostname="127.0.0.1", port=port, ready_timeout=30.0)
    mail.start()
    hook = f"json://127.0.0.1:{web.server_address[1]}"
    try:
        yield (
            f"mailto://127.0.0.1:{port}?to=desk@example.org&from=monitor@example.org&smtp=127.0.0.1&mode=insecure",
            *(f"{hook}/{name}" for name in CHANNELS[1:]),
        )
    finally:
        end_server(mail)
        web.shutdown()
        web.server_close()


def run(alerts: int = 300, url: str | None = None) -> list[Row]:
    """Rows of the benchmark, on SQLite or on the (empty) database of that address."""
    arrivals = Arrivals()
    with tempfile.TemporaryDirectory() as folder, receivers(arrivals) as addresses:
        database = Database(open_engine(url or f"sqlite:///{folder}/receivers.db"))
        t.metadata.create_all(database.engine)
        desk = Timeline(Path(folder), rule(to=CHANNELS, max_per_hour=0), database=database)
        for name, address in zip(CHANNELS, addresses, strict=True):
            desk.channels[name] = replace(
                channel(name), addresses=(address,), rate_per_s=RATE_PER_S, burst=BURST, concurrency=1
            )
        _decide(desk, 1)
        _fill(desk, alerts)
        clock = Clock(datetime.fromisoformat(desk.clock.at.isoformat()))
        context = CourierContext(database, desk.telling, AppriseSender(), clock, "bench", random.Random(1))
        begun, cpu = time.perf_counter(), time.process_time()
        report = asyncio.run(courier_once(context))
        wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
        database.dispose()
    case = f"{alerts} alerts to 5 receivers, {database.engine.dialect.name}"
    figures = (
        ("wall", wall_s, "s"),
        ("drain", report.sent / wall_s, "messages/s"),
        ("cpu", cpu_s / max(1, report.sent) * 1000, "ms of CPU each, both sides"),
        ("missing", alerts * 5 - sum(len(seen) for seen in arrivals.seen.values()), "messages"),
        ("order", arrivals.out_of_order(), "out of order"),
        ("busiest", arrivals.busiest_s(), f"messages in a second (bucket: {RATE_PER_S + BURST:g})"),
        ("pause", arrivals.longest_pause_s(), "s without a message at most"),
    )
    return [
        {"bench": f"receivers.{name}", "case": case, "value": float(value), "unit": unit}
        for name, value, unit in figures
    ]


if __name__ == "__main__":
    for result in run(int(sys.argv[1]) if len(sys.argv) > 1 else 300, *sys.argv[2:3]):
        print(json.dumps(result))
