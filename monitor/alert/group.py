"""Threads: what a rule has told about a story or an article, and when its next update may go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model.alert import Thread
from monitor.model.message import Passage

DOUBLINGS = 3
"""The gap between updates grows to at most eight times the cooldown."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<![.!?:»„“\"'’] )(?<!^)\b(?:[A-ZÄÖÜА-ЯЁ][\w’-]+)(?:\s+[A-ZÄÖÜА-ЯЁ][\w’-]+)*")


def next_update_at(thread: Thread, cooldown_s: float, novel: frozenset[str]) -> datetime:
    """The earliest instant of the thread's next update; something novel takes the gap back to the start."""
    if thread.told_at is None:
        return thread.pending_due_at or thread.opened_at
    level = 0 if novel else thread.level
    due = thread.told_at + timedelta(seconds=cooldown_s * 2 ** min(level, DOUBLINGS))
    return due if thread.pending_due_at is None else min(due, thread.pending_due_at)


def next_level(level: int, novel: bool) -> int:
    """The level after an update was told: back to the start when it brought something novel."""
    return 1 if novel else min(level + 1, DOUBLINGS)


def facts_in(passages: Iterable[Passage], language: str | None) -> frozenset[str]:
    """The numbers (times and dates among them) and names in the passages, for telling what is new in a story.

    Names are capitalised words within a sentence; in German, which capitalises every noun, two or more in a row.
    """
    found: set[str] = set()
    for passage in passages:
        found.update(_NUMBER.findall(passage.text))
        for name in _NAME.findall(passage.text):
            if language != "de" or " " in name:
                found.add(name)
    return frozenset(found)
