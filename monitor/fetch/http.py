"""The fetcher: redirects by hand, one total deadline, politeness, robots.txt.

`fetch = for each hop: check address | robots | wait for the host's turn | get | answer or next hop`
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType

from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from monitor import __version__
from monitor.fetch.answers import LARGEST_SIGNPOST, host_block, onward
from monitor.fetch.cookies import HopCookies
from monitor.fetch.decode import ACCEPTED, BadAnswer
from monitor.fetch.guard import AddressGuard, BodyCaps, check_url, join, may_carry_credentials
from monitor.fetch.politeness import HostBook, MemoryHostBook, Politeness
from monitor.fetch.robots import RobotsGate
from monitor.fetch.transport import Answer, Transport, basic_auth
from monitor.model.content import Content, Spooled, size_of, whole
from monitor.model.fetched import Credentials, Fetched, Hop, Request
from monitor.model.reasons import Reason
from monitor.ports import Clock

MAX_HOPS = 5
SLACK_S = 30.0
"""What a request may take beyond its deadline: its wait for one of the `concurrency` slots."""

_FEEDS = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml"
_ACCEPT = f"{_FEEDS}, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.7"
_ACCEPT_OF_PAGES = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
"""What servers that have a document in several forms are asked for; a page may be there as XML or JSON, too."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How requests are made.  `user_agent` is `name/version`; `contact` is the address that is added to it.

    `allow_addresses` opens addresses and networks that are refused otherwise; `proxy` holds where a request has none.
    """

    user_agent: str = f"news-monitor/{__version__}"
    contact: str = ""
    concurrency: int = 50
    per_host: int = 2
    host_spacing_s: float = 1.0
    timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    max_bytes: int = 15_000_000
    max_header_bytes: int = 65_536
    max_ratio: float = 100.0
    allow_addresses: tuple[str, ...] = ()
    proxy: str | None = field(default=None, repr=False)
    keep_alive_s: float = 15.0

    @property
    def product(self) -> str:
        """The name by which robots.txt knows us."""
        return self.user_agent.partition("/")[0]

    @property
    def agent_line(self) -> str:
        """The User-Agent header."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


