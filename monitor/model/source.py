"""Sources: what the configuration says of them, and what polling has learnt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.entry import FeedHints
from monitor.model.fetched import Credentials
from monitor.model.reasons import Reason


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    PAGE = "page"
    SITEMAP = "sitemap"
    SITE = "site"
    WATCH = "watch"


class Health(StrEnum):
    """How a source is doing; every state but `ok` and `new` has a reason."""

    NEW = "new"
    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"
    BLOCKED = "blocked"
    STALE = "stale"
    EMPTY = "empty"
    GONE = "gone"


class FullText(StrEnum):
    """When the page behind an entry is fetched."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class LinkSelectors:
    """Overrides of the link heuristic of a listing page, each CSS or XPath; `None` leaves it to the heuristic."""

    items: str | None = None
    url: str | None = None
    title: str | None = None
    date: str | None = None
    include: str | None = None
    exclude: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleSelectors:
    """Overrides of the article extraction, each CSS or XPath."""

    body: str | None = None
    title: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as configured, defaults applied.  Durations are seconds."""

    id: str
    name: str
    kind: SourceKind
    url: str
    tags: tuple[str, ...] = ()
    every_s: float = 600.0
    max_age_s: float | None = None
    critical: bool = False
    paused: bool = False
    full_text: FullText = FullText.AUTO
    language: str | None = None
    encoding: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: Credentials | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    verify_tls: bool = True
    links: LinkSelectors = LinkSelectors()
    min_links: int | None = None
    max_pages: int = 1
    max_articles: int = 20
    article: ArticleSelectors = ArticleSelectors()
    select: str | None = None
    """`watch: page` only: the part of the page to watch, CSS or XPath; None is its main content."""
    render: bool = False
    websub: bool = True
    """Whether a hub that the source names may push it, where hubs are asked at all."""
    keep_s: float | None = None
    """How long its articles are kept; 0 for ever, None as in general."""


@dataclass(frozen=True, slots=True)
class PollMemory:
    """What polling a source has learnt; stored with it, given to and returned by `fetch.schedule`.

    `error_weight` grows by 1, .5 or .25 per failed poll (`fetching.md` 12) and is 0 after a good one.
    `overlap` is the running share of known items per poll (None: no idea yet).  `rhythm_s` is the source's own usual
    gap between new items, `longest_gap_s` the longest that was normal.  `item_hashes` are the hashes of the last
    document's items, for pruning.  `document_problem` is what was wrong with the last document that was read: it holds
    as long as the answer is "unchanged".  `hints` of that document hold as long, too.  `adopted_url` counts only while
    the configured address is still `adopted_from`.  `distrust_validators`: the ETag stayed while the items changed.
    `breaks_on_304`: the server's "unchanged" was no HTTP, so it is never asked for that again.  `pace` is why the next
    poll comes later than `every` says.
    """

    etag: str | None = None
    last_modified: str | None = None
    validators_url: str | None = None
    body_hash: str | None = None
    parser_version: int = 0
    polls: int = 0
    conditional_since: int = 0
    last_unconditional_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    baseline_at: datetime | None = None
    error_weight: float = 0.0
    errors_in_a_row: int = 0
    failing_since: datetime | None = None
    interval_s: float | None = None
    overlap: float | None = None
    rhythm_s: float | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_sightings: int = 0
    adopted_url: str | None = None
    gone_since: datetime | None = None
    ids_unstable: bool = False
    item_hashes: tuple[str, ...] = ()
    longest_gap_s: float | None = None
    document_problem: Reason | None = None
    hints: FeedHints = field(default_factory=FeedHints)
    adopted_from: str | None = None
    distrust_validators: bool = False
    breaks_on_304: bool = False
    health: Health = Health.NEW
    reason: Reason | None = None
    pace: Reason | None = None
