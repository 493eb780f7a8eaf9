"""Token buckets: how fast a channel may send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Lets `burst` messages go at once and `rate_per_s` a second after that.  Times are monotonic seconds."""

    rate_per_s: float
    burst: int
    tokens: float | None = None
    filled_at: float = 0.0

    def take(self, now_s: float) -> float:
        """Take a token, on credit if need be; how many seconds to wait before using it (0: none).  Rate 0: no limit."""
        if self.rate_per_s <= 0:
            return 0.0
        if self.tokens is None:
            self.tokens, self.filled_at = float(self.burst), now_s
        self.tokens = min(float(self.burst), self.tokens + max(0.0, now_s - self.filled_at) * self.rate_per_s)
        self.filled_at = now_s
        self.tokens -= 1.0
        return max(0.0, -self.tokens / self.rate_per_s)
