"""From the answer of an article's address to its text.

::

    extract (a worker) | its next pages, joined | the entries of a live ticker, told apart
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from monitor.errors import WorkerError
from monitor.extract.article import extract_article
from monitor.extract.live import Ticker, as_ticker, split_live
from monitor.fetch.answers import name_failure
from monitor.fetch.pages import plan_page
from monitor.loops.context import Context
from monitor.loops.documents import legible
from monitor.model.article import Extracted, TextState
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.source import ArticleSelectors, SourceKind, SourceSpec
from monitor.store.sources import host_of

MOST_PARTS = 6
"""Pages of one article that are joined."""


@dataclass(frozen=True, slots=True)
class PageRead:
    """An article as its pages tell it; `ticker` where it is live and its entries can be told apart."""

    extracted: Extracted
    ticker: Ticker | None = None


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads the article that an answer holds; `title` is what its entry called it.

    `renew` keeps the article ours before each further request.
    """

    context: Context
    spec: SourceSpec | None
    title: str
    renew: Callable[[], Awaitable[None]]

    async def read(self, fetched: Fetched) -> PageRead:
        """The article; what stands in the way is its `text_reason`."""
        first = await self._extract(fetched)
        if not first.live:
            return PageRead(await self._joined(first, fetched))
        ticker = await self._split(fetched, first)
        return PageRead(first if ticker is None else replace(first, text="\n".join(ticker.lines)), ticker)

    async def _joined(self, first: Extracted, fetched: Fetched) -> Extracted:
        """The article with its next pages, as far as they go on: at most `MOST_PARTS`, none twice."""
        texts, seen, following = [first.text], {fetched.url, fetched.final_url}, first.next_url
        while following and following not in seen and len(texts) < MOST_PARTS:
            seen.add(following)
            await self.renew()
            more = await self.context.fetcher.fetch(plan_page(self.spec, following))
            failure = name_failure(more)
            if failure is not None:
                return _incomplete(first, texts, failure)
            part = await self._extract(more)
            if not part.text or part.text in texts:
                break
            texts.append(part.text)
            following = part.next_url
        return replace(first, text="\n".join(texts))

    def _body(self, fetched: Fetched) -> bytes:
        """A page of the source's own is written as the source is; a feed's encoding says nothing about pages."""
        spec = self.spec
        own = spec is not None and spec.kind is not SourceKind.FEED and host_of(fetched.final_url) == host_of(spec.url)
        return legible(fetched, spec) if spec is not None and own else fetched.body

    async def _extract(self, fetched: Fetched) -> Extracted:
        read = partial(
            extract_article,
            self._body(fetched),
            url=fetched.final_url,
            content_type=fetched.header("content-type"),
            selectors=self.spec.article if self.spec is not None else ArticleSelectors(),
            title_hint=self.title,
            now=self.context.clock.now(),
        )
        try:
            return await self.context.workers.run(read, timeout_s=self.context.settings.worker_timeout_s)
        except WorkerError as error:
            reason = Reason(f"worker-{error.code}", f"the page could not be read: {error}")
            return Extracted(title=self.title, text="", text_state=TextState.TITLE, text_reason=reason)

    async def _split(self, fetched: Fetched, extracted: Extracted) -> Ticker | None:
        split = partial(
            split_live, self._body(fetched), url=fetched.final_url, content_type=fetched.header("content-type")
        )
        try:
            entries = await self.context.workers.run(split, timeout_s=self.context.settings.worker_timeout_s)
        except WorkerError:
            return None
        return as_ticker(entries, text=extracted.text, lead=extracted.lead)


def _incomplete(first: Extracted, texts: list[str], failure: Reason) -> Extracted:
    reason = Reason("missing-page", f"page {len(texts) + 1} of the article could not be read: {failure.text}")
    return replace(first, text="\n".join(texts), text_state=TextState.TEASER, text_reason=reason)
