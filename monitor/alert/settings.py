"""What alerting is told by the configuration, and nothing more of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The `alerts` section and its neighbours.  Times of day are local to `timezone`; durations are seconds.

    `first_poll` is recent, silent or all.  `ops` are channels that hear about the monitor itself (empty: the first of
    `default_to`).  `web_url` is the page that the links of a message open; None writes the commands instead.
    """

    timezone: str = "UTC"
    language: str = "en"
    first_poll: str = "recent"
    first_poll_recent_s: float = 6 * 3600.0
    max_age_s: float | None = None
    ops: tuple[str, ...] = ()
    default_to: tuple[str, ...] = ()
    daily_at: str = "08:00"
    weekly_day: int = 0
    """0 is Monday."""
    health_at: str | None = None
    """When the health mail is written, as a digest is; None: at `daily_at`."""
    review_at: str | None = None
    """When the weekly review is written; None: on `weekly_day` at `daily_at`."""
    story_ends_s: float = 48 * 3600.0
    catch_up_s: float = 300.0
    canary: bool = False
    canary_every_s: float = 86_400.0
    canary_to: tuple[str, ...] = ()
    """Where the canary goes; empty: to those who hear about the monitor itself."""
    critical_sources: tuple[str, ...] = ()
    """Ids of sources whose failing is told at once."""
    oldest_s: Mapping[str, float] = field(default_factory=dict)
    """By source: how old an article may be, by its own date, when it is first seen there; none is said of others."""
    heartbeat_to: tuple[str, ...] = ()
    heartbeat_every_s: float = 3600.0
    web_url: str | None = None
    sender: str = "News-Monitor"
    list_domain: str = "monitor.localhost"

    @property
    def ops_channels(self) -> tuple[str, ...]:
        """Who hears about the monitor itself: `ops`, else the first default channel."""
        return self.ops or self.default_to[:1]

    @property
    def canary_channels(self) -> tuple[str, ...]:
        """Who receives the canary."""
        return self.canary_to or self.ops_channels
