"""`site:`: find what a site offers and go on with the best of it.

::

declared feeds | news sitemaps, if no feed will do | the page's own links | choose
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from monitor.extract.site import Candidate, choose_candidate
from monitor.loops.documents import Follower, Reading, Unread, feeds_of, is_news_sitemap, read_answer
from monitor.model.fetched import Fetched
from monitor.model.source import PollMemory, SourceKind, SourceSpec
from monitor.parse.links import absolute
from monitor.store.due import Choice

USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml")
FEEDS_TRIED = 3
_SITEMAP_LINE = re.compile(
    rb"(?:\A\xef\xbb\xbf|\A|(?<=[\r\n]))[ \t]*sitemap(?:[ \t]*+:|[ \t])[ \t]*+([^\s#]+)", re.IGNORECASE
)
_KINDS = {
    "feed": SourceKind.FEED,
    "sitemap": SourceKind.SITEMAP,
    "itemlist": SourceKind.PAGE,
    "listing": SourceKind.PAGE,
}


@dataclass
class _Offers:
    """What was found on a site, with how each was read."""

    candidates: list[Candidate] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)

    def add(self, kind: str, reading: Reading, title: str = "") -> None:
        dates = [entry.published_at for entry in reading.entries if entry.published_at is not None]
        url = reading.spec.url
        self.candidates.append(Candidate(kind, url, title, reading.items, max(dates, default=None)))
        self.readings[f"{kind} {url}"] = reading

    @property
    def usable(self) -> bool:
        return choose_candidate(self.candidates).chosen is not None


async def read_site(follower: Follower, spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> Reading | Unread:
    """The best that the site at `fetched` offers, read, with the choice to remember."""
    offers = _Offers()
    await _try_feeds(follower, spec, fetched, offers)
    if not offers.usable:
        await _try_sitemaps(follower, spec, fetched, offers)
    listing = await read_answer(follower, replace(spec, kind=SourceKind.PAGE), memory, fetched)
    if isinstance(listing, Reading):
        offers.add("listing", listing)
    choice = choose_candidate(offers.candidates, now=follower.context.clock.now())
    if choice.chosen is None:
        return Unread(spec, fetched, choice.reason)
    reading = offers.readings[f"{choice.chosen.kind} {choice.chosen.url}"]
    chosen = Choice(_KINDS[choice.chosen.kind], choice.chosen.url, choice.reason)
    return replace(reading, choice=reading.choice or chosen)  # an index of sitemaps has said what it is


async def _try_feeds(follower: Follower, spec: SourceSpec, fetched: Fetched, offers: _Offers) -> None:
    found = await feeds_of(follower.context, fetched)
    declared = [link for link in found if link.why in ("header", "declared")]
    for link in (declared or list(found))[:FEEDS_TRIED]:
        await _try(follower, replace(spec, kind=SourceKind.FEED, url=link.url), "feed", offers, link.title)


async def _try_sitemaps(follower: Follower, spec: SourceSpec, fetched: Fetched, offers: _Offers) -> None:
    robots = await follower.get(spec, urljoin(fetched.final_url, "/robots.txt"))
    for url in sitemaps_to_try(fetched.final_url, robots.body if robots is not None else b""):
        await _try(follower, replace(spec, kind=SourceKind.SITEMAP, url=url), "sitemap", offers)
        if offers.usable:
            return


def sitemaps_to_try(url: str, robots: bytes) -> list[str]:
    """The news sitemaps that a site's robots.txt names (some by their path alone), or else the usual addresses."""
    named = [absolute(found.decode("utf-8", "ignore"), url) for found in _SITEMAP_LINE.findall(robots)]
    return [each for each in named if each and is_news_sitemap(each)] or [urljoin(url, path) for path in USUAL_SITEMAPS]


async def _try(follower: Follower, spec: SourceSpec, kind: str, offers: _Offers, title: str = "") -> None:
    answer = await follower.get(spec, spec.url)
    if answer is None:
        return
    reading = await read_answer(follower, spec, PollMemory(), answer)
    if isinstance(reading, Reading) and (reading.choice is None or reading.choice.url == spec.url):
        offers.add(kind, reading, title)
