"""The one place that reads the time.  Deciders take `now` as an argument; pipelines get a `Clock`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Wall clock in UTC and a monotonic clock in seconds."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        return time.monotonic()


class SharedClock(SystemClock):
    """The system's clock, set by another one: workers of one database all go by the database server's time.

    A lease ends at an instant, so clocks that disagree would end it early for one worker and late for another.
    """

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    @property
    def ahead_s(self) -> float:
        """How many seconds the other clock is ahead of this machine's."""
        return self._ahead.total_seconds()

    def now(self) -> datetime:
        """The present instant by the other clock, as far as it is known."""
        return super().now() + self._ahead

    def set_by(self, other: datetime, *, read_at: datetime) -> float:
        """Go by a clock that showed `other` when this machine's showed `read_at`; how many seconds it is ahead."""
        self._ahead = other - read_at
        return self.ahead_s

    def local(self) -> datetime:
        """The present instant by this machine's clock."""
        return super().now()
