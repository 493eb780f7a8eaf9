"""REMATCH, for rules that were added to a running monitor.

::

    rules to catch up | stored articles, newest first | match | tell what they found, a batch a unit

How far a rule has come is in its row, so a restart goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.loops.context import Context, in_thread
from monitor.loops.describe import describe, tell
from monitor.model.match import Verdict
from monitor.model.reasons import Reason
from monitor.model.settled import CopyOf, Occasion, SettledArticle, StoryRef
from monitor.store import articles, rules
from monitor.store.articles import StoredArticle
from monitor.store.silences import silences

BATCH = 100


def rematch_waits(context: Context) -> bool:
    """Whether a rule in force has stored articles to catch up on."""
    with context.database.reading() as connection:
        return bool(_pending(connection, context))


async def rematch_once(context: Context, *, back: timedelta = timedelta(days=7)) -> int:
    """Match stored articles of the last `back` for every rule that was added since; how many alerts are told."""
    told = 0
    while (progress := await in_thread(_batch, context, back)) is not None:
        told += progress
    return told


def _batch(context: Context, back: timedelta) -> int | None:
    """One batch of one rule; None when no rule has anything to catch up."""
    now = context.clock.now()
    with context.database.reading() as connection:
        pending = _pending(connection, context)
        if not pending:
            return None
        rule_id, below = next(iter(sorted(pending.items())))
        ids = articles.settled_before(connection, below, since=now - back, limit=BATCH)
        stored = articles.load_articles(connection, ids)
    hits = [(stored[id_], hit) for id_ in ids if (hit := _match(context, stored[id_], rule_id)) is not None]
    with context.database.unit(lock=f"rematch:{rule_id}") as connection:
        told = _tell_all(connection, context, hits, now) if hits else 0
        rules.set_caught_up(connection, rule_id, min(ids) if len(ids) == BATCH else None)
    return told


def _pending(connection: sa.Connection, context: Context) -> dict[str, int]:
    waiting = rules.rules_to_catch_up(connection)
    return {rule_id: below for rule_id, below in waiting.items() if context.watchlist.rules.get(rule_id) is not None}


def _match(context: Context, stored: StoredArticle, rule_id: str) -> Verdict | None:
    """The rule's hit on what is stored of an article."""
    verdicts = context.watchlist.matcher.match(stored.as_document())
    return next((item for item in verdicts if item.rule_id == rule_id and (item.fired or item.held)), None)


def _tell_all(
    connection: sa.Connection, context: Context, hits: Sequence[tuple[StoredArticle, Verdict]], now: datetime
) -> int:
    """What all of them have in common is read once."""
    muted = silences(connection, now)
    stories = articles.story_refs(connection, {stored.story_id for stored, _ in hits if stored.story_id is not None})
    told = 0
    for stored, verdict in hits:
        described = _described(stored, None if stored.story_id is None else stories.get(stored.story_id))
        told += len(tell(connection, described, (verdict,), context.watchlist, now, muted=muted).told)
    return told


def _described(stored: StoredArticle, story: StoryRef | None) -> SettledArticle:
    copied = Reason("copy", "an earlier article said the same")
    return describe(
        stored,
        document=stored.as_document(),
        language=stored.language,
        number=stored.number,
        occasion=Occasion.RULE_ADDED,
        story=story,
        copy=None if stored.copy_of is None else CopyOf(stored.copy_of, stored.copy_score or 0.0, copied),
        revised_at=stored.revised_at if stored.number > 1 else None,
    )
