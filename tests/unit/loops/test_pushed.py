"""What a hub pushes is read as if it had been fetched."""

from __future__ import annotations

from typing import Any, cast

from monitor.errors import WorkerError
from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.documents import Reading, Unread
from monitor.loops.pushed import read_push
from monitor.model.source import PollMemory, SourceKind, SourceSpec
from monitor.store.due import ClaimedSource
from monitor.store.leases import Lease
from monitor.store.pushes import Push
from monitor.testing import FrozenClock

BLATT = SourceSpec("blatt", "Blatt", SourceKind.FEED, "https://blatt.example/feed")
ITEM = "<item><title>Harbour closed</title><guid>1</guid><link>https://blatt.example/1</link></item>"
FEED = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Blatt</title>{ITEM}</channel></rss>"


class Dead:
    """Workers that die at whatever they are given."""

    async def run(self, *_: object, **__: object) -> None:
        raise WorkerError("killed after 10 s", code="timeout")


async def read(body: str) -> Reading | Unread:
    nobody, clock = cast(Any, None), FrozenClock()
    context = Context(nobody, clock, nobody, cast(Any, Dead()), {}, Watchlist(nobody), "us", LoopSettings())
    claimed = ClaimedSource("blatt", Lease("us", 1), PollMemory(), True, None, clock.now())
    return await read_push(context, claimed, BLATT, Push(1, "blatt", clock.now(), "application/rss+xml", body.encode()))


async def test_it_is_read_under_the_address_of_the_source() -> None:
    found = await read(FEED)
    assert isinstance(found, Reading)
    assert [entry.title for entry in found.entries] == ["Harbour closed"]


async def test_what_kills_a_worker_is_a_push_that_was_not_read() -> None:
    found = await read(f"{FEED}<odd>")
    assert isinstance(found, Unread)
    assert found.reason.code == "worker-timeout"
    assert "killed after 10 s" in found.reason.text
