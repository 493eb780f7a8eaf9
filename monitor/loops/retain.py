"""RETAIN, the daily forgetting.

::

    alerts whose time is over           | delete, a batch a unit
    articles that nobody claims         | their entries' tombstone keys | delete, a batch a unit
    tombstones of what is no longer shown, polls, stories, visitors
    room that all this has freed        | give back, a piece a unit
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alert.subscribe import LASTS, STORY_OVER
from monitor.dedup.identity import everywhere_keys, item_key, tombstone_keys
from monitor.loops.context import Context, in_thread
from monitor.store import hosts, readers, retention, sketches, tombstones, vacuum
from monitor.store.claims import Keeping
from monitor.store.retention import ExpiredEntry, Place
from monitor.store.story_index import forget_stories, stories_before

DAY_S = 86_400.0
POLLS = 5000
"""Polls that go in one unit: some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long things are kept, in days, where sources and rules say nothing else; 0 keeps them for ever."""

    articles_days: float = 365.0
    alerts_days: float = 730.0
    """Alerts with their deliveries; the articles that an alert names are kept as long as it is."""
    polls_days: float = 30.0
    tombstones_days: float = 400.0
    """Longer while the source still shows what was removed."""
    fingerprint_days: int = 8
    """The longer one of the windows in which copies and stories are looked for, and a day."""
    batch: int = 200

    @property
    def keeping(self) -> Keeping:
        """What holds in general, as the store takes it."""
        return Keeping(self.articles_days * DAY_S, self.alerts_days * DAY_S)


@dataclass(frozen=True, slots=True)
class RetainReport:
    """How many of each were deleted, and how many bytes the database's file has become smaller."""

    alerts: int = 0
    articles: int = 0
    stories: int = 0
    polls: int = 0
    tombstones: int = 0
    bytes: int = 0


async def retain_once(context: Context, settings: RetentionSettings) -> RetainReport:
    """Forget what has been kept long enough, in small units that hold up nobody."""
    alerts = await _walk(context, settings, _expired_alerts, _remove_alerts)
    articles = await _walk(context, settings, _expired_articles, _remove_articles)
    while await in_thread(_forget_batch, context, settings):
        pass
    stories = await _walk(context, settings, _expired_stories, _remove_stories)
    await _forget_finding(context, settings)
    polls = 0
    while removed := await in_thread(_remove_polls, context, settings):
        polls += removed
    await in_thread(_remove_rest, context)
    ended = await _unbury(context, settings)
    freed = 0
    while given := await in_thread(vacuum.give_back, context.database):
        freed += given
    return RetainReport(alerts, articles, stories, polls, ended, freed)


async def _walk(
    context: Context,
    settings: RetentionSettings,
    find: Callable[[Context, RetentionSettings, Place | None], list[Place]],
    remove: Callable[[Context, RetentionSettings, Sequence[int]], int],
) -> int:
    """Look without holding up anybody, then delete in a unit, a batch at a time."""
    removed, after = 0, None
    while places := await in_thread(find, context, settings, after):
        removed += await in_thread(remove, context, settings, [place[1] for place in places])
        after = places[-1]
    return removed


def _expired_alerts(context: Context, settings: RetentionSettings, after: Place | None) -> list[Place]:
    with context.database.reading() as connection:
        now = context.clock.now()
        return retention.expired_alerts(connection, settings.keeping, now, after=after, limit=settings.batch)


def _remove_alerts(context: Context, settings: RetentionSettings, alert_ids: Sequence[int]) -> int:
    with context.database.unit() as connection:
        return retention.remove_alerts(connection, settings.keeping, context.clock.now(), alert_ids)


def _expired_articles(context: Context, settings: RetentionSettings, after: Place | None) -> list[Place]:
    with context.database.reading() as connection:
        now = context.clock.now()
        return retention.expired_articles(connection, settings.keeping, now, after=after, limit=settings.batch)


