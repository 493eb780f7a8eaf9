"""CANARY: whether an article would come through now, and telling when it would not.

::

    its timer goes off | ask for a flight | (flight) | look whether the message arrived | tell, or wind again

The flight itself, an article of our own through fetch, parse, match and alert, is in `flight`.  Whoever watches does
not fly, so that a flight that hangs is missed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.alert.german import reason_in
from monitor.alert.keys import ops_key
from monitor.alert.words import duration, say
from monitor.loops.dispatch import Work
from monitor.loops.ops import tell_ops
from monitor.model.alert import Timer
from monitor.store import alerts as rows
from monitor.store import outbox, timers

KIND = "canary"
DEADLINE = timedelta(minutes=15)
"""Mail servers that greylist take ten minutes."""

LOOK = timedelta(seconds=5)
LOOK_RARELY = timedelta(minutes=1)
FLY_AGAIN = timedelta(minutes=15)
"""After a flight that ended in a fault; a message that waits in the outbox is tried again by the courier."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the canary, as its timer remembers it.

    `key` is the alert that it ended in, `problem` what kept it from that; `missed` the incident that was told and is
    not over.
    """

    asked_at: datetime | None = None
    key: str | None = None
    problem: str | None = None
    missed: str | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Round:
        """From the facts of the timer."""
        asked_at = rows.instant_from_json(facts.get("asked_at"))
        return cls(asked_at, facts.get("key"), facts.get("problem"), facts.get("missed"))

    @property
    def waits(self) -> bool:
        """Whether a flight was asked for and has neither ended nor failed."""
        return self.asked_at is not None and self.key is None and self.problem is None


def watch_canary(work: Work, timer: Timer) -> datetime | None:
    """Decide about the canary's timer: ask for the next flight, look for the last one, tell when it is missing."""
    settings = work.telling.settings
    if not settings.canary:
        return None
    now, this = work.now, Round.of(timer.facts)
    if this.asked_at is None:
        return _ask(work, timer)
    next_at = this.asked_at + timedelta(seconds=settings.canary_every_s)
    arrived = outbox.arrival(work.connection, this.key) if this.key else outbox.Arrival(None, this.problem)
    if arrived.at is not None:
        if not timer.facts.get("over"):
            _arrived(work, timer, this, arrived.at)
        return _ask(work, timer) if now >= next_at else next_at
    late = now - this.asked_at >= DEADLINE
    if late and this.missed is None:
        _missing(work, timer, this, arrived.error)
    if now >= next_at or (this.problem is not None and now - this.asked_at >= FLY_AGAIN):
        return _ask(work, timer)
    return min(next_at, now + (LOOK_RARELY if late else LOOK))


def canary_round(connection: sa.Connection) -> Round:
    """The round that is under way, or the last one."""
    return Round.of(timers.facts_of(connection, KIND, ""))


def canary_lives(work: Work) -> bool:
    """Whether the last canary came through, or still may."""
    return canary_round(work.connection).missed is None


def _ask(work: Work, timer: Timer) -> datetime:
    fresh = {"asked_at": rows.instant_to_json(work.now), "key": None, "problem": None, "over": False}
    timers.set_facts(work.connection, timer, fresh)
    return work.now + LOOK


def _arrived(work: Work, timer: Timer, this: Round, at: datetime) -> None:
    took_s = (at - (this.asked_at or at)).total_seconds()
    came = {"over": True, "missed": None, "came_at": rows.instant_to_json(at), "took_s": round(took_s, 3)}
    timers.set_facts(work.connection, timer, came)
    if this.missed is not None:
        headline = _say(work, "canary_back", duration(work.telling.settings.language, took_s))
        tell_ops(work, f"{this.missed}:back", headline, (), thread=this.missed, to=elsewhere(work))


def _missing(work: Work, timer: Timer, this: Round, error: str | None) -> None:
    key = ops_key("canary-missing", "monitor", f"{work.now:%Y-%m-%dT%H:%MZ}")
    timers.set_facts(work.connection, timer, {"missed": key})
    language = work.telling.settings.language
    why = reason_in(language, error) if error else _say(work, "canary_waits" if this.key else "canary_lost")
    headline = _say(work, "canary_missing", duration(language, DEADLINE.total_seconds()))
    tell_ops(work, key, headline, (why,), to=elsewhere(work))


def elsewhere(work: Work) -> Sequence[str]:
    """Channels that hear of a missing canary: others than its own, unless there is no other."""
    settings, channels = work.telling.settings, work.telling.channels
    own = settings.canary_channels
    for names in (settings.ops_channels, settings.default_to, tuple(channels)):
        others = [name for name in names if name in channels and name not in own]
        if others:
            return others
    return own


def _say(work: Work, key: str, *values: object) -> str:
    return say(work.telling.settings.language, key, *values)
