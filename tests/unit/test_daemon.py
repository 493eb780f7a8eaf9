from __future__ import annotations

import asyncio
import os
import signal

import pytest
import structlog

from monitor.daemon import Daemon, Tick
from monitor.errors import SchemaMismatch, StoreFull


async def nothing() -> None:
    return None


async def test_it_starts_reloads_and_drains() -> None:
    done: list[str] = []

    async def started() -> None:
        done.append("started")
        os.kill(os.getpid(), signal.SIGHUP)

    async def reload() -> None:
        done.append("reloaded")
        os.kill(os.getpid(), signal.SIGTERM)

    async def drain() -> None:
        done.append("drained")

    async def tick() -> None:
        done.append("tick")

    daemon = Daemon(
        (Tick("t", 3600, tick),), reload, started, (drain,), stopping=lambda: done.append("stopping"), drain_s=5
    )
    await asyncio.wait_for(daemon.run(), 20)
    assert done == ["tick", "started", "reloaded", "stopping", "drained"]


async def test_a_fault_ends_it_without_writing_anything_more() -> None:
    drained: list[str] = []

    async def started() -> None:
        daemon.fail(SchemaMismatch("a newer program was here"))

    async def drain() -> None:
        drained.append("x")

    daemon = Daemon((), nothing, started, (drain,))
    with pytest.raises(SchemaMismatch):
        await asyncio.wait_for(daemon.run(), 20)
    assert drained == []


async def test_a_trouble_that_stays_is_told_once_and_its_end_too() -> None:
    attempts = 0

    async def full() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 5:
            raise StoreFull("no space", remedy="free some")
        daemon.stop()

    daemon = Daemon((Tick("gather", 0.01, full),), nothing, nothing)
    with structlog.testing.capture_logs() as logs:
        await asyncio.wait_for(daemon.run(), 20)
    told = [(entry["event"], entry.get("remedy")) for entry in logs if entry.get("tick") == "gather"]
    assert told == [("tick-failed", "free some"), ("tick-recovered", None)]
