"""From the answer of a source to its entries.

One way for each kind of source::

    feed, sitemap  parse (a thread, else a worker) | its RFC 5005 pages or the fresh children of an index
    page           links of the listing (a worker) | its next pages
    watch          what was added to the page (a worker)

What a `site:` offers is found in `sites`.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import xxhash

from monitor.extract.discover import FeedLink, find_feeds
from monitor.extract.listing import Link, Listing, extract_links
from monitor.extract.watch import Blocks, Redesign, added_blocks, page_blocks
from monitor.fetch.schedule import first_look, plan_request
from monitor.loops.context import Context
from monitor.model.entry import Entry, FeedHints, NotAFeed, ParsedFeed
from monitor.model.fetched import Fetched
from monitor.model.poll import Learnt
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceKind, SourceSpec
from monitor.parse.charset import decode
from monitor.parse.feed import read_document, read_quickly
from monitor.parse.shown import parse_shown_date
from monitor.store.due import Choice

INDEX = Reason("sitemap-index", "an index of sitemaps: its newest children are read at every poll")


@dataclass(frozen=True, slots=True)
class Reading:
    """A source's document, read.

    `spec` is how it was read and `fetched` the document that was: both are the source's own unless a choice led
    elsewhere.  `items` and `known` count what the document holds; `entries` are those not recognised by hash.
    `page_url` stands in for entries that have no address of their own.
    """

    spec: SourceSpec
    fetched: Fetched
    entries: tuple[Entry, ...]
    items: int
    known: int = 0
    item_hashes: tuple[str, ...] = ()
    hints: FeedHints = field(default_factory=FeedHints)
    problems: tuple[Reason, ...] = ()
    language: str | None = None
    page_url: str | None = None
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A complete answer that could not be read as what the source is."""

    spec: SourceSpec
    fetched: Fetched
    reason: Reason


@dataclass
class Follower:
    """Further requests of one poll: a bounded number, the lease renewed before each."""

    context: Context
    renew: Callable[[], Awaitable[None]]
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.context.settings.max_followed

    async def get(self, spec: SourceSpec, url: str) -> Fetched | None:
        """Another document of the source; None when the limit is used up or it could not be had."""
        if self.left <= 0:
            return None
        self.left -= 1
        await self.renew()
        asked = replace(spec, url=url)
        settings = self.context.settings.poll
        request = plan_request(asked, PollMemory(), now=self.context.clock.now(), settings=settings)
        fetched = await self.context.fetcher.fetch(request)
        failed = first_look(PollMemory(), fetched, settings=settings)
        return None if failed is not None and failed.learnt is Learnt.FAILED else fetched


