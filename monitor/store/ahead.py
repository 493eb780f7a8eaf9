"""What a clock that was ahead has put off is due now.

A machine that begins without the right time may write for a while with dates of next year.  Once its clock is set
right, everything it has put off would wait until then, and nothing would tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.outbox import WAITING
from monitor.store.turns import forget_ahead

AHEAD = timedelta(hours=1)
"""What is later than that was not written by this clock; summer time and the drift of clocks are less."""


def bring_back(connection: sa.Connection, now: datetime) -> int:
    """Make due what was polled, found, ordered or done "later" than in an hour; how many rows that were."""
    later = now + AHEAD
    source, article, delivery = t.source.c, t.article.c, t.delivery.c
    # What is put off by the right clock is due before the wrong date, and waits its time.
    polled = source.last_polled_at > later, source.due_at > now
    found = article.first_seen_at > later, article.due_at >= article.first_seen_at
    ordered = delivery.state.in_(WAITING), delivery.created_at > later, delivery.due_at >= delivery.created_at
    changes = (
        sa.update(t.source).where(*polled).values(due_at=now, last_polled_at=now),
        sa.update(t.article).where(*found).values(due_at=now),
        sa.update(t.delivery).where(*ordered).values(due_at=now),
    )
    return sum(connection.execute(change).rowcount for change in changes) + forget_ahead(connection, later)
