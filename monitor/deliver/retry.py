"""When to try a refused message again, and when to stop: pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model.reasons import Reason

FIRST_S = 10.0
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at `at`."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not be taken."""

    reason: Reason


def next_attempt(
    attempts: int,
    error: DeliveryError,
    now: datetime,
    rng: random.Random,
    *,
    first_at: datetime,
    give_up_after_s: float,
) -> Retry | GiveUp:
    """What follows after `attempts` refusals, the last of them `error`; `first_at` is when the message was queued.

    Full jitter (a uniform share of an exponentially growing ceiling), so that a service that comes back is not stormed;
    never before the `Retry-After` that it named.
    """
    if error.permanent:
        return GiveUp(Reason(error.code, error.message))
    deadline = first_at + timedelta(seconds=give_up_after_s)
    if now >= deadline:
        days = give_up_after_s / 86400
        return GiveUp(
            Reason(error.code, f"given up after {attempts} attempts in {days:.1f} days; last: {error.message}")
        )
    ceiling = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 16))
    wait = max(error.retry_after_s or 0.0, 1.0 + rng.random() * ceiling)
    # The last attempt falls on the deadline itself rather than being skipped.
    return Retry(min(now + timedelta(seconds=wait), deadline), Reason(error.code, error.message))
