"""The rhythm of a source: how fast to poll it, and when its silence is longer than normal.  Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model.entry import FeedHints
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory

SLOWER_ABOVE = 2 / 3
"""Share of known items above which a source is polled more slowly (Media Cloud's rss-fetcher, 180 000 feeds)."""

FASTER_BELOW = 1 / 3
"""Share below which it is polled a little faster, before items are lost."""

LEAST_SILENCE_S = 3 * 86_400.0
"""Shorter silences are never called stale: weekends and holidays."""

SILENCE_WITHOUT_RHYTHM_S = 30 * 86_400.0
JITTER = 0.05
MAX_JITTER_S = 300.0


def stable_share(source_id: str, purpose: str) -> float:
    """A number in [0, 1) that belongs to the source, the same in every process and after every restart."""
    digest = hashlib.blake2b(f"{purpose}:{source_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def jitter_s(source_id: str, interval_s: float) -> float:
    """Seconds added to an interval so that sources that were added together drift apart; positive, stable."""
    return 0.001 + stable_share(source_id, "jitter") * min(interval_s * JITTER, MAX_JITTER_S)


def lost_contact(memory: PollMemory, outcome: PollOutcome) -> bool:
    """Whether not one item of a document was known although there were items before: some may have been missed."""
    first = memory.baseline_at is None
    return outcome.learnt is Learnt.PARSED and not first and outcome.items > 0 and not outcome.known + outcome.relinked


def next_interval_s(memory: PollMemory, outcome: PollOutcome, *, min_every_s: float, every_s: float) -> float:
    """The adaptive gap: halved when no item was known, half as long again when most were, within the bounds.

    Without known items something may have been missed; with few of them that is about to happen.
    """
    interval = memory.interval_s or every_s
    if outcome.learnt is Learnt.UNCHANGED:
        interval *= 1.5
    elif outcome.learnt is Learnt.PARSED and outcome.items:
        share = (outcome.known + outcome.relinked) / outcome.items
        interval *= _factor(share, lost=lost_contact(memory, outcome), first=memory.baseline_at is None)
    return min(max(interval, min_every_s), max(every_s, min_every_s))


def _factor(share: float, *, lost: bool, first: bool) -> float:
    if lost:
        return 0.5
    if share > SLOWER_ABOVE:
        return 1.5
    return 0.75 if share < FASTER_BELOW and not first else 1.0


def hinted_s(hints: FeedHints) -> float:
    """The gap a feed itself asks for (ttl, sy:update*), 0 without one."""
    return max(hints.ttl_s or 0.0, hints.update_every_s or 0.0)


def after_skips(at: datetime, hints: FeedHints, *, latest: datetime) -> datetime:
    """`at`, moved behind the hours and days in which the feed says it does not change, but not beyond `latest`.

    Hints that leave no hour or no day at all are nonsense and ignored.
    """
    hours = hints.skip_hours if len(hints.skip_hours) < 24 else frozenset()
    days = hints.skip_days if len(hints.skip_days) < 7 else frozenset()
    while at < latest and (at.hour in hours or at.weekday() in days):
        at = min(latest, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    return at


def learn_rhythm(memory: PollMemory, outcome: PollOutcome, now: datetime) -> PollMemory:
    """The memory with what this poll tells about how often new items come.

    The first poll takes it from the items' own dates; later ones measure the gaps between polls that brought news.
    The longest gap is forgotten slowly, so that one summer break does not hide the next failure.
    """
    if outcome.learnt is not Learnt.PARSED:
        return memory
    if memory.baseline_at is None:
        typical, longest = _gaps(outcome.published)
        return replace(memory, rhythm_s=typical, longest_gap_s=longest, last_new_at=now, baseline_at=now)
    if not outcome.new:
        return memory
    gap = (now - (memory.last_new_at or now)).total_seconds()
    per_item = gap / outcome.new
    rhythm = per_item if memory.rhythm_s is None else 0.8 * memory.rhythm_s + 0.2 * per_item
    longest = gap if memory.longest_gap_s is None else max(gap, 0.98 * memory.longest_gap_s)
    return replace(memory, rhythm_s=rhythm, longest_gap_s=longest, last_new_at=now)


def _gaps(published: Sequence[datetime]) -> tuple[float | None, float | None]:
    """The median and the longest gap between dates; None when there are too few to tell."""
    ordered = sorted(published)[-50:]
    gaps = sorted((later - sooner).total_seconds() for sooner, later in pairwise(ordered))
    return (gaps[len(gaps) // 2], gaps[-1]) if len(gaps) >= 3 else (None, None)


def silence(memory: PollMemory, now: datetime) -> Reason | None:
    """Why the source is stale, or None while its silence is within what is normal for it."""
    if memory.last_new_at is None:
        return None
    silent = (now - memory.last_new_at).total_seconds()
    if memory.rhythm_s is None or memory.longest_gap_s is None:
        limit = SILENCE_WITHOUT_RHYTHM_S
    else:
        limit = max(LEAST_SILENCE_S, 10 * memory.rhythm_s, 2 * memory.longest_gap_s)
    if silent <= limit:
        return None
    text = f"nothing new for {silent / 86_400:.0f} days, which is not normal for it; check whether the feed has moved"
    return Reason("stale", text)