def _remove_articles(context: Context, settings: RetentionSettings, article_ids: Sequence[int]) -> int:
    now = context.clock.now()
    with context.database.unit() as connection:
        ids = retention.still_expired(connection, settings.keeping, now, article_ids)
        retention.remove_articles(connection, ids, _tombstones(retention.entries_of(connection, ids)), now)
        return len(ids)


def _tombstones(entries: Sequence[ExpiredEntry]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {tombstones.EVERYWHERE: set()}
    for entry in entries:
        identifier = (entry.entry_key or "").strip() or None
        keys = tombstone_keys(identifier, entry.url_key, entry.title, entry.content_hash)
        found.setdefault(entry.source_id, set()).update((*keys, item_key(entry.item_hash)))
        found[tombstones.EVERYWHERE].update(everywhere_keys(entry.url_key, entry.title))
    return found


def _forget_batch(context: Context, settings: RetentionSettings) -> int:
    """Articles that left the window are compared with no more."""
    with context.database.unit() as connection:
        return sketches.forget_before(connection, sketches.day_of(context.clock.now()) - settings.fingerprint_days)


def _expired_stories(context: Context, settings: RetentionSettings, after: Place | None) -> list[Place]:
    with context.database.reading() as connection:
        return retention.expired_stories(connection, _ended(context, settings), after=after, limit=settings.batch)


def _remove_stories(context: Context, settings: RetentionSettings, story_ids: Sequence[int]) -> int:
    with context.database.unit() as connection:
        return retention.remove_stories(connection, _ended(context, settings), story_ids)


def _ended(context: Context, settings: RetentionSettings) -> datetime:
    """Before then no article of a story is compared with others any more: nothing will join it."""
    return context.clock.now() - timedelta(days=settings.fingerprint_days)


async def _forget_finding(context: Context, settings: RetentionSettings) -> None:
    """Stories that have ended are found no more."""
    day = sketches.day_of(context.clock.now()) - settings.fingerprint_days
    ended = await in_thread(_stories_before, context, day)
    for first in range(0, len(ended), settings.batch):
        await in_thread(_forget_stories, context, ended[first : first + settings.batch], day)


def _stories_before(context: Context, day: int) -> list[int]:
    with context.database.reading() as connection:
        return stories_before(connection, day)


def _forget_stories(context: Context, story_ids: Sequence[int], day: int) -> None:
    with context.database.unit() as connection:
        forget_stories(connection, story_ids, day)


def _remove_polls(context: Context, settings: RetentionSettings) -> int:
    if not settings.polls_days:
        return 0
    before = context.clock.now() - timedelta(days=settings.polls_days)
    with context.database.unit() as connection:
        return retention.remove_polls(connection, before, limit=POLLS)


def _remove_rest(context: Context) -> None:
    now = context.clock.now()
    with context.database.unit() as connection:
        hosts.forget(connection, now - timedelta(days=1))
        readers.forget(connection, asked_before=now - LASTS, ended_before=now - timedelta(days=30))
        readers.end_of_stories(connection, STORY_OVER, now)


async def _unbury(context: Context, settings: RetentionSettings) -> int:
    if not settings.tombstones_days:
        return 0
    sources = await in_thread(_sources_with_aged, context, settings)
    return sum([await in_thread(_unbury_of, context, settings, source_id) for source_id in sources])


def _sources_with_aged(context: Context, settings: RetentionSettings) -> list[str]:
    with context.database.reading() as connection:
        return tombstones.sources_with_aged(connection, context.clock.now() - timedelta(days=settings.tombstones_days))


def _unbury_of(context: Context, settings: RetentionSettings, source_id: str) -> int:
    now = context.clock.now()
    with context.database.unit() as connection:
        shown = tombstones.shown_by(connection, source_id)
        if shown is None:
            return 0
        keys = frozenset(map(item_key, shown))
        return tombstones.unbury(connection, source_id, now - timedelta(days=settings.tombstones_days), keys, now)
