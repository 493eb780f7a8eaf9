"""Choose the story thresholds on one half of each labelled set, and report them on the other, both ways round.

    MONITOR_CORPUS=… python -m tests.conformance.thresholds

Each half is placed by itself, so that no article of the other half is seen while choosing.  Full texts (ECB+) decide
the thresholds for texts, headlines those for titles; the pairs, English and Russian, are asked for the one for stories
of a single article.  The F of a setting is the mean over the orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

from monitor.dedup.prepared import prepare
from monitor.dedup.story import StorySettings
from monitor.loops.placing import PlacingSettings
from monitor.model.story import Prepared
from tests.conformance.grouping import bcubed
from tests.conformance.test_stories import START, Newsroom, corpus

Rows = Sequence[dict[str, Any]]
Halves = tuple[Rows, Rows]
ORDERS = (1, 2)
TOGETHER = 25
"""So many articles are placed in one unit, as what one poll brings."""
SHIPPED = StorySettings()


def texts() -> Halves:
    """ECB+ by topic: both look-alike events of a topic are in one half."""
    return _halves(corpus("stories/ecbplus.ndjson"), lambda row: int("".join(filter(str.isdigit, row["event"]))))


def headlines() -> Halves:
    """Headlines by event, in the order of their times."""
    return _halves(sorted(corpus("stories/headlines.ndjson"), key=lambda row: row["ts"]), lambda row: row["event"])


def pairs() -> Halves:
    """Every second pair of each language."""
    rows = [{"pair": number} | row for number, row in enumerate(corpus("stories/pairs.ndjson"))]
    return _halves(rows, lambda row: row["pair"])


def _halves(rows: Rows, part: Callable[[dict[str, Any]], Any]) -> Halves:
    even = set(sorted({part(row) for row in rows})[::2])
    return [row for row in rows if part(row) in even], [row for row in rows if part(row) not in even]


@cache
def _prepared(title: str, text: str, language: str) -> Prepared:
    return prepare(title, "", text, language)


def f_of(rows: Rows, settings: StorySettings) -> float:
    """The mean BCubed F of placing `rows`: texts in several orders, headlines in their own."""
    timed = "ts" in rows[0]
    scores = []
    for seed in (0,) if timed else ORDERS:
        order = list(rows)
        if not timed:
            random.Random(seed).shuffle(order)
        arriving = [
            (
                _prepared(row["title"], row.get("body", ""), "en"),
                datetime.fromtimestamp(row["ts"], UTC) if timed else START + timedelta(minutes=index),
            )
            for index, row in enumerate(order)
        ]
        gold = {index: row["event"] for index, row in enumerate(order, start=1)}
        scores.append(bcubed(_placed(arriving, settings), gold)[2])
    return sum(scores) / len(scores)


def f_of_pairs(rows: Rows, settings: StorySettings) -> float:
    """The F of "both texts are in one story", both languages together."""
    hits = extra = missed = 0
    for language in sorted({row["lang"] for row in rows}):
        some = [row for row in rows if row["lang"] == language]
        arriving = [(_prepared(row[f"t{n}"], row[f"b{n}"], language), START) for n in "12" for row in some]
        found = _placed(arriving, settings)
        for index, row in enumerate(some, start=1):
            same, gold = found[index] == found[index + len(some)], row["gold"] == "OK"
            hits, extra, missed = hits + (same and gold), extra + (same > gold), missed + (same < gold)
    return 2 * hits / (2 * hits + extra + missed)


def _placed(arriving: Sequence[tuple[Prepared, datetime]], settings: StorySettings) -> dict[int, int]:
    room = Newsroom(PlacingSettings(stories=settings))
    for start in range(0, len(arriving), TOGETHER):
        room.place_all(arriving[start : start + TOGETHER])
    found = room.stories()
    room.database.dispose()
    return found


@dataclass(frozen=True, slots=True)
class Choice:
    """What one half of a set chooses, and what that and what is shipped reach on the other half.

    `spread` is how far the settings next to each other differ on the other half: how much the choice matters at all.
    """

    name: str
    chosen: str
    reached: float
    shipped: float
    spread: float


def choices(
    name: str, halves: Halves, candidates: Sequence[StorySettings], measure: Callable[[Rows, StorySettings], float]
) -> list[Choice]:
    """Both ways round: the first half chooses, then the second."""
    table = [[measure(half, settings) for settings in (*candidates, SHIPPED)] for half in halves]
    found = []
    for label, chooser, other in (("even", table[0], table[1]), ("odd", table[1], table[0])):
        best = max(range(len(candidates)), key=lambda index: chooser[index])
        differing = {
            key: value
            for key, value in _values(candidates[best]).items()
            if len({_values(c)[key] for c in candidates}) > 1
        }
        text = ", ".join(f"{key} {value:g}" for key, value in differing.items())
        found.append(Choice(f"{name}, {label} half chooses", text, other[best], other[-1], max(other) - min(other)))
    return found


def _values(settings: StorySettings) -> dict[str, float]:
    return {name: getattr(settings, name) for name in ("join_title", "join_text", "join_single")}


def every_choice() -> list[Choice]:
    """All sets, a small grid each."""
    grid = [
        replace(SHIPPED, join_text=text, join_single=single)
        for text, single in product((0.17, 0.20, 0.23), (0.23, 0.26, 0.29))
    ]
    titles = [replace(SHIPPED, join_title=title) for title in (0.07, 0.085, 0.10, 0.115, 0.13)]
    singles = [replace(SHIPPED, join_single=single) for single in (0.20, 0.23, 0.26, 0.29, 0.32)]
    return [
        *choices("ecbplus", texts(), grid, f_of),
        *choices("headlines", headlines(), titles, f_of),
        *choices("pairs", pairs(), singles, f_of_pairs),
    ]


def show(found: Sequence[Choice]) -> None:
    """The table."""
    for each in found:
        print(
            f"{each.name:32} {each.chosen:38} other half F {each.reached:.3f}, as shipped {each.shipped:.3f}, "
            f"over the whole grid ±{each.spread / 2:.3f}"
        )


if __name__ == "__main__":
    show(every_choice())
