"""A source of each kind, from a configuration file to the mail: everything real, the clock too."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.bootstrap.running import OnceReport, run_once
from monitor.cli.main import run
from monitor.fetch.browser import NAMES
from monitor.testing import FakeWeb, Reply
from monitor.testing.mailbox import Mailbox
from monitor.workers import WorkerPool
from tests.scenario.conftest import Item, rss
from tests.scenario.pages import HEADLINES, article, document, home, links, news_sitemap, slug, watched


@dataclass
class Desk:
    """A configuration, a mailbox, a web: `once` is `monitor once --all`."""

    web: FakeWeb
    mailbox: Mailbox
    folder: Path

    def configure(self, sources: str, rules: str, *, more: str = "") -> None:
        """`more` is an address that a second channel, `hook`, posts JSON to."""
        hook = f"\n  hook: {{to: '{more.replace('http', 'json', 1)}'}}" if more else ""
        (self.folder / "config.yaml").write_text(
            f"""
database: sqlite:///monitor.db
articles: {{languages: [en]}}
fetch: {{host_spacing: 0, allow_addresses: [127.0.0.1], workers: 1}}
channels:
  desk: {{mail: {{to: desk@example.com, server: 127.0.0.1, port: {self.mailbox.port}, tls: none}}}}{hook}
defaults: {{alert: {{to: desk}}}}
sources:
{sources}
watchlist:
{rules}
""",
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> str:
        """What a command prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert run(["--config", str(self.folder / "config.yaml"), *arguments]) == 0
        return out.getvalue()

    async def once(self) -> OnceReport:
        return await run_once(self.folder / "config.yaml", everything=True)

    def mails(self) -> list[str]:
        """Subject and text of each mail."""
        return [f"{each.message['subject']}\n{each.text}" for each in self.mailbox.received]

    def mail_about(self, address: str) -> str:
        """The one mail that names the address."""
        (found,) = (mail for mail in self.mails() if address in mail.split())
        return found


@pytest.fixture
def desk(web: FakeWeb, workers: WorkerPool, tmp_path: Path, empty_sqlite: Path) -> Iterator[Desk]:
    shutil.copyfile(empty_sqlite, tmp_path / "monitor.db")
    mailbox = Mailbox()
    mailbox.start()
    yield Desk(web, mailbox, tmp_path)
    mailbox.stop()


TOPICS = {
    "feed": ("Harbour quay widened after two years", "/quay", "quay"),
    "page": ("Farmers warn of a poor potato harvest", "/news/2026/01/farmers-warn-of-a-poor-potato-harvest", "potato"),
    "sitemap": ("Museum shows maps of drowned villages", "/museum", "museum"),
    "site": ("School roof repaired before winter term", "/school", "roof"),
}


async def test_each_kind_of_source_leads_to_its_mail(desk: Desk) -> None:
    web = desk.web
    for kind, (title, path, word) in TOPICS.items():
        web.route(path, article(title, word, seed=kind))
    before, after = links("council", "ferry", "court", "river", "tram"), links("potato", "council", "ferry", "court")
    web.route("/feed", rss(), rss(Item(TOPICS["feed"][0], web.url("/quay"), "1", text="The council decided.")))
    web.route("/page", before, after)
    web.route(
        "/map.xml",
        news_sitemap({web.url("/old"): "Old story"}),
        news_sitemap({web.url("/museum"): TOPICS["sitemap"][0], web.url("/old"): "Old story"}),
    )
    web.route("/site", home("/site-feed"))
    web.route("/site-feed", rss(Item("Old", "/o", "0")), rss(Item(TOPICS["site"][0], "/school", "1", text="Done.")))
    web.route("/notices", watched(), watched("Embargo: the ministry has suspended all exports of grain."))
    sources = [f"  - {{id: {kind}, {kind}: '{web.url('/' + kind)}'}}" for kind in ("feed", "page", "site")]
    sources += [
        f"  - {{id: sitemap, sitemap: '{web.url('/map.xml')}'}}",
        f"  - {{id: w, watch: '{web.url('/notices')}'}}",
    ]
    words = [*(word for _, _, word in TOPICS.values()), "embargo"]
    desk.configure("\n".join(sources), "\n".join(f"  - {{id: {word}, match: {word}}}" for word in words))
    first = await desk.once()
    assert (first.gathered.polled, first.gathered.failed) == (5, 0)
    assert desk.mails() == []
    second = await desk.once()
    assert (second.gathered.new, second.courier.dead) == (5, 0)
    assert len(desk.mails()) == 5
    for title, path, word in TOPICS.values():
        mail = desk.mail_about(web.url(path))
        assert title in mail
        assert word in mail.lower()
    notice = desk.mail_about(web.url("/notices"))
    assert "suspended all exports" in notice
    assert "Notice 3" not in notice
    assert (await desk.once()).courier.sent == 0


