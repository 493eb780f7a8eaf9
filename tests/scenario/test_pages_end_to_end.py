"""A source of each kind, from a configuration file to the mail: everything real, the clock too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.bootstrap.running import OnceReport, run_once
from monitor.testing import FakeWeb
from monitor.testing.mailbox import Mailbox
from tests.scenario.conftest import Item, rss
from tests.scenario.pages import article, home, links, news_sitemap, watched


@dataclass
class Desk:
    """A configuration, a mailbox, a web: `once` is `monitor once --all`."""

    web: FakeWeb
    mailbox: Mailbox
    folder: Path

    def configure(self, sources: str, rules: str) -> None:
        (self.folder / "config.yaml").write_text(
            f"""
database: sqlite:///monitor.db
articles: {{languages: [en]}}
fetch: {{host_spacing: 0, allow_addresses: [127.0.0.1], workers: 1}}
channels:
  desk: {{mail: {{to: desk@example.com, server: 127.0.0.1, port: {self.mailbox.port}, tls: none}}}}
defaults: {{alert: {{to: desk}}}}
sources:
{sources}
watchlist:
{rules}
""",
            encoding="utf-8",
        )

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
def desk(web: FakeWeb, tmp_path: Path) -> Iterator[Desk]:
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
