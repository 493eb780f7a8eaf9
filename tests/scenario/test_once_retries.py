"""A mail server that is down for one pass costs nothing: the next full pass delivers each message once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.bootstrap.running import run_once
from monitor.testing.mailbox import Mailbox
from monitor.testing.web import FakeWeb
from tests.scenario.pages import article

pytestmark = pytest.mark.usefixtures("workers")
ITEM = "<item><title>Ferry {0} sails</title><link>/{0}</link><guid>{0}</guid><description>It left.</description></item>"


def feed(*numbers: int) -> str:
    items = "".join(ITEM.format(number) for number in numbers)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Quay</title>{items}</channel></rss>"


@pytest.fixture(autouse=True)
def migrated(tmp_path: Path, empty_sqlite: Path) -> None:
    shutil.copyfile(empty_sqlite, tmp_path / "m.db")


def configured(folder: Path, *, channel: str, articles: str, url: str, match: str) -> Path:
    """A configuration with one channel, one source and one rule."""
    path = folder / "config.yaml"
    path.write_text(
        f"database: 'sqlite:///m.db'\nchannels: {{desk: {channel}}}\n"
        f"defaults: {{alert: {{to: [desk], group_by: none}}}}\n"
        f"fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0}}\narticles: {articles}\n"
        f"sources: [{{id: quay, feed: '{url}'}}]\nwatchlist: [{{id: ferry, match: '{match}'}}]\n"
    )
    return path


async def test_down_for_one_pass(fakeweb: FakeWeb, tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.start()
    mailbox.stop()
    url = fakeweb.route("/feed", feed(1), feed(1, 2, 3), feed(1, 2, 3))
    channel = f"{{mail: {{to: desk@example.org, server: 127.0.0.1, port: {mailbox.port}}}}}"
    articles = "{full_text: never, languages: []}"
    path = configured(tmp_path, channel=channel, articles=articles, url=url, match="ferry")
    await run_once(path, everything=True)
    down = await run_once(path, everything=True)
    assert (down.courier.sent, down.courier.retried, down.courier.dead) == (0, 2, 0)
    mailbox.start()
    up = await run_once(path, everything=True)
    again = await run_once(path, everything=True)
    mailbox.stop()
    assert (up.courier.sent, again.courier.sent) == (2, 0)
    assert sorted(str(mail.message["X-Monitor-Article"]) for mail in mailbox.received) == ["2", "3"]


async def test_alerts_of_pages_that_are_read_side_by_side_are_all_counted(fakeweb: FakeWeb, tmp_path: Path) -> None:
    for number in range(2, 8):
        fakeweb.route(f"/{number}", article(f"Ferry {number} sails", "ferry", seed=str(number)))
    url = fakeweb.route("/feed", feed(1), feed(*range(1, 8)))
    channel = "{to: 'console://'}"
    path = configured(tmp_path, channel=channel, articles="{languages: []}", url=url, match="district")
    await run_once(path, everything=True)
    report = await run_once(path, everything=True)
    assert (report.read.read, report.as_json()["told"], report.courier.sent) == (6, 6, 6)
