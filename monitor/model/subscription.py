"""Subscriptions by mail: whom a visitor's address hears of a rule, a story or a search.

A subscription is heard like a rule.  One to a rule adds a reader to that rule; one to a story or a search is a rule of
its own, whose id begins with `subscription:`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CHANNEL = "web.subscribe"
"""The channel of all subscribers; its recipients are rows of the database.  No configured channel has such a name."""
OWN_RULE = "subscription:"
AUDIENCE = f"{CHANNEL}/"


class SubscriptionKind(StrEnum):
    """What one can subscribe to."""

    RULE = "rule"
    STORY = "story"
    SEARCH = "search"


class SubscriptionState(StrEnum):
    """`asked`: its owner has not confirmed it yet; `ended`: left, or ended by us, with the reason."""

    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as stored; `subject` is a rule's id, a story's number or a search's expression."""

    id: int
    kind: SubscriptionKind
    subject: str
    address: str
    language: str
    state: SubscriptionState
    reason: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def rule_id(self) -> str:
        """The rule whose alerts it hears."""
        return self.subject if self.kind is SubscriptionKind.RULE else f"{OWN_RULE}{self.id}"


def audience_name(rule_id: str) -> str:
    """The subscribers of a rule, as routing names them beside channels."""
    return f"{AUDIENCE}{rule_id}"


def audience_rule(name: str) -> str | None:
    """The rule of such a name; None for the name of a channel."""
    return name.removeprefix(AUDIENCE) if name.startswith(AUDIENCE) else None


def is_own_rule(rule_id: str) -> bool:
    """Whether that is the rule of a subscription rather than of the watchlist."""
    return rule_id.startswith(OWN_RULE)
