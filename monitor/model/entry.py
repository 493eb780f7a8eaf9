"""What a document of a source says: its entries, and hints about when to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a source as it was seen there.

    `id` is as received, never resolved.  `url` is absolute.  `title` is plain text; `summary` and `content` are HTML or
    text as received, unsanitised.  `published_at` and `updated_at` are aware UTC, None when the date was unclear.
    `item_hash` identifies the bytes of the item in its document (for pruning), `content_hash` what it says.
    """

    id: str | None
    url: str | None
    title: str
    summary: str = ""
    content: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    enclosures: tuple[str, ...] = ()
    item_hash: str = ""
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class FeedHints:
    """What a feed says about its own rhythm and neighbours.  Hours are GMT 0-23, days Monday=0."""

    ttl_s: float | None = None
    update_every_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    self_url: str | None = None
    next_url: str | None = None
    """RFC 5005: the next older page or the previous archive."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed, sitemap or JSON Feed, read.

    `kind` is rss, atom, rdf, cdf, json, sitemap or sitemapindex.  `known` counts items that were recognised by hash
    and pruned before parsing (they are not in `entries`); `item_hashes` covers all items of the document in order.
    `problems` are things a user should hear of although entries were read (truncated, repaired …).
    """

    kind: str
    title: str
    url: str | None
    entries: tuple[Entry, ...]
    language: str | None = None
    hints: FeedHints = FeedHints()
    known: int = 0
    item_hashes: tuple[str, ...] = ()
    problems: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """The document is none; `reason` says what it is instead (code `html`, `empty`, `hostile`, `not-a-feed` …)."""

    reason: Reason
