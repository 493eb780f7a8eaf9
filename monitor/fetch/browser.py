"""Pages that show their text only with JavaScript: read with the system's Chromium (`render: true`, extra `browser`).

::

    fetch as ever | open in the browser what was fetched | let its scripts run | the document as it stands then

The fetcher stays in charge of robots.txt, pauses, redirects and failures; whatever the page's scripts ask for goes
through a proxy of ours with the same address checks.  Pictures, fonts and films are not loaded.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from aiohttp.abc import AbstractResolver

from monitor.errors import FetchError
from monitor.fetch.browser_memory import kill_if_greedy
from monitor.fetch.browser_proxy import GuardingProxy
from monitor.fetch.guard import AddressGuard
from monitor.fetch.http import FetchSettings
from monitor.fetch.resolver import Resolver
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.ports import Fetcher

if TYPE_CHECKING:
    # The extra may not be installed: the functions that need it import it when they run.
    from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--renderer-process-limit=1",
    "--js-flags=--max-old-space-size=256",
    # WebRTC would go past the proxy, and Chromium past it to this machine.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
)
QUIET_S = 5.0
"""How long scripts may go on loading after the document is there."""
CLOSE_S = 5.0
_SOCKET_PATH_BYTES = 107
"""As long as a socket's path may be on Linux (unix(7))."""
_LEFT_OUT = {"image", "media", "font"}
_NOT_PASSED = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie"}


