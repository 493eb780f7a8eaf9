"""RETAIN, the daily forgetting.

::

    expired articles | their entries' tombstone keys | delete, a batch a unit
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.alert.subscribe import LASTS, STORY_OVER
from monitor.dedup.identity import tombstone_keys
from monitor.loops.context import Context, in_thread
from monitor.store import hosts, readers, retention, sketches
from monitor.store.retention import ExpiredEntry
from monitor.store.story_index import forget_stories_before
from monitor.store.tombstones import unbury


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long things are kept, in days; 0 keeps them for ever."""

    articles_days: float = 180.0
    matched_days: float = 730.0
    """Articles that an alert names."""
    polls_days: float = 90.0
    tombstones_days: float = 400.0
    fingerprint_days: int = 8
    """The window of the copy decision and a day."""
    batch: int = 200


@dataclass(frozen=True, slots=True)
class RetainReport:
    """How many of each were deleted."""

    articles: int = 0
    stories: int = 0
    polls: int = 0
    tombstones: int = 0


async def retain_once(context: Context, settings: RetentionSettings) -> RetainReport:
    """Forget what has been kept long enough, in small units that hold up nobody."""
    articles = 0
    if settings.articles_days:
        while removed := await in_thread(_remove_batch, context, settings):
            articles += removed
    while await in_thread(_forget_batch, context, settings):
        pass
    rest = await in_thread(_remove_rest, context, settings)
    return RetainReport(articles, *rest)


def _remove_batch(context: Context, settings: RetentionSettings) -> int:
    now = context.clock.now()
    matched = settings.matched_days or 36_500.0
    with context.database.unit() as connection:
        ids = retention.expired_articles(
            connection,
            before=now - timedelta(days=settings.articles_days),
            matched_before=now - timedelta(days=matched),
            limit=settings.batch,
        )
        if ids:
            retention.remove_articles(connection, ids, _tombstones(retention.entries_of(connection, ids)), now)
        return len(ids)


def _forget_batch(context: Context, settings: RetentionSettings) -> int:
    """Articles that left the window are compared with no more."""
    with context.database.unit() as connection:
        return sketches.forget_before(connection, sketches.day_of(context.clock.now()) - settings.fingerprint_days)


def _tombstones(entries: Sequence[ExpiredEntry]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        identifier = (entry.entry_key or "").strip() or None
        keys = tombstone_keys(identifier, entry.url_key, entry.title, entry.content_hash)
        found.setdefault(entry.source_id, set()).update(keys)
    return found


def _remove_rest(context: Context, settings: RetentionSettings) -> tuple[int, int, int]:
    now = context.clock.now()
    with context.database.unit() as connection:
        forget_stories_before(connection, sketches.day_of(now) - settings.fingerprint_days)
        hosts.forget(connection, now - timedelta(days=1))
        readers.forget(connection, asked_before=now - LASTS, ended_before=now - timedelta(days=30))
        ended = retention.remove_stories(connection, now - timedelta(days=settings.fingerprint_days))
        readers.end_of_stories(connection, STORY_OVER, now)
        polls = tombstones = 0
        if settings.polls_days:
            polls = retention.remove_polls(connection, now - timedelta(days=settings.polls_days))
        if settings.tombstones_days:
            tombstones = unbury(connection, now - timedelta(days=settings.tombstones_days))
    return ended, polls, tombstones
