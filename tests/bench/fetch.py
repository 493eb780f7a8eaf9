"""CPU per request: our fetcher beside bare aiohttp, against a server in a process of its own.

Bare aiohttp is the floor: no address check, no redirects, no deadline, no politeness.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any, cast

import aiohttp
import uvloop

from monitor.clock import SystemClock
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.fetch.schedule import decide_poll, first_look, plan_request
from monitor.model.fetched import Request
from monitor.model.poll import Learnt, PollOutcome, PollSettings
from monitor.model.source import PollMemory, SourceKind, SourceSpec

Row = dict[str, Any]

REQUESTS = 2_000
AT_ONCE = 20
BODY = b"<rss>" + b"<item>news of the day</item>" * 2_000 + b"</rss>"
ETAG = '"bench"'


class _Server(asyncio.Protocol):
    """The cheapest server there is: 304 for a request with a validator, 56 kB without."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        head = b"ETag: " + ETAG.encode() + b"\r\nContent-Type: application/rss+xml\r\n"
        if b"If-None-Match" in data:
            self._transport.write(b"HTTP/1.1 304 Not Modified\r\n" + head + b"\r\n")
        else:
            size = b"Content-Length: %d\r\n\r\n" % len(BODY)
            self._transport.write(b"HTTP/1.1 200 OK\r\n" + head + size + BODY)


def _serve(pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    uvloop.run(main())


async def _cpu_us(job: Callable[[], Awaitable[None]]) -> float:
    async def some() -> None:
        for _ in range(REQUESTS // AT_ONCE):
            await job()

    await job()
    before = time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return (time.process_time() - before) / REQUESTS * 1e6


async def _bare(url: str, headers: dict[str, str]) -> float:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def job() -> None:
            async with session.get(url, headers=headers) as response:
                await response.read()

        return await _cpu_us(job)


async def _ours(url: str, etag: str | None) -> float:
    settings = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, per_host=AT_ONCE)
    async with HttpFetcher(settings, SystemClock()) as fetcher:

        async def job() -> None:
            fetched = await fetcher.fetch(Request(url, etag=etag))
            assert fetched.problem is None

        return await _cpu_us(job)


async def _poll(url: str, clock: SystemClock) -> float:
    """A whole unchanged poll: plan, fetch, look, decide."""
    spec, settings = SourceSpec("bench", "Bench", SourceKind.FEED, url), PollSettings()
    fetch_settings = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, per_host=AT_ONCE)
    async with HttpFetcher(fetch_settings, clock) as fetcher:
        first = await fetcher.fetch(Request(url))
        parsed = PollOutcome(Learnt.PARSED, items=30, new=30)
        memory = decide_poll(spec, PollMemory(), first, parsed, now=clock.now(), settings=settings).memory

        async def job() -> None:
            fetched = await fetcher.fetch(plan_request(spec, memory, now=clock.now(), settings=settings))
            outcome = first_look(memory, fetched, settings=settings)
            assert outcome is not None
            decide_poll(spec, memory, fetched, outcome, now=clock.now(), settings=settings)

        return await _cpu_us(job)


async def _measure(url: str) -> list[Row]:
    figures = {
        ("bare aiohttp", "304"): await _bare(url, {"If-None-Match": ETAG}),
        ("fetcher", "304"): await _ours(url, ETAG),
        ("whole poll", "304"): await _poll(url, SystemClock()),
        ("bare aiohttp", "200, 56 kB"): await _bare(url, {}),
        ("fetcher", "200, 56 kB"): await _ours(url, None),
    }
    return [
        {"bench": "fetch", "case": f"{who}, {case}", "value": round(value, 1), "unit": "us CPU"}
        for (who, case), value in figures.items()
    ]


def run() -> list[Row]:
    """CPU microseconds per request, in one process, on connections that are kept alive."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        return uvloop.run(_measure(f"http://127.0.0.1:{ours.recv()}/feed"))
    finally:
        server.kill()
        server.join()


if __name__ == "__main__":
    for row in run():
        print(f"{row['case']:32} {row['value']:8.1f} {row['unit']}")
