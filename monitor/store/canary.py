"""What the canary's timer remembers, for those who look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store import timers
from monitor.store.alerts import instant_from_json


@dataclass(frozen=True, slots=True)
class CanaryState:
    """When the canary last came through, and how long that took; `missing`: the one since has not come in time."""

    came_at: datetime | None
    took_s: float | None
    missing: bool
    problem: str | None


def canary_state(connection: sa.Connection) -> CanaryState | None:
    """How the canary is doing; None where none flies."""
    facts = timers.facts_of(connection, "canary", "")
    if not facts:
        return None
    came_at = instant_from_json(facts.get("came_at"))
    return CanaryState(came_at, facts.get("took_s"), facts.get("missed") is not None, facts.get("problem"))
