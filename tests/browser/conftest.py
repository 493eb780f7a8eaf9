"""A real Chromium before a real daemon; skipped, with the reason, where there is none."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb
from monitor.testing.web import Reply

T = TypeVar("T")

PATIENCE_S = 90
"""For each step: a second, but for a machine that is busy with other things."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CONFIG = """\
database: 'sqlite:///monitor.db'
timezone: Europe/Berlin
articles: {{languages: []}}          # no dictionaries: these tests need none
fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0, min_every: 1s}}
channels:
  screen: {{to: 'console://'}}
  post: {{mail: {{to: desk@example.org, server: 127.0.0.1, port: 9}}}}    # nobody listens there
defaults: {{alert: {{to: [screen]}}}}
web: {web}
sources:
  - {{id: nordblick, name: Nordblick, feed: '{feed}', every: 1h}}   # asked by hand
watchlist:
  # what the desk wants
  - id: strike
    name: Strikes
    match: 'Streik OR strike'
"""
ITEM = (
    "<item><guid>{n}</guid><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>"
    "<description>{text}</description></item>"
)


@dataclass
class Newsstand:
    """A feed that says what a test wants it to say."""

    web: FakeWeb
    titles: list[str]

    def publish(self, *titles: str) -> None:
        self.titles += titles
        self._show()

    def _show(self) -> None:
        now = datetime.now(UTC)
        items = [
            ITEM.format(
                n=number,
                title=title.replace("&", "&amp;").replace("<", "&lt;"),
                link=self.web.url(f"/{number}"),
                date=format_datetime(now - timedelta(minutes=number)),
                text="Text der Meldung.",
            )
            for number, title in enumerate(self.titles)
        ]
        body = f'<rss version="2.0"><channel><title>Nordblick</title>{"".join(items)}</channel></rss>'
        self.web.route("/feed", Reply(body, headers={"Content-Type": "application/rss+xml; charset=utf-8"}))


@dataclass
class Desk:
    """A running daemon with its page, and the feed that it watches."""

    url: str
    path: Path
    stand: Newsstand


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    binary = next((found for name in names if (found := shutil.which(name))), None)
    if binary is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=binary, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def _desk(folder: Path, titles: tuple[str, ...], web_section: str) -> Iterator[Desk]:
    with FakeWeb() as web, (folder / "daemon.log").open("wb") as out:
        stand = Newsstand(web, [])
        stand.publish(*titles)
        path = folder / "config.yaml"
        path.write_text(CONFIG.format(web=web_section, feed=web.url("/feed")), encoding="utf-8")
        command = [sys.executable, "-m", "monitor", "--config", str(path), "run"]
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            log = folder / "daemon.log"
            url = _page_of(log, process)
            _wait_for("the first poll", lambda: _articles(folder / "monitor.db") == len(titles), log, process)
            yield Desk(url, path, stand)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An open desk with some news."""
    titles = (
        "Langes Wort: " + "Donaudampfschifffahrt" * 12,
        "Wetter bleibt schön",
        "Bahn: Streik beginnt am Montag",
        "<b>Markup</b> & Ausstand",
        "إضراب عام في الموانئ يوقف العبارات",
        "Hafen: Streik der Lotsen legt Fähren lahm",
        "Stadtrat stimmt für neuen Kai",
        "Dock workers return after nine days",
    )
    web = "{listen: '127.0.0.1:0', public_url: 'https://news.example.org', subscribe: {enabled: true}}"
    with _desk(tmp_path_factory.mktemp("desk"), titles, web) as found:
        yield found


@pytest.fixture
def locked_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that asks for a password."""
    with _desk(tmp_path, ("Wetter",), "{listen: '127.0.0.1:0', auth: {password: 'open sesame'}}") as found:
        yield found


def _page_of(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address that the daemon says its page has, once it answers."""

    def said() -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+(?=\D)", log.read_text(encoding="utf-8", errors="replace"))
        return found[0] if found and _answers(found[0]) else ""

    return _wait_for("a page", said, log, process)


def _wait_for(what: str, found: Callable[[], T], log: Path, process: subprocess.Popen[bytes]) -> T:
    until = time.monotonic() + PATIENCE_S
    while not (got := found()):
        if process.poll() is not None or time.monotonic() > until:
            text = log.read_text(encoding="utf-8", errors="replace")
            pytest.fail(f"{what} is not there, and the daemon's status is {process.poll()}:\n{text}")
        time.sleep(0.1)
    return got


def _articles(path: Path) -> int:
    """How many have been taken in: the page is there before them."""
    database = Database(open_engine(f"sqlite:///{path}"))
    with database.reading() as connection:
        found = int(connection.execute(sa.select(sa.func.count()).select_from(t.article)).scalar_one())
    database.dispose()
    return found


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def locale() -> str:
    """The browser's language; tests may ask for another."""
    return "de-DE"


@pytest.fixture
def page(chromium: Any, locale: str) -> Iterator[Any]:
    """A tab; a test fails when its console shows an error."""
    context = chromium.new_context(
        locale=locale,
        timezone_id="Europe/Berlin",
        viewport={"width": 1200, "height": 800},
        reduced_motion="reduce",  # colours in the middle of an animation are nobody's to judge
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []
