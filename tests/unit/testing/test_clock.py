from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.testing import FrozenClock


def test_time_moves_only_when_told(clock: FrozenClock) -> None:
    now, ticks = clock.now(), clock.monotonic()
    assert clock.now() == now
    assert clock.advance(1.5, minutes=2) == now + timedelta(seconds=121.5)
    assert clock.monotonic() == ticks + 121.5


def test_the_wall_clock_may_be_corrected_and_the_other_never_goes_back(clock: FrozenClock) -> None:
    ticks = clock.monotonic()
    clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2020
    assert clock.monotonic() == ticks


def test_mistakes_are_refused(clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="naive"):
        clock.set(datetime(2020, 1, 1))  # noqa: DTZ001 - the mistake under test
