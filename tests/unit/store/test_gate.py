from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from monitor.errors import StoreBusy
from monitor.store.gate import WriterGate


def queued(gate: WriterGate, name: str, order: list[str], *, urgent: bool) -> threading.Thread:
    """A thread that stands in the queue when this returns."""
    began = len(gate._urgent) + len(gate._others)

    def go() -> None:
        with gate.turn(urgent=urgent, timeout_s=60):
            order.append(name)

    thread = threading.Thread(target=go)
    thread.start()
    until(lambda: len(gate._urgent) + len(gate._others) > began)
    return thread


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(12_000):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError("it never came to that")


def test_in_order_of_arrival_and_urgent_ones_first() -> None:
    gate, order = WriterGate(), list[str]()
    with gate.turn(urgent=False, timeout_s=1):
        threads = [queued(gate, name, order, urgent=name.isupper()) for name in ("a", "b", "C", "d", "E")]
    for thread in threads:
        thread.join(60)
    assert order == ["C", "E", "a", "b", "d"]


def test_who_waits_too_long_is_turned_away_and_forgotten() -> None:
    gate, order = WriterGate(), list[str]()
    with gate.turn(urgent=False, timeout_s=1), pytest.raises(StoreBusy), gate.turn(urgent=True, timeout_s=0.01):
        order.append("never")
    with gate.turn(urgent=False, timeout_s=1):
        order.append("next")
    assert order == ["next"]


def test_an_error_inside_lets_the_next_one_in() -> None:
    gate = WriterGate()
    with pytest.raises(ZeroDivisionError), gate.turn(urgent=False, timeout_s=1):
        raise ZeroDivisionError
    with gate.turn(urgent=False, timeout_s=0.01):
        pass
