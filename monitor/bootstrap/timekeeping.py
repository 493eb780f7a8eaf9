"""One time for all workers of a database: its server's."""

from __future__ import annotations

import structlog

from monitor.clock import SharedClock
from monitor.store.presence import server_time
from monitor.store.unit import Database

SKEW_TOLD_S = 2.0
"""A machine whose clock is further off than that has nobody who sets it."""

log = structlog.get_logger("workers")


def set_clock(clock: SharedClock, database: Database) -> None:
    """Go by the time of the database server, where it has one; a clock of ours that is far off is told in the log."""
    with database.reading() as connection:
        before = clock.local()
        shown = server_time(connection)
        after = clock.local()
    if shown is None:
        return
    was_s = clock.ahead_s
    ahead_s = clock.set_by(shown, read_at=before + (after - before) / 2)
    if abs(ahead_s) > SKEW_TOLD_S and abs(ahead_s - was_s) > SKEW_TOLD_S:
        log.warning(
            "clock-skew", database_ahead_s=round(ahead_s, 1), remedy="the database's time is used; set the clock"
        )
