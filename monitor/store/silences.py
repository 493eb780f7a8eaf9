"""Silences in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.errors import UsageError
from monitor.model.alert import Silence
from monitor.store import tables as t

KINDS = ("rule", "story", "source", "tag")
LONGEST = timedelta(days=365)


def add_silence(
    connection: sa.Connection, kind: str, subject: str, *, until: datetime, now: datetime, note: str = ""
) -> int:
    """Mute a rule, story, source or tag until a time; the silence's id.  Raises `UsageError`."""
    if kind not in KINDS:
        raise UsageError(f"{kind!r} cannot be silenced", remedy=f"one of {', '.join(KINDS)}")
    if until <= now:
        raise UsageError(f"{until:%Y-%m-%d %H:%M} UTC is over", remedy="name a time to come, or a duration such as 4h")
    if until > now + LONGEST:
        raise UsageError("a silence lasts a year at most", remedy="what is never wanted is better taken out")
    row = {"kind": kind, "subject": subject, "until": until, "created_at": now, "note": note}
    return int(connection.execute(sa.insert(t.silence).values(row).returning(t.silence.c.id)).scalar_one())


def silences(connection: sa.Connection, now: datetime | None = None) -> list[Silence]:
    """Those in force at `now`, or all that ever were, newest first."""
    query = sa.select(t.silence).order_by(t.silence.c.id.desc())
    if now is not None:
        query = query.where(t.silence.c.until > now)
    return [Silence(**row) for row in connection.execute(query).mappings()]


def remove_silence(connection: sa.Connection, silence_id: int) -> bool:
    """End a silence; False when there is none of that id."""
    return connection.execute(sa.delete(t.silence).where(t.silence.c.id == silence_id)).rowcount == 1
