"""What READ hands to the alerting stage: an article that is identified, read and matched, and the rules it met.

`SettledArticle` is built once per settled revision, inside the unit of work that wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from monitor.model.article import Document
from monitor.model.reasons import Reason
from monitor.model.rule import AlertSpec, Fire, FireArticle, WhereSpec
from monitor.model.subscription import is_own_rule


class Occasion(StrEnum):
    """Why an article is settled now."""

    NEW = "new"
    """Seen for the first time."""
    TEXT = "text"
    """The page behind a teaser was read, or finally could not be."""
    REVISED = "revised"
    """The publisher changed it materially."""
    TOUCHED = "touched"
    """The publisher changed it, but not materially."""
    RULE_ADDED = "rule-added"
    """Stored before one of the rules was accepted, and matched again for that rule."""


@dataclass(frozen=True, slots=True)
class SeenIn:
    """A source that showed the article."""

    id: str
    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The article came with the first poll of a source that could be read.

    `founding`: the source was there when the database was first started.
    """

    source_id: str
    source_name: str
    founding: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """The poll that brought the article was the first good one for much longer than the source's interval.

    `ours`: the monitor was off or offline (a catch-up message per rule); otherwise the source was failing.
    """

    since: datetime
    until: datetime
    ours: bool


@dataclass(frozen=True, slots=True)
class CopyOf:
    """The article is a wire copy: `head` is the article that its group of copies is counted under."""

    head: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class StoryRef:
    """The story of the article; `linked` are stories in other languages about the same event."""

    id: int
    opened_at: datetime
    linked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledArticle:
    """One revision of one article as the deciders see it.  Times are aware UTC.

    `document` is what was matched (the evidence's offsets point into it).  `sources` has the source that brought the
    article first in front.  `published_at` is None where the publisher gives no clear date.  `revised_at` is when the
    revision before this one was replaced (None for the first).  `story` is None where grouping is off or impossible:
    the article then stands for itself.  `complete` is False while the page behind a teaser is still to be read.
    """

    article_id: int
    revision: int
    occasion: Occasion
    document: Document
    title: str
    url: str
    language: str | None
    sources: tuple[SeenIn, ...]
    first_seen_at: datetime
    published_at: datetime | None = None
    revised_at: datetime | None = None
    complete: bool = True
    baseline: Baseline | None = None
    gap: Gap | None = None
    story: StoryRef | None = None
    copy: CopyOf | None = None


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What alerting needs of an accepted rule.  `founding`: accepted when the database was first started."""

    id: str
    name: str
    version: int
    accepted_at: datetime
    founding: bool = False
    alert: AlertSpec = field(default_factory=AlertSpec)
    fire: Fire = field(default_factory=FireArticle)
    where: WhereSpec = field(default_factory=WhereSpec)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force, by id."""

    rules: Mapping[str, RuleFacts] = field(default_factory=dict)

    def get(self, rule_id: str) -> RuleFacts | None:
        """The rule in force under that id; that of a subscription is always in force, and alerts as rules do."""
        found = self.rules.get(rule_id)
        if found is None and is_own_rule(rule_id):
            return RuleFacts(rule_id, rule_id, 1, datetime.min.replace(tzinfo=UTC))
        return found


@dataclass(frozen=True, slots=True)
class TellReport:
    """What `record_matches` did, in ids of alerts.

    `told` have deliveries now; `held` are to be told later, together; `suppressed` not at all, with their reason.
    `untouched` counts hits that were told before and bring nothing new.
    """

    matches: int = 0
    told: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    suppressed: tuple[int, ...] = ()
    untouched: int = 0
