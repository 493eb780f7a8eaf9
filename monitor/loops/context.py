"""What the loops work with: the database, the world, the configuration in force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec, Protocol, TypeVar

import structlog

from monitor.alert.settings import AlertSettings
from monitor.errors import StoreBusy
from monitor.loops.line import Line
from monitor.loops.placing import PlacingSettings
from monitor.model.alert import Channel
from monitor.model.article import Document
from monitor.model.match import Verdict
from monitor.model.poll import PollSettings
from monitor.model.settled import RuleBook
from monitor.model.source import SourceSpec
from monitor.ports import Clock, Fetcher, Workers
from monitor.store.rarities import Rarities
from monitor.store.unit import Database

P = ParamSpec("P")
R = TypeVar("R")

BUSY_PAUSES_S = (0.05, 0.2, 1.0, 5.0)
"""A busy database is tried again after these pauses; then the lease runs out and somebody else does the work."""

log = structlog.get_logger("loops")


class Matcher(Protocol):
    """The compiled rules."""

    def match(self, document: Document) -> tuple[Verdict, ...]:
        """The verdicts of the rules that have something to say about the document."""
        ...


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """Limits of the gather and read loops.  Durations are seconds.

    `polls_at_once` and `reads_at_once` are sources and pages in hand; `per_host` holds for both.  A lease of `lease_s`
    covers one request's total deadline and the writing; polls of several requests renew it.
    """

    polls_at_once: int = 64
    reads_at_once: int = 16
    settled_at_once: int = 32
    """Stored texts (of baselines above all) that are settled in one unit."""
    per_host: int = 2
    lease_s: float = 90.0
    flush_after_s: float = 10.0
    """Polls that brought nothing wait so long to be committed together."""
    flush_at: int = 100
    poll: PollSettings = field(default_factory=PollSettings)
    worker_timeout_s: float = 10.0
    bytes_at_once: int = 16_000_000
    """Bytes of the documents that are parsed and stored at one time; those that wait for it lie in files."""
    max_followed: int = 5
    """Further documents one poll may ask for: RFC 5005 pages, children of a sitemap index, candidates of a site."""
    read_attempts: int = 4
    read_pause_s: float = 60.0
    """After a failed reading; doubles with each."""
    recent_s: float = 6 * 3600.0
    """Of a source added later, the pages of baseline articles this young are read."""
    callback: str | None = None
    """The address below which hubs reach the page, without a slash at its end; None: no hub is asked."""
    placing: PlacingSettings = field(default_factory=PlacingSettings)


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The rules in force and those who are told; `engine` names the version of the matcher in every match."""

    matcher: Matcher
    engine: str = "1"
    rules: RuleBook = field(default_factory=RuleBook)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    alerts: AlertSettings = field(default_factory=AlertSettings)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a loop needs; replaced as a whole when the configuration is loaded again.

    `owner` names this process in leases.  `rarities` caches what placing reads again and again, `line` hears every
    answer of the world.
    """

    database: Database
    clock: Clock
    fetcher: Fetcher
    workers: Workers
    sources: Mapping[str, SourceSpec]
    watchlist: Watchlist
    owner: str
    settings: LoopSettings = LoopSettings()
    rarities: Rarities = field(default_factory=Rarities, compare=False)
    line: Line = field(default_factory=Line, compare=False)


async def in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a function that uses the database on an executor thread; a busy database is tried again.

    `function` must begin its unit anew on every call.
    """
    for pause in BUSY_PAUSES_S:
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except StoreBusy as busy:
            log.warning("store-busy", error=str(busy), again_in_s=pause)
            await asyncio.sleep(pause)
    return await asyncio.to_thread(function, *args, **kwargs)
