"""Choose the story thresholds on the even half of the labelled sets, and report them on the odd half.

    MONITOR_CORPUS=… python -m tests.conformance.thresholds

Each half is placed by itself, so that no article of the other half is seen while choosing.  Full texts decide the
thresholds for texts, headlines those for titles; the F of a setting is the mean over the orders.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from monitor.dedup.story import StorySettings
from monitor.loops.placing import PlacingSettings
from tests.conformance.grouping import bcubed
from tests.conformance.test_stories import START, Newsroom, corpus

Rows = Sequence[dict[str, Any]]
ORDERS = (1, 2)


def texts() -> tuple[Rows, Rows]:
    """ECB+ by topic: both look-alike events of a topic are in one half."""
    rows = corpus("stories/ecbplus.ndjson")
    topics = sorted({_topic(row) for row in rows})
    even = set(topics[::2])
    return [row for row in rows if _topic(row) in even], [row for row in rows if _topic(row) not in even]


def _topic(row: dict[str, Any]) -> int:
    return int("".join(filter(str.isdigit, row["event"])))


def headlines() -> tuple[Rows, Rows]:
    """Headlines by event."""
    rows = sorted(corpus("stories/headlines.ndjson"), key=lambda row: row["ts"])
    even = set(sorted({row["event"] for row in rows})[::2])
    return [row for row in rows if row["event"] in even], [row for row in rows if row["event"] not in even]


def f_of(rows: Rows, settings: StorySettings) -> float:
    """The mean BCubed F of placing `rows`: texts in several orders, headlines in their own."""
    timed = "ts" in rows[0]
    scores = []
    for seed in (0,) if timed else ORDERS:
        order = list(rows)
        if not timed:
            random.Random(seed).shuffle(order)
        room = Newsroom(PlacingSettings(stories=settings))
        for index, row in enumerate(order):
            at = datetime.fromtimestamp(row["ts"], UTC) if timed else START + timedelta(minutes=index)
            room.place(row["title"], row.get("body", ""), "en", at)
        gold = {index: row["event"] for index, row in enumerate(order, start=1)}
        scores.append(bcubed(room.stories(), gold)[2])
    return sum(scores) / len(scores)


def choose(rows: Rows, candidates: Iterable[StorySettings]) -> tuple[float, StorySettings]:
    """The setting with the best F on `rows`; the first of equals."""
    return max(((f_of(rows, settings), settings) for settings in candidates), key=lambda pair: pair[0])


def report(name: str, halves: tuple[Rows, Rows], candidates: list[StorySettings], fields: tuple[str, ...]) -> None:
    """Print what the even half chooses and what both settings reach on the odd half."""
    best, chosen = choose(halves[0], candidates)
    values = {field: getattr(chosen, field) for field in fields}
    shipped = StorySettings()
    print(f"{name}: the even half chooses {values} (F {best:.3f}; as shipped {f_of(halves[0], shipped):.3f})")
    print(f"  odd half: chosen {f_of(halves[1], chosen):.3f}, as shipped {f_of(halves[1], shipped):.3f}")


def main() -> None:
    """Both sets, a small grid each."""
    base = StorySettings()
    grid = [
        replace(base, join_text=text, join_single=single)
        for text, single in product((0.17, 0.20, 0.23, 0.26), (0.23, 0.26, 0.29))
    ]
    report("texts", texts(), grid, ("join_text", "join_single"))
    titles = [replace(base, join_title=title) for title in (0.07, 0.085, 0.10, 0.115, 0.13)]
    report("headlines", headlines(), titles, ("join_title",))


if __name__ == "__main__":
    main()
