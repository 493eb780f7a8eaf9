"""One poll of a source: what was learnt from the answer, and what is decided about the next poll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.entry import FeedHints
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory


class Learnt(StrEnum):
    """What kind of answer a poll brought."""

    UNCHANGED = "unchanged"
    """304, or the same bytes as last time."""
    PARSED = "parsed"
    NOT_A_FEED = "not-a-feed"
    """A complete answer that could not be read as what the source is."""
    FAILED = "failed"
    """No complete answer, or an error status."""


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What the gather loop learnt from an answer.

    The counts are of items in the document: `known` ones, `new` ones, and `relinked` ones (known under another id).
    `problems` are those of a document that was read nevertheless; `reason` says why nothing could be read (or, for
    `FAILED`, may stay None: then the answer itself tells).  `published` are the items' own dates, any order.
    """

    learnt: Learnt
    items: int = 0
    known: int = 0
    new: int = 0
    relinked: int = 0
    hints: FeedHints = field(default_factory=FeedHints)
    problems: tuple[Reason, ...] = ()
    reason: Reason | None = None
    body_hash: str | None = None
    item_hashes: tuple[str, ...] = ()
    published: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class PollSettings:
    """What all sources have in common.  A new `parser_version` makes every document be read once more."""

    min_every_s: float = 60.0
    parser_version: int = 1


@dataclass(frozen=True, slots=True)
class PollDecision:
    """What follows from a poll.

    `next_at` is None when polling stops (the source is gone).  `reason` is None when the poll was clean.
    `outcome_code` names the poll in the history: `new`, `unchanged`, `baseline`, or the code of the failure.
    `possible_loss`: no item was known, so some may have come and gone between two polls.  `events` are changes that
    people may have to be told; `host_blocked_until` holds for every source of the host that answered.
    """

    next_at: datetime | None
    memory: PollMemory
    health: Health
    reason: Reason | None
    outcome_code: str
    possible_loss: bool = False
    events: tuple[Reason, ...] = ()
    host_blocked_until: datetime | None = None
