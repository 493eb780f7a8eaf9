"""Pages that need a browser.  The browser's own tests are skipped where there is none."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.extract.article import extract_article
from monitor.fetch.browser import NAMES, BrowserFetcher, room_for_sockets
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.model.article import TextState
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, FrozenClock, Reply

SETTINGS = FetchSettings(host_spacing_s=0.0, allow_addresses=("127.0.0.1",), timeout_s=60.0)
HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = " ".join(f"Sentence {n} of the report says what the council decided about the quay." for n in range(12))

needs_browser = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or not any(map(shutil.which, NAMES)),
    reason="needs the extra `browser` and Chromium on PATH",
)


class Names(AbstractResolver):
    """Every name leads to this machine, except those that lead where nobody may go."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = {"metadata.test": "169.254.169.254", "127.0.0.169": "127.0.0.169"}.get(host, host)
        found: ResolveResult = {
            "hostname": host,
            "host": address if address[0].isdigit() else "127.0.0.1",
            "port": port,
            "family": socket.AF_INET,
            "proto": 0,
            "flags": 0,
        }
        return [found]

    async def close(self) -> None:
        pass


@pytest.fixture
async def fetcher() -> AsyncIterator[BrowserFetcher]:
    inner = HttpFetcher(SETTINGS, FrozenClock(), resolver=Names())
    async with inner, BrowserFetcher(inner, SETTINGS, resolver=Names()) as found:
        yield found


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as found:
        yield found


def page(script: str, body: str = "<div id='app'></div>") -> Reply:
    head = "<!doctype html><html lang='en'><head><title>Council decides</title></head>"
    noscript = "<noscript>Please enable JavaScript.</noscript>"
    return Reply(f"{head}<body>{body}{noscript}<script>{script}</script></body></html>", headers=HTML)


SHOW = """
fetch('/api').then(r => r.json()).then(story => {
  document.getElementById('app').innerHTML =
    `<main><article><h1>${story.title}</h1><p>${story.text}</p><img src="/photo.png"></article></main>`;
});
"""


