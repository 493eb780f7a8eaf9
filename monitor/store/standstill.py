"""Ending the units of a process that stands still where the server's own limits do not reach (ADR 6101).

The server ends a unit whose client says nothing for a while, but only between two commands.  The driver sends many
rows as one pipeline, and a process that is stopped in the middle of it holds its locks for as long as it is stopped:
no limit of PostgreSQL before 17 looks at that, nor at one that was cut off there until two hours have passed.
"""

from __future__ import annotations

import sqlalchemy as sa

LOCK_NOT_AVAILABLE = "55P03"
WRITING_FACTOR = 5
"""A client that does not take an answer may be one that works through a long one: it gets so much more time."""

# `active`, and waiting for its client: more of the pipeline, or room for the answer.  COPY waits in the same way for
# as long as it likes.  A unit that has neither a transaction id nor an advisory lock keeps nobody waiting.
_END = sa.text(
    """
    WITH patience AS (
        SELECT make_interval(secs => setting::float8 / 1000) AS span
        FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout' AND setting <> '0'
    )
    SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity, patience
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND state = 'active' AND wait_event_type = 'Client' AND query !~* '^\\s*copy\\y'
    AND state_change < clock_timestamp() - span * CASE wait_event WHEN 'ClientRead' THEN 1 ELSE :factor END
    AND EXISTS (
        SELECT FROM pg_locks
        WHERE pg_locks.pid = pg_stat_activity.pid AND granted AND locktype IN ('transactionid', 'advisory')
    )
    """
)


def end_stopped_units(connection: sa.Connection) -> int:
    """End the units that stand still in mid-command with locks in hand; how many.

    Those of this role on this database, for longer than `idle_in_transaction_session_timeout` of this session; none
    where that limit is lifted.  What they wrote is undone, as it is by that limit; their process, when it wakes up, is
    told that its connection is gone, and does the work again.
    """
    ended: int = connection.execute(_END, {"factor": WRITING_FACTOR}).scalar_one()
    return ended
