"""What stories are to each other: told in another language too, merged, set apart."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from monitor.store.many import run_many
from monitor.store.tables import story_link
from monitor.store.upsert import insert_new

APART = "apart"
ALSO_IN = "also-in"
MERGED = "merged"


def link_stories(connection: sa.Connection, a: int, b: int, *, score: float, verdict: str, now: datetime) -> None:
    """Remember what two stories are to each other; a former verdict is replaced."""
    low, high = sorted((a, b))
    connection.execute(story_link.delete().where(story_link.c.a == low, story_link.c.b == high))
    connection.execute(story_link.insert().values(a=low, b=high, score=score, verdict=verdict, created_at=now))


def move_links(connection: sa.Connection, into: int, other: int) -> None:
    """What a story was to others in other languages, the one that it became part of is now."""
    mine = (story_link.c.a == other) | (story_link.c.b == other)
    moving = connection.execute(sa.select(story_link).where(mine, story_link.c.verdict == ALSO_IN)).all()
    connection.execute(story_link.delete().where(mine, story_link.c.verdict == ALSO_IN))
    rows = [(sorted((into, row.b if row.a == other else row.a)), row) for row in moving]
    values = [row._asdict() | {"a": low, "b": high} for (low, high), row in rows]
    run_many(connection, insert_new(connection, story_link), values)
