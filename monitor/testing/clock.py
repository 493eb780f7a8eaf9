"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """A `Clock` for tests: `now` and `monotonic` move together, and only through `advance` and `set`."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        self._now = _aware(now)
        self._monotonic = 1_000.0

    def now(self) -> datetime:
        """The instant at which the clock stands, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds; grows with `advance`, and with `set` into the future."""
        return self._monotonic

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> datetime:
        """Move forward and return the new instant; negative steps are refused."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if step < timedelta(0):
            raise ValueError("time does not run backwards; use set() for a clock that was corrected")
        self._now += step
        self._monotonic += step.total_seconds()
        return self._now

    def set(self, now: datetime) -> None:
        """Put the wall clock to `now`, backwards too (a corrected clock); `monotonic` never goes back."""
        self._monotonic += max(0.0, (_aware(now) - self._now).total_seconds())
        self._now = _aware(now)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime: {instant!r}")
    return instant.astimezone(UTC)
