from __future__ import annotations

import asyncio

import structlog

from monitor.loops.hand import InHand


async def test_it_waits_for_one_and_for_all() -> None:
    hand, gate = InHand(), asyncio.Event()
    hand.start(asyncio.sleep(0), "short")
    hand.start(_wait(gate), "long")
    await hand.some_ended()
    assert len(hand) == 1
    gate.set()
    await hand.all_ended()
    assert len(hand) == 0
    await hand.some_ended()


async def test_work_that_fails_is_logged_and_forgotten() -> None:
    hand = InHand()

    async def fail() -> None:
        raise RuntimeError("no space to record the failure")

    with structlog.testing.capture_logs() as logs:
        hand.start(fail(), "poll x")
        await hand.all_ended()
    assert len(hand) == 0
    assert [(entry["event"], entry["work"]) for entry in logs] == [("work-lost", "poll x")]


async def _wait(gate: asyncio.Event) -> None:
    await gate.wait()
