"""The watchlist as configured: plain values; expressions are still text.  Durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """How a clause presents what it says."""

    HYPOTHETICAL = "hypothetical"
    NEGATED = "negated"
    QUOTED = "quoted"


class Priority(StrEnum):
    """`high` passes quiet hours, caps, digests and catch-up."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class GroupBy(StrEnum):
    """What one alert is about."""

    STORY = "story"
    ARTICLE = "article"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ConceptSpec:
    """A named set of forms; `any` holds in every language, `by_language` in one (ISO 639-1)."""

    id: str
    kind: str | None = None
    any: tuple[str, ...] = ()
    by_language: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventSpec:
    """All `actors` and the `verb` within a sentence, a paragraph or that many words."""

    actors: tuple[str, ...]
    verb: str
    within: str | int = "sentence"


@dataclass(frozen=True, slots=True)
class ScoreSpec:
    """Weighted terms that must reach `threshold`."""

    threshold: float
    terms: Mapping[str, float]
    title_factor: float = 1.0
    cap_per_term: int | None = None


@dataclass(frozen=True, slots=True)
class WhereSpec:
    """Where an article may come from; each item is a glob, `!` excludes."""

    lang: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    url: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FireArticle:
    """Each matching article is news (default)."""


@dataclass(frozen=True, slots=True)
class FireStory:
    """Only if this rule fired on no earlier article of the story within `first_in_s`."""

    first_in_s: float


@dataclass(frozen=True, slots=True)
class FireSources:
    """When that many sources carry the story within `within_s`."""

    sources: int
    within_s: float


@dataclass(frozen=True, slots=True)
class FireBurst:
    """When volume jumps."""

    articles: int
    within_s: float
    sources: int = 1
    times_baseline: float = 5.0
    baseline_s: float = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class FireAbsence:
    """When nothing matched for that long."""

    after_s: float


Fire = FireArticle | FireStory | FireSources | FireBurst | FireAbsence


@dataclass(frozen=True, slots=True)
class EscalateSpec:
    """Tell `to` as well, singly and at once, when that many sources carry the story within `within_s`."""

    to: tuple[str, ...]
    sources: int
    within_s: float


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """One line of `alert.routes`: tell `to` when the conditions hold; times are local, `HH:MM-HH:MM`."""

    to: tuple[str, ...]
    hours: str | None = None
    days: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Tags of a source, one of which must be present."""


@dataclass(frozen=True, slots=True)
class AlertSpec:
    """Who is told and how, defaults applied.  0 switches a limit off."""

    to: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    group_by: GroupBy = GroupBy.STORY
    cooldown_s: float = 1800.0
    max_per_hour: int = 20
    digest: str | None = None
    escalate: EscalateSpec | None = None
    routes: tuple[RouteSpec, ...] = ()
    guard_list: bool = True
    max_age_s: float | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A test of a rule: a text, or title and text, with a language or without (then recognised)."""

    raw: object
    title: str
    text: str = ""
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One item of the watchlist, before compilation."""

    id: str
    name: str
    match: str | None = None
    event: EventSpec | None = None
    score: ScoreSpec | None = None
    guard: tuple[Label, ...] = ()
    require: tuple[Label, ...] = ()
    ignore: tuple[str, ...] = ()
    where: WhereSpec = WhereSpec()
    fire: Fire = FireArticle()
    alert: AlertSpec = AlertSpec()
    tags: tuple[str, ...] = ()
    fires: tuple[Sample, ...] = ()
    silent: tuple[Sample, ...] = ()
    keep_s: float | None = None
    """How long its alerts and what it met are kept; 0 for ever, None: alerts as in general, the rest as its sources."""


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with a rule and where.

    `path` leads from the rule to the value (`("match",)`, `("ignore", 0)`, `("score", "terms", "JCPOA")`, or
    `("concepts", "putin", "any", 1)` from the root for a concept); `start` and `end` are offsets into that value's
    text.  The configuration turns them into file, line and column.
    """

    code: str
    message: str
    path: tuple[str | int, ...]
    start: int = 0
    end: int | None = None
    hint: str | None = None
    severity: str = "error"