class Postponed(BadAnswer):
    """The host wants to be left alone until then; nothing was asked."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(Reason("postponed", f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"))
        self.until = until


class HttpFetcher:
    """Fetches over HTTP.  An asynchronous context manager; see `monitor.ports.Fetcher` for the contract.

    `hosts` shares the pauses per host with other processes.  With `obey_blocks=False` hosts that asked to be left
    alone are asked nevertheless (`monitor once --all`).  The deadline counts the time of the requests themselves, not
    the wait for a host's turn or for one of the `concurrency` slots.  `resolver` replaces the machine's own.
    """

    def __init__(
        self,
        settings: FetchSettings,
        clock: Clock,
        *,
        hosts: HostBook | None = None,
        obey_blocks: bool = True,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._hosts = hosts if hosts is not None else MemoryHostBook()
        self._obey_blocks = obey_blocks
        self._politeness = Politeness(self._hosts, clock, per_host=settings.per_host, spacing_s=settings.host_spacing_s)
        self._transport = Transport(
            AddressGuard.parse(settings.allow_addresses),
            connect_timeout_s=settings.connect_timeout_s,
            max_header_bytes=settings.max_header_bytes,
            keep_alive_s=settings.keep_alive_s,
            resolver=resolver,
            now_s=clock.monotonic,
        )
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._robots = RobotsGate(self.fetch, clock, settings.product)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> HttpFetcher:
        await self._stack.enter_async_context(self._transport)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def take_up(self, settings: FetchSettings) -> None:
        """Go by other settings from the next request on; those that are under way end as they began.

        How connections are made (`connect_timeout_s`, `max_header_bytes`, `keep_alive_s`) stays as it is.
        """
        if settings.concurrency != self._settings.concurrency:
            self._slots = asyncio.Semaphore(settings.concurrency)
        if settings.product != self._settings.product:
            self._robots = RobotsGate(self.fetch, self._clock, settings.product)
        self._transport.guard = AddressGuard.parse(settings.allow_addresses)
        self._politeness.take_up(per_host=settings.per_host, spacing_s=settings.host_spacing_s)
        self._settings = settings

    async def fetch(self, request: Request) -> Fetched:
        """Follow redirects within the limits and return the answer or the reason why there is none."""
        chain = _Chain(request, self._clock.now(), self._settings)
        try:
            answer = await self._follow(chain)
        except Postponed as postponed:
            return replace(chain.failed(postponed.reason), blocked_until=postponed.until)
        except BadAnswer as bad:
            return chain.failed(bad.reason)
        return chain.answered(answer)

    async def _follow(self, chain: _Chain) -> Answer:
        url = chain.begin()
        while True:
            answer = await self._ask(chain, url)
            location = chain.onward(answer)
            if location is None:
                return answer
            url = chain.next_hop(answer, url, location)

    async def _ask(self, chain: _Chain, url: URL) -> Answer:
        request, delay_s = chain.request, 0.0
        if request.check_robots:
            forbidden, delay_s = await self._robots.check(url, request)
            if forbidden is not None:
                raise BadAnswer(forbidden)
        host = host_key(url)
        at_once = bool(chain.hops) and host == chain.host
        chain.host = host
        turn = self._politeness.turn(host, spacing_s=delay_s, longest_s=chain.left_s + SLACK_S, at_once=at_once)
        async with turn as blocked_until:
            if blocked_until is not None and self._obey_blocks:
                raise Postponed(host, blocked_until)
            async with self._slots:
                answer = await self._timed(chain, url)
        until = host_block(answer.status, answer.headers, now=self._clock.now())
        if until is not None:
            await self._hosts.block(host, until)
        return answer

    async def _timed(self, chain: _Chain, url: URL) -> Answer:
        before = self._clock.monotonic()
        try:
            async with asyncio.timeout(chain.left_s):
                return await self._transport.ask(
                    url,
                    chain.headers(url),
                    chain.caps,
                    proxy=chain.request.proxy or self._settings.proxy,
                    verify_tls=chain.request.verify_tls,
                    form=chain.request.form,
                    spool=chain.request.spool,
                )
        except TimeoutError as error:
            text = f"no complete answer within {chain.timeout_s:g} s; raise fetch.timeout if the server is that slow"
            raise BadAnswer(Reason("timeout", text)) from error
        finally:
            chain.spent_s += self._clock.monotonic() - before


class _Chain:
    """The state of one fetch: where the hops have led, what is left of the deadline, what may be sent."""

    def __init__(self, request: Request, started_at: datetime, settings: FetchSettings) -> None:
        self.request = request
        self.started_at = started_at
        self.timeout_s = request.timeout_s or settings.timeout_s
        self.caps = BodyCaps(request.max_bytes or settings.max_bytes, settings.max_ratio)
        self.hops: list[Hop] = []
        self.host = ""
        self.spent_s = 0.0
        self.final_url = request.url
        self._agent = settings.agent_line
        self._conditional = False
        self._cookies = HopCookies()
        self._trusted = True
        """False once the chain has left the origin: credentials are not sent any more, not even back there."""

    @property
    def left_s(self) -> float:
        return max(0.0, self.timeout_s - self.spent_s)

    def begin(self) -> URL:
        """The first address; a user and password written into it become credentials."""
        url = _checked(self.request.url)
        if url.user is not None and self.request.auth is None:
            self.request = replace(self.request, auth=Credentials(url.user, url.password or ""))
        self._origin = url = url.with_user(None)
        return url

    def onward(self, answer: Answer) -> str | None:
        """Where the answer sends us; a form goes nowhere else, and a page that sends us to itself is the document."""
        if self.request.form is not None:
            return None
        small = size_of(answer.content) <= LARGEST_SIGNPOST
        location = onward(answer.status, answer.headers, whole(answer.content) if small else None)
        if location is None or (answer.status == 200 and join(self.final_url, location) == self.final_url):
            return None
        return location

    def next_hop(self, answer: Answer, asked: URL, location: str) -> URL:
        """The address that `answer`, which came from `asked`, leads to."""
        target = join(self.final_url, location)
        self.hops.append(Hop(answer.status, target))
        self._cookies.take(asked, answer.headers)
        if len(self.hops) > MAX_HOPS:
            raise BadAnswer(Reason("redirects", f"more than {MAX_HOPS} redirects, the last one to {target[:200]}"))
        url = _checked(target).with_user(None)
        self.final_url = target
        self._trusted = self._trusted and may_carry_credentials(self._origin, url)
        return url

    def headers(self, url: URL) -> CIMultiDict[str]:
        """What is sent to `url`: no Referer, and what identifies us only while the origin is the same."""
        request = self.request
        accept = _ACCEPT_OF_PAGES if request.check_robots else _ACCEPT
        sent = CIMultiDict({"User-Agent": self._agent, "Accept": accept, "Accept-Encoding": ACCEPTED})
        if self._trusted:
            sent.update(request.headers)
            if request.auth is not None:
                sent["Authorization"] = _authorization(request.auth)
        if cookies := self._cookies.line(url, sent.get("Cookie")):
            sent["Cookie"] = cookies
        if request.form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._conditional = request.validators_url in {None, str(url), self.final_url}
        if self._conditional and request.etag is not None:
            sent["If-None-Match"] = request.etag
        if self._conditional and request.last_modified is not None:
            sent["If-Modified-Since"] = request.last_modified
        self._conditional = "If-None-Match" in sent or "If-Modified-Since" in sent
        return sent

    def answered(self, answer: Answer) -> Fetched:
        return self._fetched(answer.status, answer.headers, answer.content, None)

    def failed(self, reason: Reason) -> Fetched:
        return self._fetched(None, (), b"", reason)

    def _fetched(
        self, status: int | None, headers: tuple[tuple[str, str], ...], content: Content, problem: Reason | None
    ) -> Fetched:
        spooled = content if isinstance(content, Spooled) else None
        return Fetched(
            url=self.request.url,
            final_url=self.final_url,
            status=status,
            headers=headers,
            body=spooled.start if spooled is not None else whole(content),
            spooled=spooled,
            hops=tuple(self.hops),
            started_at=self.started_at,
            elapsed_s=self.spent_s,
            problem=problem,
            conditional=self._conditional,
        )


def host_key(url: URL) -> str:
    """The name under which a host's pauses are kept: scheme, name, port."""
    return f"{url.scheme}://{url.raw_host}:{url.port}".lower()


def _checked(url: str) -> URL:
    checked = check_url(url)
    if isinstance(checked, Reason):
        raise BadAnswer(checked)
    return checked


def _authorization(auth: Credentials) -> str:
    if auth.token is not None:
        return f"Bearer {auth.token}"
    return basic_auth(auth.user or "", auth.password or "")