async def test_without_render_nothing_changes(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    fetched = await fetcher.fetch(Request(web.route("/story", page(SHOW))))
    read = extract_article(fetched.body, url=fetched.final_url, content_type=fetched.header("content-type"))
    assert read.text_reason is not None
    assert (read.text_reason.code, "render: true" in read.text_reason.text) == ("needs-javascript", True)


async def test_without_a_browser_the_hint_says_what_is_missing(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with HttpFetcher(SETTINGS, FrozenClock()) as inner, BrowserFetcher(inner, SETTINGS) as fetcher:
        fetched = await fetcher.fetch(Request(web.route("/story", page(SHOW)), render=True))
    assert fetched.problem is not None
    assert fetched.problem.code == "needs-browser"
    assert fetched.body == b""


async def test_a_proxy_cannot_be_combined_with_rendering(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    async with HttpFetcher(SETTINGS, FrozenClock()) as inner:
        through = BrowserFetcher(inner, replace(SETTINGS, proxy="http://127.0.0.1:9"))
        async with through:
            fetched = await through.fetch(Request(web.route("/story", page(SHOW)), render=True))
    assert (fetched.problem is not None, "proxy" in str(fetched.problem)) == (True, True)


async def test_failures_and_other_documents_are_passed_on(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    gone = await fetcher.fetch(Request(web.route("/gone", Reply("x", status=410)), render=True))
    assert gone.status == 410
    pdf = Reply(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    assert (await fetcher.fetch(Request(web.route("/a.pdf", pdf), render=True))).body == b"%PDF-1.4"


@needs_browser
@pytest.mark.browser
async def test_a_page_of_scripts_yields_its_article(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    web.route("/api", Reply(f'{{"title": "Council decides on the quay", "text": "{TEXT}"}}'))
    fetched = await fetcher.fetch(Request(web.route("/story", page(SHOW)), render=True, etag='"1"'))
    assert fetched.problem is None
    read = extract_article(fetched.body, url=fetched.final_url, content_type=fetched.header("content-type"))
    assert (read.title, read.text_state) == ("Council decides on the quay", TextState.FULL)
    assert read.text == TEXT
    assert len(web.seen("/story")) == 1
    assert "if-none-match" not in web.seen("/story")[0].headers
    assert web.seen("/photo.png") == []
    assert web.seen("/api")[0].headers["user-agent"] == SETTINGS.agent_line


REACH = """
const tries = ['http://127.0.0.169:%d/', 'http://metadata.test/latest/', 'https://metadata.test/',
               'http://169.254.169.254/latest/meta-data/'];
Promise.all(tries.map(url => fetch(url, {mode: 'no-cors'}).then(r => r.text()).catch(e => 'no'))).then(texts => {
  document.getElementById('app').innerHTML = '<p id="done">' + texts.map(t => t.length).join() + '</p>';
});
const frame = document.createElement('iframe');
frame.src = tries[0]; document.body.append(frame);
"""


@needs_browser
@pytest.mark.browser
async def test_no_script_reaches_what_the_fetcher_may_not(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    with FakeWeb(host="127.0.0.169") as secret:
        secret.route("/", Reply("secret", headers={"Access-Control-Allow-Origin": "*"}))
        fetched = await fetcher.fetch(Request(web.route("/evil", page(REACH % secret.port)), render=True))
        assert fetched.problem is None
        assert b'id="done"' in fetched.body
        assert b"secret" not in fetched.body
        assert secret.requests == []


@needs_browser
@pytest.mark.browser
async def test_a_page_that_never_ends_is_ended(web: FakeWeb) -> None:
    settings = replace(SETTINGS, timeout_s=4.0)
    async with HttpFetcher(settings, FrozenClock()) as inner, BrowserFetcher(inner, settings) as fetcher:
        fetched = await fetcher.fetch(Request(web.route("/loop", page("while (true) {}")), render=True))
    assert fetched.problem is not None
    assert fetched.problem.code == "timeout"


async def test_without_the_extra_the_hint_says_how_to_get_it(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    url = web.route("/", page(""))
    async with HttpFetcher(SETTINGS, FrozenClock()) as inner, BrowserFetcher(inner, SETTINGS) as fetcher:
        found = await fetcher.fetch(Request(url, render=True))
    assert found.problem is not None
    assert found.problem.code == "needs-browser"
    assert "news-monitor[browser]" in found.problem.text


@pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="needs the extra `browser`")
async def test_a_browser_that_does_not_start_is_told_as_such(web: FakeWeb) -> None:
    url = web.route("/", page(""))
    inner = HttpFetcher(SETTINGS, FrozenClock())
    async with inner, BrowserFetcher(inner, SETTINGS, executable="/bin/false") as fetcher:
        found = await fetcher.fetch(Request(url, render=True))
    assert found.problem is not None
    assert found.problem.code == "browser"
    assert found.problem.text.startswith("the browser could not show it: ")


@pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="needs the extra `browser`")
async def test_a_driver_that_does_not_start_says_what_it_needs(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    url = web.route("/", page(""))
    inner = HttpFetcher(SETTINGS, FrozenClock())
    async with inner, BrowserFetcher(inner, SETTINGS, executable="/bin/false") as fetcher:
        found = await fetcher.fetch(Request(url, render=True))
    assert found.problem is not None
    assert (found.problem.code, "browser.conf" in found.problem.text) == ("needs-browser", True)


@needs_browser
@pytest.mark.browser
async def test_a_page_that_grows_too_large_in_the_browser_is_refused(fetcher: BrowserFetcher, web: FakeWeb) -> None:
    url = web.route("/", page("document.body.append('x'.repeat(3000000))"))
    found = await fetcher.fetch(Request(url, render=True, max_bytes=1_000_000))
    assert found.problem is not None
    assert (found.problem.code, found.body) == ("too-large", b"")


@pytest.mark.parametrize(
    ("folder", "taken"), [("/tmp", "/tmp"), ("/" + 61 * "a", "/" + 61 * "a"), ("/" + 62 * "a", "/tmp")]
)
def test_the_browsers_socket_has_room_for_its_path(folder: str, taken: str) -> None:
    assert room_for_sockets(folder) == taken
