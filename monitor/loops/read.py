"""READ, the loop that reads pages.

::

    claim due articles | fetch page | extract | dedup | match | decide   -> text, story, matches, alerts, outbox

A page that cannot be read holds up nothing: its article was matched on the teaser, and is settled with it in the end.
It orders these and decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.dedup.revision import Reading, next_reading
from monitor.dedup.urls import is_home_page, url_key, usable_canonical
from monitor.errors import LeaseLost, StoreBusy, StoreFull
from monitor.fetch.answers import name_failure
from monitor.fetch.pages import next_try, plan_page
from monitor.loops import settle
from monitor.loops.context import Context, in_thread, log
from monitor.loops.hand import InHand
from monitor.loops.pages import PageRead, PageReader
from monitor.loops.settle import Settling, Text
from monitor.model.article import Extracted, TextState
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.source import SourceSpec
from monitor.store import articles, leases, readings
from monitor.store import tables as t
from monitor.store.articles import ArticleChange, StoredArticle
from monitor.store.evidence import Body
from monitor.store.leases import Lease
from monitor.store.readings import ClaimedReading, ReadingKind
from monitor.store.sources import host_of


@dataclass(slots=True)
class ReadReport:
    """What a pass did; counts of articles and alerts."""

    read: int = 0
    failed: int = 0
    """Pages that could not be read this time; some of them are tried again."""
    settled: int = 0
    """Stored texts that were settled without reading a page."""
    told: int = 0


class PageReading:
    """The loop's state between two ticks: pages in hand.  `start_due` is the tick; it never waits for a page."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.report = ReadReport()
        self._hand = InHand()
        self._held: set[int] = set()
        self._unconfirmed: list[tuple[int, Lease]] = []
        self._settling = False
        """A batch of stored texts is in hand: the next one waits, so that pages never do."""

    @property
    def in_hand(self) -> int:
        """Articles that are being read."""
        return len(self._hand)

    async def start_due(self) -> int:
        """Claim as many due articles as there is room for and start reading them; how many."""
        room = self.context.settings.reads_at_once - len(self._hand)
        if room <= 0:
            return 0
        with_stored = not self._settling
        pages, stored = await in_thread(_claim, self.context, room, self._unconfirmed, with_stored=with_stored)
        self._held.update(work.article.id for work in (*pages, *stored))
        for work in pages:
            self._hand.start(self._read(self.context, work), f"read {work.article.id}")
        if stored:
            self._settling = True
            self._hand.start(self._settle_stored(self.context, stored), "settle what is stored")
        return len(pages) + len(stored)

    async def renew(self) -> None:
        """Prolong the leases of what is in hand: a page may wait long for its host or for a worker."""
        if self._held:
            await in_thread(_renew, self.context, tuple(self._held))

    async def wait_for_room(self) -> None:
        """Until at least one page in hand is settled."""
        await self._hand.some_ended()

    async def drain(self) -> None:
        """Until every page in hand is settled; nothing new is claimed."""
        await self._hand.all_ended()

    async def _settle_stored(self, context: Context, works: list[_Work]) -> None:
        """Settle texts that need no page, all in one unit; one by one where that fails."""
        try:
            settlings = await asyncio.to_thread(lambda: [_again(context, work) for work in works])
            told = await in_thread(_settle, context, settlings)
            self.report.settled += len(settlings)
            self.report.told += told
        except Exception as error:  # noqa: BLE001 - the bulkhead stands around each of them below
            log.warning("settled-one-by-one", articles=len(works), error=repr(error))
            for work in works:
                await self._read(context, work)
        finally:
            self._settling = False
            self._held.difference_update(work.article.id for work in works)

    async def _read(self, context: Context, work: _Work) -> None:
        try:
            settling = await _settling(context, work)
            if isinstance(settling, Settling):
                told = await in_thread(_settle, context, [settling])
                self.report.read += 1
                # Not beside the wait: what other pages add meanwhile would be overwritten.
                self.report.told += told
            else:
                await in_thread(_change, context, settling)
                self.report.failed += 1
        except LeaseLost as lost:
            log.warning("lease-lost", article=work.article.id, error=str(lost))
        except (StoreBusy, StoreFull) as error:
            # Nothing was written, so nothing is lost: the article is due again when its lease ends.
            log.warning("reading-not-stored", article=work.article.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - the bulkhead: whatever this page did, the others go on
            log.exception("reading-broke", article=work.article.id)
            reason = Reason("internal", f"an error of this program: {type(error).__name__}: {error}")
            await in_thread(_give_back, context, work, reason)
            self.report.failed += 1
        finally:
            self._held.discard(work.article.id)


async def read_once(context: Context) -> ReadReport:
    """Read what is due, until all is settled; pages that failed are tried again only when their time has come."""
    reading = PageReading(context)
    while True:
        if await reading.start_due():
            continue
        if not reading.in_hand:
            return reading.report
        await reading.wait_for_room()


@dataclass(frozen=True, slots=True)
class _Work:
    claimed: ClaimedReading
    article: StoredArticle
    spec: SourceSpec | None
    """None when the source is configured no more: its articles are read nevertheless."""


def _claim(
    context: Context, room: int, unconfirmed: list[tuple[int, Lease]], *, with_stored: bool
) -> tuple[list[_Work], list[_Work]]:
    """Pages to read, and stored texts to settle.

    `unconfirmed` are claims that may have been committed when the database went away; they are ours to take.
    """
    settings, now, owner = context.settings, context.clock.now(), context.owner
    with context.database.unit() as connection:
        leases.give_back(connection, t.article, unconfirmed)
        pages = readings.claim_pages(
            connection, owner=owner, now=now, lease_s=settings.lease_s, limit=room, per_source=settings.per_host
        )
        limit = settings.settled_at_once if with_stored else 0
        stored = readings.claim_stored(connection, owner=owner, now=now, lease_s=settings.lease_s, limit=limit)
        found = articles.load_articles(connection, [item.article_id for item in (*pages, *stored)])
        unconfirmed += [(item.article_id, item.lease) for item in (*pages, *stored)]
    unconfirmed.clear()

    def work(item: ClaimedReading) -> _Work:
        return _Work(item, found[item.article_id], context.sources.get(item.source_id))

    return [work(item) for item in pages], [work(item) for item in stored]


def _renew(context: Context, ids: Sequence[int]) -> None:
    owner, now, lease_s = context.owner, context.clock.now(), context.settings.lease_s
    with context.database.unit() as connection:
        leases.renew(connection, t.article, ids, owner=owner, now=now, lease_s=lease_s)


async def _settling(context: Context, work: _Work) -> Settling | ArticleChange:
    """What follows from reading: a text to settle, or just another time to try."""
    url = work.article.url
    if work.claimed.reading is ReadingKind.MATCH or url is None:
        return await asyncio.to_thread(_again, context, work)
    again = work.claimed.reading is ReadingKind.AGAIN
    fetched = await context.fetcher.fetch(plan_page(work.spec, url, work.article.page if again else None))
    now, host = context.clock.now(), host_of(url)
    # A page that cannot be reached says little about our line: its host may never have been there.
    offline = context.line.is_down(fetched, host, now_s=context.clock.monotonic(), answers=False)
    if fetched.status == 304 and fetched.conditional:
        return ArticleChange(work.article.id, _read_columns(work, _words(work.article.text), now), work.claimed.lease)
    failure = name_failure(fetched)
    if failure is not None:
        return await asyncio.to_thread(_after_failure, context, work, fetched, failure, offline=offline)
    read = await PageReader(context, work.spec, work.article.title, _renewer(context, work)).read(fetched)
    return await asyncio.to_thread(_after_reading, context, work, fetched, read)


def _renewer(context: Context, work: _Work) -> Callable[[], Awaitable[None]]:
    return lambda: in_thread(_renew, context, (work.article.id,))


def _again(context: Context, work: _Work) -> Settling:
    """What is stored, matched once more (another source showed it, or it has no page)."""
    stored = settle.stored_text(work.article, complete=True)
    analysed = settle.analyse(stored, work.article.sources, context.watchlist)
    return Settling(
        work.article.id,
        analysed,
        work.article.text_state,
        work.article.text_reason,
        changes={"due_at": None, "reading": None},
        lease=work.claimed.lease,
        again=True,
    )


def _after_failure(
    context: Context, work: _Work, fetched: Fetched, failure: Reason, *, offline: bool
) -> Settling | ArticleChange:
    settings, now = context.settings, context.clock.now()
    attempts = work.article.attempts + (fetched.blocked_until is None and not offline)
    at = next_try(fetched, attempts=attempts, limit=settings.read_attempts, pause_s=settings.read_pause_s, now=now)
    if at is not None:
        columns = {"due_at": at, "attempts": attempts, **articles.set_text_state(work.article.text_state, failure)}
        return ArticleChange(work.article.id, columns, work.claimed.lease)
    return _with_what_there_is(context, work, failure)


def _with_what_there_is(context: Context, work: _Work, reason: Reason) -> Settling:
    """The page will not be read: what the entry brought is the text for good."""
    stored = settle.stored_text(work.article, complete=True)
    return Settling(
        work.article.id,
        settle.analyse(stored, work.article.sources, context.watchlist),
        work.article.text_state,
        reason,
        changes={"due_at": None, "reading": None, "attempts": 0},
        lease=work.claimed.lease,
    )


def _after_reading(context: Context, work: _Work, fetched: Fetched, read: PageRead) -> Settling:
    article, extracted, now = work.article, read.extracted, context.clock.now()
    page = {
        "etag": fetched.header("etag"),
        "last_modified": fetched.header("last-modified"),
        "url": fetched.final_url,
    }
    poorer = extracted.text_state is not TextState.FULL and _words(extracted.text) < _words(article.text)
    if poorer or not extracted.text:
        reason = extracted.text_reason or Reason("no-text", "no article text was found on the page")
        kept = _with_what_there_is(context, work, reason)
        unread = replace(extracted, text_state=TextState.TEASER)
        return replace(kept, changes=_read_columns(work, _words(article.text), now, unread) | {"page": page})
    text = Text(
        title=extracted.title or article.title,
        lead=extracted.lead or "",
        text=extracted.text,
        url=article.url,
        language=extracted.language or article.language,
        authors=extracted.authors or article.authors,
        section=extracted.section,
        published_at=article.published_at or extracted.published_at,
        parts=read.ticker.added(_told_before(article)) if read.ticker is not None else None,
    )
    columns = _read_columns(work, _words(extracted.text), now, extracted)
    return Settling(
        article.id,
        settle.analyse(text, article.sources, context.watchlist),
        extracted.text_state,
        extracted.text_reason,
        changes=columns | _page_columns(text, extracted) | {"page": page},
        keys=_alias_keys(fetched, extracted, article),
        body=Body(fetched.final_url, fetched.headers, fetched.body, fetched.started_at),
        lease=work.claimed.lease,
        added=_added(text, article),
    )


def _told_before(article: StoredArticle) -> set[str]:
    """The lines of a ticker that were matched already; a teaser's lines are matched again with the page."""
    return set(article.text.splitlines()) if article.live else set()


def _added(text: Text, article: StoredArticle) -> Reason | None:
    """Why a live page is news again."""
    if not text.parts or not article.live:
        return None
    return Reason("live", f"new entries in the ticker: {len(text.parts)}")


def _read_columns(work: _Work, words: int, now: datetime, extracted: Extracted | None = None) -> dict[str, Any]:
    """The columns that count a reading and say when the next one is due, if one is."""
    article, reads = work.article, work.article.reads + 1
    at = next_reading(
        Reading(
            title=extracted.title if extracted is not None else article.title,
            words=words,
            first_seen_at=article.first_seen_at,
            reads=reads,
            text_state=extracted.text_state if extracted is not None else article.text_state,
            live=extracted.live if extracted is not None else article.live,
            published_at=article.published_at,
        ),
        now,
    )
    return {
        "reads": reads,
        "attempts": 0,
        "due_at": at,
        "reading": ReadingKind.AGAIN.value if at is not None else None,
    }


def _page_columns(text: Text, extracted: Extracted) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "authors": list(text.authors),
        "section": text.section,
        "published_at": text.published_at,
        "live": extracted.live,
    }
    if extracted.image:
        columns["image"] = extracted.image
    if extracted.published_at_local:
        columns["published_at_local"] = extracted.published_at_local
    return columns