async def read_answer(follower: Follower, spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> Reading | Unread:
    """Read a complete answer as what the source is (no `site`); `WorkerError` when it oversteps the limits."""
    if spec.kind is SourceKind.PAGE:
        return await _read_listing(follower, spec, memory, fetched)
    if spec.kind is SourceKind.WATCH:
        return await _read_watched(follower, spec, memory, fetched)
    return await _read_feed(follower, spec, memory, fetched)


async def _read_feed(follower: Follower, spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> Reading | Unread:
    known = frozenset(memory.item_hashes)
    parsed = await parse(follower.context, spec, fetched, known)
    if isinstance(parsed, NotAFeed):
        declared = await _declared_feed(follower, spec, fetched)
        return declared or Unread(spec, fetched, parsed.reason)
    if parsed.kind == "sitemapindex":
        return await _read_index(follower, spec, fetched, known)
    pages = [parsed, *await _older_pages(follower, spec, memory, parsed)]
    return _joined(spec, fetched, pages)


async def parse(
    context: Context, spec: SourceSpec, fetched: Fetched, known: frozenset[str] = frozenset()
) -> ParsedFeed | NotAFeed:
    """A feed, sitemap or JSON Feed: quickly in a thread where that is safe, else where it can be killed."""
    read = partial(
        read_quickly,
        fetched.content,
        url=fetched.final_url,
        content_type=fetched.header("content-type"),
        encoding=spec.encoding,
        known=known,
        now=context.clock.now(),
    )
    quick = await asyncio.to_thread(read)
    if quick is not None:
        return quick
    carefully = partial(read_document, *read.args, **read.keywords)
    return await context.workers.run(carefully, timeout_s=context.settings.worker_timeout_s)


async def _declared_feed(follower: Follower, spec: SourceSpec, fetched: Fetched) -> Reading | None:
    """Where a page came in place of a feed: the feed that the page declares, if it declares exactly one."""
    declared = [link for link in await feeds_of(follower.context, fetched) if link.why in ("header", "declared")]
    if len(declared) != 1 or declared[0].url == fetched.final_url:
        return None
    reason = Reason("declared-feed", f"a web page came in place of a feed; it declares {declared[0].url}")
    return await read_chosen(follower, spec, Choice(SourceKind.FEED, declared[0].url, reason))


async def read_chosen(follower: Follower, spec: SourceSpec, choice: Choice) -> Reading | None:
    """Follow a choice for the first time; None when it leads to nothing that can be read."""
    fetched = await follower.get(spec, choice.url)
    if fetched is None:
        return None
    chosen = replace(spec, kind=choice.kind, url=choice.url)
    reading = await read_answer(follower, chosen, PollMemory(), fetched)
    return None if isinstance(reading, Unread) else replace(reading, choice=choice)


async def _older_pages(
    follower: Follower, spec: SourceSpec, memory: PollMemory, parsed: ParsedFeed
) -> list[ParsedFeed]:
    """RFC 5005: at the first poll, and where nothing on the first page was known, what lies behind it."""
    if parsed.known or (memory.baseline_at is not None and not parsed.entries):
        return []
    pages: list[ParsedFeed] = []
    page, seen = parsed, {spec.url}
    while page.hints.next_url and page.hints.next_url not in seen and not page.known:
        seen.add(page.hints.next_url)
        fetched = await follower.get(spec, page.hints.next_url)
        if fetched is None:
            break
        found = await parse(follower.context, spec, fetched, frozenset(memory.item_hashes))
        if isinstance(found, NotAFeed) or not found.item_hashes:
            break
        pages.append(found)
        page = found
    return pages


async def _read_index(
    follower: Follower, spec: SourceSpec, fetched: Fetched, known: frozenset[str]
) -> Reading | Unread:
    """The newest children of a sitemap index (all of it is read: children change without the index changing)."""
    index = await parse(follower.context, spec, fetched)
    if isinstance(index, NotAFeed):
        return Unread(spec, fetched, index.reason)
    children = await _read_children(follower, spec, index, known, {spec.url, fetched.final_url})
    if not children:
        return Unread(spec, fetched, Reason("empty-index", "none of the index's newest sitemaps could be read"))
    return replace(_joined(spec, fetched, children), choice=Choice(SourceKind.SITEMAP, spec.url, INDEX))


async def _read_children(
    follower: Follower,
    spec: SourceSpec,
    index: ParsedFeed,
    known: frozenset[str],
    seen: set[str],
    *,
    within: bool = False,
) -> list[ParsedFeed]:
    """The newest sitemaps that `index` lists and has not `seen`; an index `within` it gets half of what is left."""
    children: list[ParsedFeed] = []
    most = (follower.left + 1) // 2 if within else follower.left
    for child in [url for url in _fresh_children(index.entries) if url not in seen][:most]:
        seen.add(child)
        answer = await follower.get(spec, child)
        parsed = await parse(follower.context, spec, answer, known) if answer is not None else None
        if isinstance(parsed, ParsedFeed) and parsed.kind == "sitemap":
            children.append(parsed)
        elif isinstance(parsed, ParsedFeed) and parsed.kind == "sitemapindex" and not within:
            children += await _read_children(follower, spec, parsed, known, seen, within=True)
    return children


def is_news_sitemap(url: str) -> bool:
    """Whether a sitemap's path says that it is one of news; many papers have that word in the name of their host."""
    return "news" in url.partition("://")[2].partition("/")[2].lower()


def _fresh_children(entries: Sequence[Entry]) -> list[str]:
    """News sitemaps first, then by date, newest first; undated ones in reverse order (indexes tend to append)."""
    ranked = sorted(
        enumerate(entries),
        key=lambda item: (
            is_news_sitemap(item[1].url or ""),
            item[1].updated_at.timestamp() if item[1].updated_at else 0.0,
            item[0],
        ),
        reverse=True,
    )
    return list(dict.fromkeys(entry.url for _, entry in ranked if entry.url))


def _joined(spec: SourceSpec, fetched: Fetched, pages: Sequence[ParsedFeed]) -> Reading:
    first = pages[0]
    return Reading(
        spec=spec,
        fetched=fetched,
        entries=tuple(entry for page in pages for entry in page.entries),
        items=sum(len(page.item_hashes) for page in pages),
        known=sum(page.known for page in pages),
        item_hashes=tuple(hash_ for page in pages for hash_ in page.item_hashes),
        hints=first.hints,
        problems=tuple(problem for page in pages for problem in page.problems),
        language=first.language,
    )


async def _read_listing(follower: Follower, spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> Reading | Unread:
    listing = await links_of(follower.context, spec, fetched)
    links, problems, page, pages = list(listing.links), listing.problems, listing, 1
    while page.next_url and pages < spec.max_pages:
        answer = await follower.get(spec, page.next_url)
        if answer is None:
            break
        page, pages = await links_of(follower.context, spec, answer), pages + 1
        links += page.links
    if not links and memory.baseline_at is None:
        # Without a first good look everything would be news once the selectors are put right.
        return Unread(spec, fetched, next(iter(problems), Reason("empty", "no links to stories on the page")))
    entries = list({link.url: _entry_of_link(link) for link in links}.values())
    known = frozenset(memory.item_hashes)
    return Reading(
        spec=spec,
        fetched=fetched,
        entries=tuple(entry for entry in entries if entry.item_hash not in known),
        items=len(entries),
        known=sum(entry.item_hash in known for entry in entries),
        item_hashes=tuple(entry.item_hash for entry in entries),
        problems=problems,
    )


def legible(fetched: Fetched, spec: SourceSpec) -> bytes:
    """A page's bytes; where the source is said to tell its encoding wrongly, in UTF-8 with the mark that says so."""
    if spec.encoding is None:
        return fetched.body
    return codecs.BOM_UTF8 + decode(fetched.body, encoding=spec.encoding).text.encode("utf-8", "replace")


async def feeds_of(context: Context, fetched: Fetched) -> tuple[FeedLink, ...]:
    """The feeds that a page names, read in a worker."""
    read = partial(find_feeds, fetched.body, url=fetched.final_url, headers=fetched.headers)
    found: tuple[FeedLink, ...] = await context.workers.run(read, timeout_s=context.settings.worker_timeout_s)
    return found


async def links_of(context: Context, spec: SourceSpec, fetched: Fetched) -> Listing:
    """The story links of a page, read in a worker."""
    read = partial(
        extract_links,
        legible(fetched, spec),
        url=fetched.final_url,
        content_type=fetched.header("content-type"),
        selectors=spec.links,
        min_links=spec.min_links,
    )
    listing: Listing = await context.workers.run(read, timeout_s=context.settings.worker_timeout_s)
    return dated(listing, now=context.clock.now())


def dated(listing: Listing, *, now: datetime) -> Listing:
    """The listing with the dates that its page shows to people only."""
    return replace(listing, links=tuple(_dated(link, now) for link in listing.links))


def _dated(link: Link, now: datetime) -> Link:
    return replace(link, published_at=link.published_at or parse_shown_date(link.shown_date, now=now))


def _entry_of_link(link: Link) -> Entry:
    said = _hash(f"{link.url}\x1f{link.title}")
    return Entry(
        id=None,
        url=link.url,
        title=link.title,
        published_at=link.published_at,
        item_hash=said,
        content_hash=said,
    )


async def _read_watched(follower: Follower, spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> Reading | Unread:
    read = partial(
        page_blocks,
        legible(fetched, spec),
        url=fetched.final_url,
        selector=spec.select,
        content_type=fetched.header("content-type"),
    )
    context = follower.context
    blocks: Blocks = await context.workers.run(read, timeout_s=context.settings.worker_timeout_s)
    if blocks.problem is not None:
        return Unread(spec, fetched, blocks.problem)
    whole = Reading(spec, fetched, (), items=len(blocks.blocks), item_hashes=blocks.hashes, page_url=fetched.final_url)
    if memory.baseline_at is None:
        return whole
    added = added_blocks(memory.item_hashes, blocks)
    if isinstance(added, Redesign):
        return replace(whole, known=whole.items, problems=(added.reason,))
    entries = tuple(
        Entry(id=block.hash, url=None, title=headline_of(block.text), content=block.text, item_hash=block.hash,
              content_hash=block.hash)
        for block in added.blocks
    )  # fmt: skip
    return replace(whole, entries=entries, known=whole.items - len(entries))


def headline_of(text: str, longest: int = 110) -> str:
    """The first line of a text that has no title, cut at a word."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + " …"


def _hash(text: str) -> str:
    return xxhash.xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass"))
