"""A hub that pushes what a source announces: what we asked it for, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """How far a subscription has come."""

    WANTED = "wanted"
    """The source names a hub, which is to be asked."""
    ASKED = "asked"
    """The hub was asked, and is to ask back whether we meant it."""
    VERIFIED = "verified"
    """The hub pushes until the lease ends."""
    DENIED = "denied"
    FAILED = "failed"
    """The hub could not be asked or did not ask back; it is tried again."""
    LEAVING = "leaving"
    """The hub is to stop."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a hub was asked for: to push `topic` to `callback`, an address of ours with a random part.

    `secret` signs the pushes.  `expires_at` ends the lease that the hub granted last, whatever became of asking again.
    `proven`: a push has come, and no poll since has found anything that the hub had kept to itself.
    """

    hub: str
    topic: str
    callback: str
    secret: str = field(repr=False)
    state: SubscriptionState = SubscriptionState.WANTED
    expires_at: datetime | None = None
    proven: bool = False

    def pushes_at(self, now: datetime) -> bool:
        """Whether the hub has promised to push at that moment."""
        over = self.state in (SubscriptionState.LEAVING, SubscriptionState.DENIED)
        return not over and self.expires_at is not None and self.expires_at > now
