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
from monitor.model.alert import Silence
from monitor.model.match import Verdict
from monitor.model.reasons import Reason
from monitor.model.settled import CopyOf, Occasion
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
        muted = silences(connection, now) if hits else ()
        told = sum(_tell(connection, context, article, verdict, now, muted=muted) for article, verdict in hits)
        rules.set_caught_up(connection, rule_id, min(ids) if len(ids) == BATCH else None)
    return told


def _pending(connection: sa.Connection, context: Context) -> dict[str, int]:
    waiting = rules.rules_to_catch_up(connection)
    return {rule_id: below for rule_id, below in waiting.items() if context.watchlist.rules.get(rule_id) is not None}


def _match(context: Context, stored: StoredArticle, rule_id: str) -> Verdict | None:
    """The rule's hit on what is stored of an article."""
    verdicts = context.watchlist.matcher.match(stored.as_document())
    return next((item for item in verdicts if item.rule_id == rule_id and (item.fired or item.held)), None)


def _tell(
    connection: sa.Connection,
    context: Context,
    stored: StoredArticle,
    verdict: Verdict,
    now: datetime,
    *,
    muted: Sequence[Silence],
) -> int:
    copied = Reason("copy", "an earlier article said the same")
    refs = articles.story_refs(connection, [] if stored.story_id is None else [stored.story_id])
    described = describe(
        stored,
        document=stored.as_document(),
        language=stored.language,
        number=stored.number,
        occasion=Occasion.RULE_ADDED,
        story=next(iter(refs.values()), None),
        copy=None if stored.copy_of is None else CopyOf(stored.copy_of, stored.copy_score or 0.0, copied),
        revised_at=stored.revised_at if stored.number > 1 else None,
    )
    return len(tell(connection, described, (verdict,), context.watchlist, now, muted=muted).told)
