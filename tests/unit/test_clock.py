from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import SharedClock, SystemClock
from monitor.ports import Clock
from monitor.testing import FrozenClock


@pytest.mark.parametrize("clock", [SystemClock(), SharedClock(), FrozenClock()])
def test_every_clock_tells_an_instant_with_its_zone_and_never_runs_backwards(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_workers_go_by_the_time_of_the_database_s_server() -> None:
    clock = SharedClock()
    read_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert clock.set_by(read_at + timedelta(hours=2), read_at=read_at) == 7200
    assert clock.ahead_s == 7200
    before = clock.local()
    assert clock.now() - before >= timedelta(hours=2)
    assert clock.local() - before < timedelta(hours=1)
