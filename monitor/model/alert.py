"""Alerts, what is held, deliveries, silences, timers: the vocabulary of telling people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote


class AlertKind(StrEnum):
    """What an alert tells; each kind has its key (`delivery.md`)."""

    MATCH = "match"
    UPDATE = "update"
    DIGEST = "digest"
    BURST = "burst"
    ABSENCE = "absence"
    SOURCES = "sources"
    CATCH_UP = "catch-up"
    OPS = "ops"


class AlertState(StrEnum):
    """`told`: deliveries exist; `held`: to be told later, together; `suppressed`: not told at all, with its reason."""

    TOLD = "told"
    HELD = "held"
    SUPPRESSED = "suppressed"


class DeliveryState(StrEnum):
    """The life of one message to one target."""

    PENDING = "pending"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    DEAD = "dead"
    DISCARDED = "discarded"


class OnCrash(StrEnum):
    """What becomes of a row that was being sent when the process died."""

    RESEND = "resend"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Target:
    """One recipient of a channel.  `key` is a hash that names it in the database without its secrets."""

    channel: str
    key: str
    label: str
    """For people: a mail address, or the service and host, never a secret."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured channel, its recipients expanded: one Apprise address per target.

    `addresses[i]` belongs to `targets[i]`; addresses hold secrets and never leave the process.  `reach` is the address
    without its recipient, of a channel whose recipients are rows of the database.
    """

    id: str
    targets: tuple[Target, ...]
    addresses: tuple[str, ...] = field(repr=False)
    quiet_hours: tuple[str, ...] = ()
    timezone: str | None = None
    language: str | None = None
    on_crash: OnCrash = OnCrash.RESEND
    rate_per_s: float = 10.0
    burst: int = 50
    concurrency: int = 4
    give_up_after_s: float = 3 * 86400.0
    fallback: str | None = None
    images: bool = False
    template: str | None = None
    reach: str = field(default="", repr=False)
    domains: tuple[str, ...] = ()
    """Of such a channel: only recipients there are written to; empty: anybody."""

    def address_of(self, recipient: str) -> str:
        """The address of one recipient of a channel with `reach`."""
        return f"{self.reach}&to={quote(recipient, safe='')}"

    def has(self, key: str) -> bool:
        """Whether that is one of its configured targets."""
        return any(target.key == key for target in self.targets)


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule, story, source or tag muted until a time."""

    id: int
    kind: str
    """rule, story, source or tag"""
    subject: str
    until: datetime
    created_at: datetime
    note: str = ""


Shown = tuple[str, int]
"""What a message tells: a rule's id (empty outside digests) and an article's number."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the messages that a message became which was too long for its service; `number` begins with 1."""

    number: int
    of: int
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert to one target, with its attempts."""

    id: int
    alert_id: int
    alert_key: str
    target: Target
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    created_at: datetime
    tried_since: datetime
    """When it was queued, or last asked for anew: the channel's `give_up_after` counts from then."""
    last_error: str | None = None
    sent_at: datetime | None = None
    epoch: int = 0
    """The lease under which it was claimed."""
    part: Part | None = None
    """What of the alert it tells, when the whole is too long for its service."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a rule told about a story (or an article); `alert_id` and `key` are its first alert's.

    `level` counts doublings of the cooldown, `updates` the updates made (also a pending one), `pending_id` the update
    that gathers members, due at `pending_due_at`.  `known` are the numbers, names and dates told so far.
    """

    alert_id: int
    key: str
    state: AlertState
    reason_code: str
    opened_at: datetime
    told_at: datetime | None = None
    level: int = 0
    updates: int = 0
    pending_id: int | None = None
    pending_due_at: datetime | None = None
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Earlier:
    """The alert in which a rule dealt with an article before, and which revision of it that was."""

    alert_id: int
    key: str
    state: AlertState
    reason_code: str
    revision: int


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to decide later.  `epoch` is the lease under which it was claimed."""

    id: int
    kind: str
    subject: str
    due_at: datetime
    facts: Mapping[str, Any]
    epoch: int = 0
    attempts: int = 0
