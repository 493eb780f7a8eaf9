from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from monitor.loops.patience import LONGEST_S, Patience
from monitor.model.source import SourceKind, SourceSpec
from monitor.testing import FrozenClock


@dataclass
class Around:
    """What patience asks of a context."""

    clock: FrozenClock
    sources: dict[str, SourceSpec] = field(default_factory=dict)


def around(clock: FrozenClock, *intervals: float) -> Around:
    specs = [
        SourceSpec(f"s{n}", "S", SourceKind.FEED, "https://a.example/", every_s=s) for n, s in enumerate(intervals)
    ]
    return Around(clock, {spec.id: spec for spec in specs})


def length_s(*intervals: float) -> float:
    clock = FrozenClock()
    context, patience = around(clock, *intervals), Patience()
    assert patience.is_over(context)  # type: ignore[arg-type]  # all that it asks for
    patience.begin()
    waited = 0.0
    while not patience.is_over(context):  # type: ignore[arg-type]  # as above
        clock.advance(seconds=0.5)
        waited += 0.5
    return waited


@pytest.mark.parametrize(
    ("intervals", "waits"), [((600.0,), 30.0), ((3600.0,), LONGEST_S), ((600.0, 60.0), 3.0), ((10.0,), 0.5), ((), 0.0)]
)
def test_the_shortest_interval_says_how_long_they_wait(intervals: tuple[float, ...], waits: float) -> None:
    assert length_s(*intervals) == waits


def test_what_presses_waits_for_nobody() -> None:
    context, patience = around(FrozenClock(), 600.0), Patience()
    assert patience.is_over(context)  # type: ignore[arg-type]  # as above
    patience.begin()
    assert not patience.is_over(context)  # type: ignore[arg-type]  # as above
    patience.press()
    assert patience.is_over(context)  # type: ignore[arg-type]  # as above


def test_other_sources_are_looked_for_at_once() -> None:
    clock, patience = FrozenClock(), Patience()
    assert patience.is_over(around(clock, 600.0))  # type: ignore[arg-type]  # as above
    patience.begin()
    assert patience.is_over(around(clock, 600.0, 700.0))  # type: ignore[arg-type]  # as above


def test_a_look_before_any_tick_begins_nothing() -> None:
    patience = Patience()
    patience.begin()
    assert patience.is_over(around(FrozenClock(), 600.0))  # type: ignore[arg-type]  # as above
