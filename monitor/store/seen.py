"""When articles were first seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from monitor.store import tables as t


def seen_at(connection: sa.Connection, article_ids: Sequence[int], since: datetime) -> list[datetime]:
    """The instants of those that were first seen since then."""
    a = t.article.c
    found: list[datetime] = []
    for at in range(0, len(article_ids), 500):
        some = article_ids[at : at + 500]
        statement = sa.select(a.first_seen_at).where(a.id.in_(some), a.first_seen_at >= since)
        found += connection.execute(statement).scalars()
    return found
