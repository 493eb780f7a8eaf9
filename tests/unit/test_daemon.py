from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
import structlog

from monitor.clock import SystemClock
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
    await asyncio.wait_for(daemon.run(), 60)
    assert done == ["tick", "started", "reloaded", "stopping", "drained"]


async def test_a_fault_ends_it_without_writing_anything_more() -> None:
    drained: list[str] = []

    async def started() -> None:
        daemon.fail(SchemaMismatch("a newer program was here"))

    async def drain() -> None:
        drained.append("x")

    daemon = Daemon((), nothing, started, (drain,))
    with pytest.raises(SchemaMismatch):
        await asyncio.wait_for(daemon.run(), 60)
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
        await asyncio.wait_for(daemon.run(), 60)
    told = [(entry["event"], entry.get("remedy")) for entry in logs if entry.get("tick") == "gather"]
    assert told == [("tick-failed", "free some"), ("tick-recovered", None)]


async def test_an_error_of_ours_ends_neither_the_tick_nor_the_daemon() -> None:
    times: list[str] = []

    async def broken() -> None:
        times.append("again")
        if len(times) == 3:
            daemon.stop()
        raise ZeroDivisionError

    daemon = Daemon((Tick("broken", 0.05, broken),), nothing, nothing)
    with structlog.testing.capture_logs() as logs:
        await asyncio.wait_for(daemon.run(), 60)
    told = [entry for entry in logs if entry["event"] == "tick-failed"]
    assert [(entry["tick"], entry["error"]) for entry in told] == [("broken", "ZeroDivisionError: ")], "once a minute"


async def test_what_does_not_end_in_time_is_cut_off() -> None:
    cut: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cut.append("cut")
            raise

    async def started() -> None:
        daemon.stop()

    daemon = Daemon((), nothing, started, (endless,), drain_s=0.1)
    await asyncio.wait_for(daemon.run(), 60)
    assert cut == ["cut"]


async def test_a_tick_that_is_under_way_comes_back_before_anything_is_drained() -> None:
    done: list[str] = []
    ending = asyncio.Event()

    async def claim() -> None:
        if done:  # the second, which the scheduler begins
            daemon.stop()
            await ending.wait()
            await asyncio.sleep(0)
        done.append("claimed")

    async def drain() -> None:
        done.append("drained")

    daemon = Daemon((Tick("gather", 0.01, claim),), nothing, nothing, (drain,), stopping=ending.set)
    await asyncio.wait_for(daemon.run(), 60)
    assert done == ["claimed", "claimed", "drained"]


async def test_what_was_begun_out_of_turn_comes_back_too_and_nothing_is_begun_after_the_end() -> None:
    done: list[str] = []
    ending = asyncio.Event()

    async def claim() -> None:
        daemon.stop()
        await ending.wait()
        await asyncio.sleep(0)
        done.append("claimed")

    async def late() -> None:
        done.append("too late")

    async def started() -> None:
        daemon.do_soon("wake", claim)

    async def drain() -> None:
        daemon.do_soon("wake", late)
        await asyncio.sleep(0)
        done.append("drained")

    daemon = Daemon((), nothing, started, (drain,), stopping=ending.set)
    await asyncio.wait_for(daemon.run(), 60)
    assert done == ["claimed", "drained"]


async def test_a_storm_of_signals_reloads_twice_and_never_at_the_same_time() -> None:
    reloads: list[str] = []
    let_go = asyncio.Event()

    async def reload() -> None:
        reloads.append("begun")
        await let_go.wait()
        reloads.append("done")
        if reloads.count("done") == 2:
            daemon.stop()

    async def storm() -> None:
        for _ in range(50):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
        let_go.set()

    async def started() -> None:
        daemon.do_soon("storm", storm)

    daemon = Daemon((), reload, started)
    await asyncio.wait_for(daemon.run(), 60)
    assert reloads == ["begun", "done", "begun", "done"]


async def test_a_tick_that_does_not_come_back_is_named() -> None:
    stuck = asyncio.Event()
    named: list[tuple[str, ...]] = []

    async def hang() -> None:
        await stuck.wait()

    async def look() -> None:
        await asyncio.sleep(0.2)
        named.append(daemon.hanging())
        stuck.set()
        daemon.stop()

    async def started() -> None:
        daemon.do_soon("hang", lambda: daemon._tick(Tick("gather", 3600, hang)))
        daemon.do_soon("look", look)  # no tick: on a busy machine it would be hanging, too

    daemon = Daemon((), nothing, started, hanging_s=0.1)
    await asyncio.wait_for(daemon.run(), 60)
    assert named == [("gather",)]
    assert daemon.hanging() == ()


async def test_a_clock_that_is_set_back_stops_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler would wait until the clock on the wall is as late again."""
    ticks = 0
    wall = SetBack()
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", wall)

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 2:
            wall.by = timedelta(hours=1)
        if ticks == 4:
            daemon.stop()

    daemon = Daemon((Tick("gather", 0.01, tick),), nothing, nothing, clock=wall, clock_look_s=0.01)
    with structlog.testing.capture_logs() as logs:
        await asyncio.wait_for(daemon.run(), 60)
    assert [entry["ticks"] for entry in logs if entry["event"] == "clock-set-back"] == [1]


class SetBack(SystemClock):
    """The wall's clock, `by` so much behind; for the scheduler, too."""

    by = timedelta(0)

    def now(self, zone: tzinfo | None = UTC) -> datetime:
        return datetime.now(zone) - self.by
