"""READ's queue: the articles whose pages are to be read, or whose stored texts are to be settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.store import leases
from monitor.store import tables as t
from monitor.store.leases import Lease

_A = t.article.c


class ReadingKind(StrEnum):
    """Why an article waits for READ."""

    PAGE = "page"
    """Its page is still to be read."""
    AGAIN = "again"
    """Its page may have filled up, or the entry says that it changed."""
    MATCH = "match"
    """What is stored is to be settled: it came with a baseline, or another source showed it."""


@dataclass(frozen=True, slots=True)
class ClaimedReading:
    """An article to read now."""

    article_id: int
    lease: Lease
    source_id: str
    reading: ReadingKind


def ask_reading(connection: sa.Connection, ids: Sequence[int], reading: ReadingKind, at: datetime) -> None:
    """Put articles into READ's queue, unless they wait for something earlier or greater already."""
    if not ids:
        return
    waits = t.article.c.due_at.is_not(None)
    keep = sa.or_(sa.and_(waits, t.article.c.due_at <= at), sa.and_(waits, sa.literal(reading == ReadingKind.MATCH)))
    connection.execute(
        sa.update(t.article).where(t.article.c.id.in_(ids), sa.not_(keep)).values(reading=reading.value, due_at=at)
    )


def claim_pages(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int, per_source: int
) -> list[ClaimedReading]:
    """Lease up to `limit` articles whose pages are due, the newest first, at most `per_source` of one source."""
    return _claim(connection, _CLAIM_PAGES, owner, now=now, lease_s=lease_s, limit=limit, per_source=per_source)


def claim_stored(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int
) -> list[ClaimedReading]:
    """Lease up to `limit` articles whose stored text is to be settled: what became due last, of that the newest.

    A baseline may have left thousands: they are taken in the order of the index, not sorted for each claim.
    """
    return _claim(connection, _CLAIM_STORED, owner, now=now, lease_s=lease_s, limit=limit)


def _claim(
    connection: sa.Connection, claiming: ReturningUpdate[Any], owner: str, **values: Any
) -> list[ClaimedReading]:
    rows = leases.claim(connection, claiming, owner=owner, **values)
    return [
        ClaimedReading(row["id"], Lease(owner, row["lease_epoch"]), row["first_source_id"], ReadingKind(row["reading"]))
        for row in rows
    ]


_NEWEST = (sa.func.coalesce(_A.published_at, _A.first_seen_at).desc(), _A.id)
_PAGES = (ReadingKind.PAGE.value, ReadingKind.AGAIN.value)


def _claiming(chosen: sa.Select[Any]) -> ReturningUpdate[Any]:
    limited = chosen.limit(sa.bindparam("limit"))
    candidates = sa.select(_A.id).where(_A.id.in_(limited), leases.is_free(t.article))
    return leases.claiming(t.article, candidates, _A.id, _A.lease_epoch, _A.first_source_id, _A.reading)


def _pages_by_turns() -> sa.Select[Any]:
    turn = sa.func.row_number().over(partition_by=_A.first_source_id, order_by=_NEWEST)
    due = (_A.reading.in_(_PAGES), _A.due_at <= leases.NOW, leases.is_free(t.article))
    ranked = sa.select(_A.id, turn.label("turn")).where(*due).subquery("ranked")
    return sa.select(ranked.c.id).where(ranked.c.turn <= sa.bindparam("per_source")).order_by(ranked.c.turn)


_CLAIM_PAGES = _claiming(_pages_by_turns())
_CLAIM_STORED = _claiming(
    sa.select(_A.id)
    .where(_A.reading == ReadingKind.MATCH.value, _A.due_at <= leases.NOW, leases.is_free(t.article))
    .order_by(_A.due_at.desc(), *_NEWEST)
)