class BrowserFetcher:
    """A fetcher that also renders what asks for it (`Request.render`).  An asynchronous context manager.

    One page at a time, in a browser of its own that ends with it, within the request's deadline and `max_bytes`.  A
    problem `needs-browser` says what is missing, `browser` what went wrong in it.  `executable` None: looked for on
    PATH.
    """

    def __init__(
        self,
        inner: Fetcher,
        settings: FetchSettings,
        *,
        resolver: AbstractResolver | None = None,
        executable: str | None = None,
    ) -> None:
        self._inner = inner
        self._settings = settings
        self._given_resolver = resolver
        self._executable = executable
        self._turn = asyncio.Semaphore(1)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> BrowserFetcher:
        self._resolver = self._given_resolver or Resolver.start()
        self._stack.push_async_callback(self._resolver.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def take_up(self, settings: FetchSettings) -> None:
        """Go by other settings from the next page on."""
        self._settings = settings

    async def fetch(self, request: Request) -> Fetched:
        """As the fetcher within; with `render` the document as it stands once its scripts have run."""
        if not request.render:
            return await self._inner.fetch(request)
        # The frame of such a page stays the same while its content changes, so "unchanged" would mean nothing.
        fetched = await self._inner.fetch(replace(request, etag=None, last_modified=None))
        if fetched.status != 200 or fetched.problem is not None or not _is_html(fetched):
            return fetched
        missing = self._missing(request)
        if missing is not None:
            return replace(fetched, body=b"", problem=missing)
        async with self._turn:
            return await self._rendered(request, fetched)

    def _missing(self, request: Request) -> Reason | None:
        if request.proxy or self._settings.proxy:
            return Reason("needs-browser", "`render: true` does not go through another proxy; take one of them out")
        try:
            import playwright.async_api  # noqa: F401, PLC0415 - an optional extra
        except ImportError:
            text = "`render: true` needs the extra: pip install 'news-monitor[browser]'"
            return Reason("needs-browser", text)
        if self._found() is None:
            return Reason("needs-browser", "`render: true` needs Chromium on this machine: apt-get install chromium")
        return None

    def _found(self) -> str | None:
        return self._executable or next((path for name in NAMES if (path := shutil.which(name))), None)

    async def _rendered(self, request: Request, fetched: Fetched) -> Fetched:
        from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

        limit = request.timeout_s or self._settings.timeout_s
        max_bytes = request.max_bytes or self._settings.max_bytes
        guard = AddressGuard.parse(self._settings.allow_addresses)
        async with GuardingProxy(guard, self._resolver, max_bytes) as proxy:
            try:
                async with asyncio.timeout(limit), self._browser(proxy.port) as browser:
                    url, html = await self._load(browser, fetched)
            except TimeoutError:
                text = f"the page was not finished in the browser within {limit:g} s"
                return replace(fetched, body=b"", problem=Reason("timeout", text))
            except FetchError as error:
                return replace(fetched, body=b"", problem=Reason("needs-browser", error.message))
            except Error as error:
                said = " ".join(str(error.message).split())[:200]
                return replace(fetched, body=b"", problem=Reason("browser", f"the browser could not show it: {said}"))
        return _as_answer(fetched, url, html, max_bytes)

    @asynccontextmanager
    async def _browser(self, port: int) -> AsyncIterator[Browser]:
        """A browser that ends with the block, and earlier where it takes too much memory."""
        from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

        marker = f"--proxy-server=http://127.0.0.1:{port}"
        async with _driver() as driver:
            browser = await driver.chromium.launch(
                executable_path=self._found(),
                headless=True,
                args=[*FLAGS, marker],
                handle_sigterm=False,
                env={**os.environ, "TMPDIR": room_for_sockets(tempfile.gettempdir())},
            )
            watch = asyncio.create_task(kill_if_greedy(marker))
            try:
                yield browser
            finally:
                watch.cancel()
                with suppress(Error, TimeoutError):
                    async with asyncio.timeout(CLOSE_S):
                        await browser.close()

    async def _load(self, browser: Browser, fetched: Fetched) -> tuple[str, str]:
        from playwright.async_api import TimeoutError as Unfinished  # noqa: PLC0415 - an optional extra

        context = await browser.new_context(
            user_agent=self._settings.agent_line, service_workers="block", accept_downloads=False
        )
        page = await context.new_page()
        await _guide(context, page, fetched)
        await page.goto(fetched.final_url, wait_until="domcontentloaded", timeout=0)
        with suppress(Unfinished):
            await page.wait_for_load_state("networkidle", timeout=QUIET_S * 1000)
        return page.url, await page.content()


@asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    """The process that drives browsers.  Raises `FetchError` where it cannot run."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - an optional extra

    try:
        driver = await async_playwright().start()
    except Exception as error:  # what its process died of, the library tells in any way
        text = (
            "the program that drives the browser ends as it starts, the log may say why: "
            "it needs libatomic1, and under systemd deploy/systemd/browser.conf"
        )
        raise FetchError(text) from error
    try:
        yield driver
    finally:
        await driver.stop()


def room_for_sockets(folder: str) -> str:
    """The folder for temporary files, or /tmp where its path is too long for the socket that Chromium makes there."""
    within = len(os.fsencode(folder)) + len("/org.chromium.Chromium.123456/SingletonSocket") <= _SOCKET_PATH_BYTES
    return folder if within else "/tmp"  # noqa: S108 - the folder in it has a name of its own


async def _guide(context: BrowserContext, page: Page, fetched: Fetched) -> None:
    """The document itself is what was fetched already; pictures, fonts and films are left out."""
    first = True
    headers = {name: value for name, value in fetched.headers if name not in _NOT_PASSED}

    async def decide(route: Route) -> None:
        nonlocal first
        asked = route.request
        if first and asked.is_navigation_request() and asked.frame == page.main_frame:
            first = False
            await route.fulfill(status=200, headers=headers, body=fetched.body)
        elif asked.resource_type in _LEFT_OUT:
            await route.abort()
        else:
            await route.continue_()

    await context.route("**/*", decide)


def _is_html(fetched: Fetched) -> bool:
    return "html" in (fetched.header("content-type") or "html").lower()


def _as_answer(fetched: Fetched, url: str, html: str, max_bytes: int) -> Fetched:
    body = html.encode("utf-8", "replace")
    if len(body) > max_bytes:
        return replace(fetched, body=b"", problem=Reason("too-large", "the page grew too large in the browser"))
    headers = tuple((name, value) for name, value in fetched.headers if name not in {"content-type", *_NOT_PASSED})
    final = url if url.startswith(("http://", "https://")) else fetched.final_url
    return replace(
        fetched, body=body, final_url=final, headers=(*headers, ("content-type", "text/html; charset=utf-8"))
    )
