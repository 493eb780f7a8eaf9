"""What an address offers to be followed by: for a person who adds a source, with samples to choose by.

::

    the address itself | feeds it names, or a page it names does | feeds at usual places, or named there
                       | news sitemaps | links on the page | choose
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from monitor.errors import WorkerError
from monitor.extract.discover import find_feeds, usual_paths
from monitor.extract.site import Candidate, choose_candidate
from monitor.fetch.answers import name_failure
from monitor.loops.inspect import TIME_LIMIT_S, Inspection, examine
from monitor.loops.sites import sitemaps_to_try
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.ports import Fetcher, Workers

MOST_FEEDS = 8
"""Declared feeds that are asked: a portal declares one for each section."""
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """Something at or behind the address that can be polled; `kind` is the key of a source: feed, sitemap or page."""

    kind: str
    url: str
    title: str
    entries: int
    samples: tuple[str, ...]
    why: str
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Offers, best first, and the reason for the first one; without offers the reason why there are none."""

    offers: tuple[Offer, ...]
    reason: Reason


@dataclass
class _Search:
    fetcher: Fetcher
    workers: Workers
    now: datetime
    offers: list[Offer] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    pages: list[Fetched] = field(default_factory=list)
    """What came where a feed was looked for, and is none."""

    async def examine(self, fetched: Fetched) -> Inspection | None:
        job = partial(
            examine, fetched.url, fetched.body, fetched.final_url, fetched.header("content-type"), now=self.now
        )
        try:
            return await self.workers.run(job, timeout_s=TIME_LIMIT_S)
        except WorkerError:
            return None

    async def try_all(self, urls: Iterable[tuple[str, str]], *, enough: int) -> None:
        """Ask each address, with why it is asked, until so many of them could be polled."""
        found = 0
        for url, why in urls:
            if url in self.asked:
                continue
            self.asked.add(url)
            fetched = await self.fetcher.fetch(Request(url))
            if name_failure(fetched) is not None:
                continue
            inspection = await self.examine(fetched)
            if inspection is None or not self.take(fetched.final_url, inspection, why):
                self.pages.append(fetched)
            elif (found := found + 1) >= enough:
                return

    async def look_behind(self) -> None:
        """The feeds named by pages that came in place of one: papers link a list of all theirs, and call it RSS."""
        pages, self.pages = self.pages, []
        found = (link for page in pages for link in find_feeds(page.body, url=page.final_url, headers=page.headers))
        urls = dict.fromkeys(link.url for link in found if link.url not in self.asked)
        await self.try_all([(url, "on a page that lists feeds") for url in urls][:MOST_FEEDS], enough=MOST_FEEDS)

    def take(self, url: str, inspection: Inspection, why: str) -> bool:
        """Note a feed or sitemap; False when it is neither, or empty."""
        if inspection.kind not in ("feed", "sitemap") or not inspection.entries:
            return False
        dates = [entry.published_at for entry in inspection.entries if entry.published_at is not None]
        samples = tuple(entry.title or entry.url or "" for entry in inspection.entries[:SAMPLES])
        count = len(inspection.entries)
        newest = max(dates, default=None)
        self.offers.append(Offer(inspection.kind, url, inspection.title or "", count, samples, why, newest))
        return True


async def discover(url: str, *, fetcher: Fetcher, workers: Workers, now: datetime) -> Discovery:
    """What can be polled at or behind `url`.  Nothing is stored; never raises for what the world does."""
    fetched = await fetcher.fetch(Request(url))
    failure = name_failure(fetched)
    if failure is not None:
        return Discovery((), failure)
    search = _Search(fetcher, workers, now)
    url, inspection = fetched.final_url, await search.examine(fetched)
    if inspection is not None and _is_empty_feed(inspection):
        offer = Offer("feed", url, inspection.title or "", 0, (), "the address itself, which has no entries now")
        return Discovery((offer,), Reason("chose-feed", "the address itself is a feed; it has no entries now"))
    if inspection is None or not search.take(url, inspection, "the address itself"):
        await _look_around(search, fetched, inspection)
    return _ranked(search.offers, now)


def _is_empty_feed(inspection: Inspection) -> bool:
    """A feed that was read without a complaint and lists nothing: between two notices of an office, say."""
    return inspection.kind == "feed" and not inspection.entries and not inspection.problems


async def _look_around(search: _Search, fetched: Fetched, inspection: Inspection | None) -> None:
    url = fetched.final_url
    declared = find_feeds(fetched.body, url=url, headers=fetched.headers)
    words = {"header": "declared in a Link header", "declared": "declared by the page", "anchor": "linked on the page"}
    await search.try_all([(link.url, words[link.why]) for link in declared[:MOST_FEEDS]], enough=MOST_FEEDS)
    if not search.offers:
        await search.look_behind()
    if not search.offers:
        await search.try_all([(each, "at a usual place") for each in usual_paths(url)], enough=1)
    if not search.offers:
        await search.look_behind()
    if not search.offers:
        robots = await search.fetcher.fetch(Request(urljoin(url, "/robots.txt")))
        named = sitemaps_to_try(url, robots.body if robots.status == 200 else b"")
        await search.try_all([(each, "a news sitemap") for each in named], enough=1)
    if inspection is not None and inspection.listing is not None and inspection.listing.links:
        links = inspection.listing.links
        samples = tuple(link.title for link in links[:SAMPLES])
        title = inspection.title or urlsplit(url).hostname or url
        search.offers.append(Offer("page", url, title, len(links), samples, "story links recognised on the page"))


def _ranked(offers: list[Offer], now: datetime) -> Discovery:
    kinds = {"page": "listing"}
    candidates = {
        (offer.kind, offer.url): Candidate(
            kinds.get(offer.kind, offer.kind), offer.url, offer.title, offer.entries, offer.newest
        )
        for offer in offers
    }
    choice = choose_candidate(list(candidates.values()), now=now)
    order = [choice.chosen, *(candidate for candidate, _ in choice.others)]
    ranked = sorted(offers, key=lambda offer: order.index(candidates[offer.kind, offer.url]))
    if choice.chosen is None:
        return Discovery((), choice.reason)
    return Discovery(tuple(ranked), choice.reason)
