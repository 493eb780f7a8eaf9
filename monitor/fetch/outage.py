"""Whether a poll ends a gap, and whose fault the gap was.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model.settled import Gap
from monitor.model.source import PollMemory

GAP_INTERVALS = 3.0
LEAST_GAP = timedelta(minutes=30)


def ended_gap(memory: PollMemory, *, every_s: float, now: datetime) -> Gap | None:
    """The gap that a good poll at `now` ends, or None: three intervals and half an hour without a good poll.

    It is ours when nobody asked in that time (the monitor was off or asleep); otherwise the source was failing.
    """
    since = memory.last_ok_at
    if since is None or memory.baseline_at is None:
        return None
    limit = max(LEAST_GAP, timedelta(seconds=GAP_INTERVALS * max(every_s, memory.interval_s or 0.0)))
    if now - since <= limit:
        return None
    asked = memory.last_polled_at or since
    return Gap(since=since, until=now, ours=now - asked > limit)