EVIL = "Quay\r\nBcc: victim@example.com\n\n<script>alert(1)</script> @everyone \x1b[31mred\x1b[0m <b>bold</b>"
EVIL_TEXT = f"<p>The quay <img src=x onerror=alert(2)> {EVIL}</p><p>javascript:alert(3)</p>"


async def test_markup_and_line_breaks_of_a_feed_reach_nobody(desk: Desk) -> None:
    hook = desk.web.route("/hook", Reply("ok"))
    item = Item("TITLE", "http://evil.example/a\r\nBcc:%20x@example.com?<script>", "1", content=EVIL_TEXT)
    feed = rss(item).replace("TITLE", f"<![CDATA[{EVIL}]]>")
    desk.web.route("/feed", rss(), feed)
    rule = "  - {id: quay, name: Quay, match: quay, alert: {to: [desk, hook]}}"
    desk.configure(f"  - {{id: feed, name: Feed, feed: '{desk.web.url('/feed')}'}}", rule, more=hook)
    await desk.once()
    await desk.once()
    (mail,) = desk.mailbox.received
    assert mail.recipients == ("desk@example.com",)
    assert mail.message["Bcc"] is None
    assert all(char.isprintable() for name in mail.message for char in str(mail.message[name]))
    shown = mail.message.get_body(("html",))
    assert shown is not None
    html = shown.get_content()
    assert "<script" not in html
    assert "<img src=x" not in html
    assert 'href="javascript' not in html
    assert "\x1b" not in html + mail.text + str(mail.message["subject"])
    posted = json.loads(desk.web.seen("/hook")[0].body)
    assert "\x1b" not in str(posted)
    for command in (("articles", "list"), ("articles", "show", "1"), ("alerts", "list"), ("sources", "show", "feed")):
        assert "\x1b[31m" not in desk.run(*command)


needs_browser = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or not any(map(shutil.which, NAMES)),
    reason="needs the extra `browser` and Chromium on PATH",
)
SHELL = document(
    "News",
    "<div id='app'></div><noscript>Please enable JavaScript.</noscript><script>fetch('/data' + location.pathname)"
    ".then(r => r.text()).then(t => { document.getElementById('app').innerHTML = t; })</script>",
)


@needs_browser
@pytest.mark.browser
async def test_a_site_of_scripts_is_followed_with_a_browser(desk: Desk) -> None:
    web = desk.web
    web.route("/page", SHELL)
    web.route("/data/page", links("council", "ferry", "court"), links("potato", "council", "ferry"))
    path = slug("potato")
    web.route(path, SHELL)
    web.route(f"/data{path}", article(HEADLINES["potato"], "harvest", seed="potato"))
    sources = f"""
  - {{id: shown, page: '{web.url("/page")}', render: true}}
  - {{id: plain, page: '{web.url("/page?plain")}'}}
"""
    desk.configure(sources, "  - {id: harvest, match: 'harvest AND district'}")
    assert (await desk.once()).gathered.failed == 1
    assert "render: true" in desk.run("sources", "show", "plain")
    await desk.once()
    assert "concerns everybody" in desk.mail_about(web.url(path))


async def test_without_a_browser_its_source_says_what_is_missing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    desk.configure(
        f"  - {{id: shown, page: '{desk.web.route('/page', SHELL)}', render: true}}", "  - {id: a, match: a}"
    )
    assert (await desk.once()).gathered.failed == 1
    shown = desk.run("sources", "show", "shown")
    assert "health: failing" in shown
    assert "`render: true` needs" in shown
