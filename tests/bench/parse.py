"""CPU of reading feeds: all items new, one new, all known; beside feedparser on the same bytes in the same run."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import feedparser

from monitor.model.entry import ParsedFeed
from monitor.parse.feed import read_quickly
from tests.bench import world

Row = dict[str, object]

FEEDS = 60
NEWEST = 1000
ROUNDS = 5


def run() -> list[Row]:
    """One row per case in CPU milliseconds per feed, and the ratio to feedparser."""
    now = world.START + timedelta(days=30)
    old = [world.feed(number, NEWEST) for number in range(FEEDS)]
    new = [world.feed(number, NEWEST + 1) for number in range(FEEDS)]
    nothing = [frozenset[str]()] * FEEDS

    def read(bodies: Sequence[bytes], known: Sequence[frozenset[str]]) -> list[ParsedFeed]:
        answers = [
            read_quickly(body, url="https://paper.example/feed.xml", known=hashes, now=now)
            for body, hashes in zip(bodies, known, strict=True)
        ]
        return [answer for answer in answers if isinstance(answer, ParsedFeed)]

    known = [frozenset(feed.item_hashes) for feed in read(old, nothing)]
    cases = {
        "all new": _cpu_ms(lambda: read(old, nothing)),
        "one new": _cpu_ms(lambda: read(new, known)),
        "all known": _cpu_ms(lambda: read(old, known)),
    }
    peer = _cpu_ms(lambda: [_feedparser(body) for body in old[: FEEDS // 6]], rounds=1) * 6
    mean_kb = sum(map(len, old)) / FEEDS / 1000
    rows: list[Row] = [{"bench": "parse", "case": "size of a feed", "value": mean_kb, "unit": "kB"}]
    for case, value in {**cases, "feedparser": peer}.items():
        rows.append({"bench": "parse", "case": case, "value": value, "unit": "ms/feed"})
    rows.append({"bench": "parse", "case": "feedparser / all new", "value": peer / cases["all new"], "unit": "times"})
    return rows


def _feedparser(body: bytes) -> object:
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def _cpu_ms(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of several rounds, in CPU milliseconds per feed of the whole set."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        action()
        best = min(best, time.process_time() - started)
    return best / FEEDS * 1000


if __name__ == "__main__":
    for row in run():
        print(f"{row['bench']:8} {row['case']:24} {row['value']:8.2f} {row['unit']}")
