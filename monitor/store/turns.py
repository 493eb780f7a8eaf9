"""Turns: what only one of all processes does at a time, such as the daily forgetting.  A turn is a lease by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t


def turn_lock(name: str) -> str:
    """What `Database.unit` must lock around every function of this module."""
    return f"turn:{name}"


def take_turn(
    connection: sa.Connection, name: str, *, owner: str, now: datetime, lease_s: float, every_s: float = 0.0
) -> bool:
    """Whether it is `owner`'s turn until `lease_s` from now; called again by the owner, it prolongs the turn.

    It is nobody's turn while another owner's lease lasts, nor before `every_s` have passed since it was last done.
    """
    known = _read(connection, name)
    holder, until, done_at = known.get("owner"), _instant(known.get("until")), _instant(known.get("done_at"))
    if holder not in (None, owner) and until is not None and until > now:
        return False
    if holder != owner and done_at is not None and done_at + timedelta(seconds=every_s) > now:
        return False
    _write(connection, name, {**known, "owner": owner, "until": (now + timedelta(seconds=lease_s)).isoformat()})
    return True


def time_has_leapt(connection: sa.Connection, name: str, *, now: datetime, most_s: float, again_most_s: float) -> bool:
    """Whether more than `most_s` have passed since a turn was last done: for whoever has it, before anything is lost.

    It may be that nothing ran, or that the clock is wrong.  After a turn that heard of a leap, the next one hears of
    another only when `again_most_s` have passed: a machine that runs on Sundays only must come to its turn, too.  What
    was done by a clock that was ahead counts as a leap, what was never done does not.
    """
    known = _read(connection, name)
    done_at = _instant(known.get("done_at"))
    longest = timedelta(seconds=again_most_s if known.get("leapt") else most_s)
    new = "done_at" not in known
    leapt = not new and (done_at is None or done_at + longest < now)
    _write(connection, name, known | {"leapt": leapt})
    return leapt


def end_turn(connection: sa.Connection, name: str, *, owner: str, now: datetime, done: bool) -> None:
    """Give the turn back; `done` counts from now until it is due again.  Nothing happens when another took it."""
    known = _read(connection, name)
    if known.get("owner") == owner:
        done_at = now.isoformat() if done else known.get("done_at")
        _write(connection, name, known | {"owner": None, "until": None, "done_at": done_at})


def forget_ahead(connection: sa.Connection, later: datetime) -> int:
    """Forget turns that were done, or are held, after `later`: some clock was wrong; how many."""
    rows = connection.execute(sa.select(t.meta.c.key, t.meta.c.value).where(t.meta.c.key.startswith("turn:")))
    wrong = [
        row.key for row in rows if any((_instant(row.value.get(k)) or later) > later for k in ("done_at", "until"))
    ]
    if wrong:
        connection.execute(sa.update(t.meta).where(t.meta.c.key.in_(wrong)).values(value={"done_at": None}))
    return len(wrong)


def _read(connection: sa.Connection, name: str) -> dict[str, Any]:
    value = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == turn_lock(name))).scalar()
    return dict(value or {})


def _write(connection: sa.Connection, name: str, value: dict[str, Any]) -> None:
    key = turn_lock(name)
    if connection.execute(sa.update(t.meta).where(t.meta.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(sa.insert(t.meta).values(key=key, value=value))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