def _alias_keys(fetched: Fetched, extracted: Extracted, article: StoredArticle) -> tuple[tuple[str, str], ...]:
    """Other addresses that lead to the same article: where redirects ended, what the page calls its own address."""
    own = url_key(article.url) if article.url else None
    keys: dict[str, str] = {}
    if fetched.hops and not is_home_page(fetched.final_url):
        keys[url_key(fetched.final_url)] = "redirect"
    if extracted.canonical_url and usable_canonical(extracted.canonical_url, fetched.final_url):
        keys.setdefault(url_key(extracted.canonical_url), "canonical")
    return tuple((key, kind) for key, kind in keys.items() if key and key != own)


def _words(text: str) -> int:
    return len(text.split())


def _settle(context: Context, settlings: list[Settling]) -> int:
    with context.database.unit(lock=settle.settle_locks(item.analysed for item in settlings)) as connection:
        return settle.settle(connection, settlings, context, context.clock.now()).total()


def _change(context: Context, change: ArticleChange) -> None:
    with context.database.unit() as connection:
        articles.change_article(connection, change)


def _give_back(context: Context, work: _Work, reason: Reason) -> None:
    """After an error of ours: tried again later, and in the end settled as a page that cannot be read."""
    settings, now = context.settings, context.clock.now()
    attempts = work.article.attempts + 1
    if attempts < settings.read_attempts:
        at = now + timedelta(seconds=settings.read_pause_s * 2**attempts)
        columns = {"due_at": at, "attempts": attempts, **articles.set_text_state(work.article.text_state, reason)}
        _change(context, ArticleChange(work.article.id, columns, work.claimed.lease))
    else:
        _settle(context, [_with_what_there_is(context, work, reason)])
