"""An article as alerting sees it, from its row, and handing it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.loops.context import Watchlist
from monitor.loops.tell import record_matches
from monitor.model.alert import Silence
from monitor.model.article import Document
from monitor.model.match import Verdict
from monitor.model.settled import Baseline, CopyOf, Gap, Occasion, SeenIn, SettledArticle, StoryRef, TellReport
from monitor.store.articles import StoredArticle


def describe(
    stored: StoredArticle,
    *,
    document: Document,
    language: str | None,
    number: int,
    occasion: Occasion,
    story: StoryRef | None,
    copy: CopyOf | None,
    revised_at: datetime | None = None,
) -> SettledArticle:
    """What the deciders of alerting need to know of revision `number`, whose text is `document`."""
    return SettledArticle(
        article_id=stored.id,
        revision=number,
        occasion=occasion,
        document=document,
        title=document.title,
        url=stored.url or "",
        language=language,
        sources=tuple(SeenIn(source.id, source.name, source.tags) for source in stored.sources),
        first_seen_at=stored.first_seen_at,
        published_at=stored.published_at,
        revised_at=revised_at,
        complete=document.complete,
        baseline=_baseline(stored),
        gap=gap_from_json(stored.gap),
        story=story,
        copy=copy,
    )


def tell(
    connection: sa.Connection,
    described: SettledArticle,
    verdicts: Iterable[Verdict],
    watchlist: Watchlist,
    now: datetime,
    *,
    muted: Sequence[Silence],
) -> TellReport:
    """Record the hits and what follows from them, in the caller's unit; `muted` are the silences in force."""
    return record_matches(
        connection,
        described,
        verdicts,
        rules=watchlist.rules,
        channels=watchlist.channels,
        settings=watchlist.alerts,
        muted=muted,
        now=now,
        engine=watchlist.engine,
    )


def _baseline(stored: StoredArticle) -> Baseline | None:
    if not stored.baseline or not stored.sources:
        return None
    first = stored.sources[0]
    return Baseline(first.id, first.name, first.founding)


def gap_to_json(gap: Gap | None) -> dict[str, Any] | None:
    """A gap as an article keeps it."""
    if gap is None:
        return None
    return {"since": gap.since.isoformat(), "until": gap.until.isoformat(), "ours": gap.ours}


def gap_from_json(kept: Mapping[str, Any] | None) -> Gap | None:
    """What `gap_to_json` made."""
    if kept is None:
        return None
    return Gap(datetime.fromisoformat(kept["since"]), datetime.fromisoformat(kept["until"]), bool(kept["ours"]))
