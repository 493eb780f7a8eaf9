"""CPU of a poll over HTTP, through the real loops and a real SQLite file, beside two other programs.

All feeds are polled with all items new, with one new item each, and unchanged.  What READ does later with the items of
the first poll is a row of its own, measured on so many of them at most.  A new item of a later poll is settled within
the poll (its language, copies, story and rules), which the other programs do not do: a row leaves as much out.

    python -m tests.bench.poll [number of feeds …]
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import uvloop

from monitor.bootstrap.frugal import keep_imports
from monitor.clock import SystemClock
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.gather import gather_once
from monitor.loops.read import PageReading
from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.model.rule import RuleSpec
from monitor.model.source import FullText, SourceKind, SourceSpec
from monitor.store import schema, sources
from monitor.store.unit import Database, open_engine
from monitor.workers import WorkerPool
from tests.bench import world
from tests.bench.peers import PEERS, Missing, Peer

Row = dict[str, object]

FEEDS = (1_000, 5_000)
"""Ten minutes, most of them for making up the documents and for the other programs."""
MOST_OF_OTHERS = 1_000
"""The other programs are run once, on so many feeds at most: with more, one of them needs most of an hour."""
MOST_SETTLED = 10_000
"""Items of the first poll that are settled at most: what 270 feeds bring, and more than enough to find copies among."""
NEWEST = 1_000
CASES = {"all new": 0, "one new": 1, "asked again": 1, "unchanged": 1}
"""How many items each feed has got since the start.  The third poll of a source is unconditional, to see whether its
server can be trusted with validators: "asked again" is that one."""


class _Server(asyncio.Protocol):
    """Feeds with an ETag; `added` items were added to each."""

    added = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        *whole, self._seen = (self._seen + data).split(b"\r\n\r\n")
        for head in whole:
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        number, tag = int(head.split(b" ", 2)[1].strip(b"/")), b'ETag: "%d"\r\n' % _Server.added
        if b'"%d"' % _Server.added in head:
            return b"HTTP/1.1 304 Not Modified\r\n" + tag + b"\r\n"
        body = _document(number, _Server.added)
        kind = b"Content-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % len(body)
        return b"HTTP/1.1 200 OK\r\n" + tag + kind + body


@cache
def _document(number: int, added: int) -> bytes:
    return world.feed(number, NEWEST + added)


def _serve(pipe: Connection, feeds: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Server, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            _Server.added = await loop.run_in_executor(None, pipe.recv)
            for number in range(feeds):  # as a web server has its files: who asks is not to wait for their making
                _document(number, _Server.added)
            pipe.send("ready")

    asyncio.run(main())


def run(*feeds: int) -> list[Row]:
    """Milliseconds of CPU for a feed, with each of these numbers of them; of the others how many times as much."""
    first, *more = feeds or FEEDS
    return [*_run(first, PEERS), *(row for count in more for row in _run(count, ()))]


def _run(feeds: int, peers: Iterable[str]) -> list[Row]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, feeds), daemon=True)
    server.start()
    try:
        urls = [f"http://127.0.0.1:{port}/{number}" for port in [ours.recv()] for number in range(feeds)]
        with tempfile.TemporaryDirectory() as folder:
            rows, mine = uvloop.run(_ours(Path(folder), urls, ours))
            for name in peers:
                rows += _theirs(name, Path(folder), urls, ours, mine)
        return rows
    finally:
        server.kill()
        server.join()


async def _ours(folder: Path, urls: list[str], server: Connection) -> tuple[list[Row], dict[str, float]]:
    specs = [SourceSpec(f"s{n}", f"s{n}", SourceKind.FEED, url, full_text=FullText.NEVER) for n, url in enumerate(urls)]
    database, clock = Database(open_engine(f"sqlite:///{folder}/monitor.db")), SystemClock()
    schema.upgrade(database)
    with database.unit() as connection:
        sources.sync_sources(connection, specs, clock.now())
    settings = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, per_host=64, concurrency=64)
    async with HttpFetcher(settings, clock) as fetcher, WorkerPool(2) as workers:
        context = Context(
            database=database,
            clock=clock,
            fetcher=fetcher,
            workers=workers,
            sources={spec.id: spec for spec in specs},
            watchlist=Watchlist(_rules()),
            owner="bench",
            settings=LoopSettings(per_host=64),
        )
        keep_imports()  # as the daemon does before it begins
        spent, settled, settling = {}, 0, 0.0
        for case in CASES:
            _show(server, case)
            before = _cpu_s()
            report = await gather_once(context, everything=True)
            assert report.failed == 0, report.events[:3]
            if case == "one new":
                assert report.new == len(urls), report.new
            spent[case] = (_cpu_s() - before) / len(urls) * 1000
            if case == "all new":
                before = _cpu_s()
                settled = await _settle_some(context)
                settling = (_cpu_s() - before) / settled * 1000
    database.dispose()
    us = f"monitor, {len(urls)} feeds"
    rows = [_row(f"{us}: {case}", value, "ms CPU/feed") for case, value in spent.items()]
    rows.append(_row(f"{us}: one new, less settling it", spent["one new"] - settling, "ms CPU/feed"))
    return [*rows, _row(f"{us}: settle a baseline item ({settled} of them)", settling, "ms CPU/item")], spent


async def _settle_some(context: Context) -> int:
    reading = PageReading(context)
    while reading.report.settled < MOST_SETTLED and await reading.start_due():
        await reading.drain()
    return reading.report.settled


def _rules() -> Engine:
    lexicon = Lexicon(None)
    return Engine(compile_rules([RuleSpec("r", "r", match="harbour NEAR/s council")], {}, lexicon), lexicon)


def _theirs(name: str, folder: Path, urls: list[str], server: Connection, mine: dict[str, float]) -> list[Row]:
    rows, urls = [], urls[:MOST_OF_OTHERS]
    try:
        with Peer(name, folder, urls) as peer:
            for case in CASES:
                _show(server, case)
                value = peer.poll()[0] / len(urls) * 1000
                rows.append(_row(f"{name}, {len(urls)} feeds: {case}", value, "ms CPU/feed"))
                rows.append(_row(f"{name} to monitor: {case}", value / mine[case], "ratio"))
    except Missing as missing:
        print(f"without {name}: {missing}", file=sys.stderr)
    return rows


def _row(case: str, value: float, unit: str) -> Row:
    return {"bench": "poll", "case": case, "value": round(value, 2), "unit": unit}


def _show(server: Connection, case: str) -> None:
    server.send(CASES[case])
    server.recv()


def _cpu_s() -> float:
    """Processor time of this process and of its workers, in seconds."""
    return time.process_time() + sum(map(_cpu_of, _workers(os.getpid())))


def _workers(pid: int) -> list[int]:
    try:
        listed = [(task / "children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    children = [int(child) for line in listed for child in line]
    servers = {process.pid for process in multiprocessing.active_children()}
    return [each for child in children if child not in servers for each in (child, *_workers(child))]


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:])):
        print(f"{row['case']:52} {row['value']:8.2f} {row['unit']}")
