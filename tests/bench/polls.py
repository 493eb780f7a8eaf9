"""CPU of a poll from its claim to its commit, without the network: all items new, nothing new, one new item.

Texts are random words, so that no article copies another; what READ does later with a baseline is its own row.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.gather import gather_once
from monitor.loops.read import read_once
from monitor.model.article import Document
from monitor.model.fetched import Fetched, Request
from monitor.model.match import Verdict
from monitor.model.source import SourceKind, SourceSpec
from monitor.store import schema, sources
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from monitor.workers import WorkerPool

Row = dict[str, object]
T = TypeVar("T")
ITEMS = 37
WORDS_OF_A_TEXT = 200
_SYLLABLES = [f"{a}{b}" for a in "bdfgklmnprst" for b in "aeiou"]


class NoRules:
    """What matching costs has its own benchmark."""

    def match(self, document: Document) -> tuple[Verdict, ...]:
        """Nothing fires."""
        return ()


@dataclass
class StillWeb:
    """Answers from memory; `extra` items stand in front of those of the first poll."""

    clock: FrozenClock
    extra: int = 0
    not_modified: bool = False
    _made: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def body(self, url: str) -> bytes:
        key = (url, self.extra)
        if key not in self._made:
            items = "".join(_item(url, number) for number in range(ITEMS + self.extra - 1, -1, -1))
            self._made[key] = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()
        return self._made[key]

    async def fetch(self, request: Request) -> Fetched:
        """The document of that address, or 304."""
        status, body = (304, b"") if self.not_modified else (200, self.body(request.url))
        headers = (("content-type", "application/rss+xml"), ("etag", '"1"'))
        now = self.clock.now()
        return Fetched(request.url, request.url, status, headers, body, (), now, 0.01, conditional=self.not_modified)


@dataclass(frozen=True, slots=True)
class Still:
    """What a benchmark of polls works on."""

    context: Context
    web: StillWeb
    clock: FrozenClock


def _item(url: str, number: int) -> str:
    words = _words(f"{url} {number}", WORDS_OF_A_TEXT)
    return (
        f"<item><title>{_words(f'{number} {url}', 8)}</title><link>{url}/story/{number}</link>"
        f"<guid>{url}-{number}</guid><description>{words}</description></item>"
    )


def _words(seed: str, count: int) -> str:
    source = random.Random(seed)
    return " ".join("".join(source.choices(_SYLLABLES, k=source.randint(2, 4))) for _ in range(count))


@asynccontextmanager
async def still_world(folder: Path, specs: Sequence[SourceSpec], settings: LoopSettings) -> AsyncIterator[Still]:
    """These sources in a new SQLite file, on a web that answers from memory."""
    clock = FrozenClock()
    web = StillWeb(clock)
    database = Database(open_engine(f"sqlite:///{folder}/bench.db"))
    schema.upgrade(database)
    with database.unit() as connection:
        sources.sync_sources(connection, specs, clock.now())
    async with WorkerPool(1) as workers:
        context = Context(
            database=database,
            clock=clock,
            fetcher=web,
            workers=workers,
            sources={spec.id: spec for spec in specs},
            watchlist=Watchlist(NoRules()),
            owner="bench",
            settings=settings,
        )
        yield Still(context, web, clock)
    database.dispose()


def run(feeds: int = 100) -> list[Row]:
    """Rows of the benchmark: milliseconds of CPU for a feed of 37 items."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder), feeds))


async def _run(folder: Path, feeds: int) -> list[Row]:
    specs = [SourceSpec(f"s{n}", f"s{n}", SourceKind.FEED, f"https://host{n % 50}.example/{n}") for n in range(feeds)]
    async with still_world(folder, specs, LoopSettings(per_host=feeds)) as world:
        rows = [await _measure(case, world.context, world.web) for case in ("all new", "unchanged", "one new")]
        started = time.process_time()
        settled = (await read_once(world.context)).settled
        spent = (time.process_time() - started) / max(1, settled) * 1000
    return [*rows, {"bench": "polls.settle", "case": "an article of a baseline", "value": spent, "unit": "ms of CPU"}]


async def _measure(case: str, context: Context, web: StillWeb) -> Row:
    web.not_modified, web.extra = case == "unchanged", int(case == "one new")
    for spec in context.sources.values():
        web.body(spec.url)
    web.clock.advance(minutes=15)
    started = time.process_time()
    report = await gather_once(context, everything=True)
    spent = (time.process_time() - started) / report.polled * 1000
    return {"bench": "polls.gather", "case": case, "value": spent, "unit": "ms of CPU"}


if __name__ == "__main__":
    for row in run():
        print(f"{row['bench']:14} {row['case']:28} {row['value']:8.2f} {row['unit']}")
