"""Nothing is told never: a replay of look-alike events with one rule that matches everything.

Everything is real but the clock and the mail server.  An event whose first article was put into another event's story
waits for that story's next update; the longest wait that is allowed to more than a few is one cooldown.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conformance.test_stories import corpus
from tests.scenario.press import Press
from tests.scenario.timeline import rule

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif("MONITOR_CORPUS" not in os.environ, reason="MONITOR_CORPUS does not point to the corpus"),
    pytest.mark.timeout(600),
]

COOLDOWN = timedelta(minutes=30)


def replay(folder: Path, seed: int, minutes: float) -> tuple[Press, dict[int, str], dict[int, datetime]]:
    """Every article `minutes` after the one before, in some order: their events, and when they came."""
    rows = corpus("stories/ecbplus.ndjson")
    random.Random(seed).shuffle(rows)
    desk = Press(folder, rule("everything", cooldown_s=COOLDOWN.total_seconds(), max_per_hour=0))
    events: dict[int, str] = {}
    came: dict[int, datetime] = {}
    at = desk.when("06:00")
    for number, row in enumerate(rows):
        desk.until(at + timedelta(minutes=minutes * number))
        taken = desk.receive(f"s{number % 40}", row["title"], row["body"])
        events[taken.id], came[taken.id] = row["event"], desk.clock.at
    desk.until(desk.clock.at + timedelta(hours=24))
    return desk, events, came


@pytest.mark.parametrize(("seed", "minutes"), [(1, 1.0), (2, 4.0)])
def test_no_event_waits_long_behind_another(tmp_path: Path, seed: int, minutes: float) -> None:
    desk, events, came = replay(tmp_path, seed, minutes)
    told = {id_: at for id_ in came if (at := desk.told_at(id_)) is not None}
    copies = desk.copies()
    first = {event: id_ for id_, event in reversed(list(events.items()))}
    waits = {event: told[id_] - came[id_] for event, id_ in first.items() if id_ in told}
    late = {event: wait for event, wait in waits.items() if wait > COOLDOWN}
    at_once = sum(told[id_] == came[id_] for id_ in told)
    fate = Counter("told" if id_ in told else "copy" if copies.get(id_) in told else "lost" for id_ in came)
    never = {event for event, id_ in first.items() if id_ not in told and copies.get(id_) not in told}
    print(f"\n{len(came)} articles of {len(first)} events, {minutes:g} min apart: {at_once} told at once, ", end="")
    print(f"{fate['told'] - at_once} gathered, {fate['copy']} copies, {fate['lost']} lost; ", end="")
    print(f"{len(desk.messages())} messages; first articles held longer than a cooldown: {len(late)} {late or ''}")
    assert fate["lost"] == 0
    assert not never
    assert len(late) <= 0.02 * len(first)
