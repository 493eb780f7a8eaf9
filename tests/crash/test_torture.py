"""A small share of `make torture`: kills at some commits and at random, and a mail server that is down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.faults import Effort, kill_at_every_commit, kill_at_random, mail_faults
from tests.crash.receivers import Kept, count
from tests.crash.stage import Stage, open_stage

SOME = Effort(stride=26, kills=3, brief=True)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage("sqlite") as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("fault", [kill_at_every_commit, kill_at_random, mail_faults])
def test_nothing_is_lost_and_little_doubled(stage: Stage, fault: object) -> None:
    rows = list(fault(stage, SOME))  # type: ignore[operator]  # one of the three above
    assert rows
    assert [row for row in rows if not row.fine] == []


def test_what_counts_as_lost_and_doubled() -> None:
    due = {("desk", "now", 1), ("desk", "now", 2), ("desk", "later", 1)}
    kept = [
        Kept("desk", "now:7", frozenset({1})),
        Kept("desk", "now:7", frozenset({1})),
        Kept("desk", "desk:digest@1", frozenset({1})),
        Kept("desk", "desk:digest@2", frozenset({1})),
    ]
    counted = count(kept, due)
    assert (counted.due, counted.delivered, counted.lost) == (3, 2, 1)
    assert (counted.doubled, counted.honoured) == (2, 1)
