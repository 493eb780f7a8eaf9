from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from monitor.bootstrap.beginning import FEEDS_PER_LANGUAGE, choose_feeds, first_look, read_catalogue, ready_made
from monitor.testing import FakeWeb, Reply

CONFIG = """
channels: {screen: {to: 'console://'}}
defaults: {alert: {to: [screen]}}
fetch: {allow_addresses: [127.0.0.1], host_spacing: 0}
sources:
  - {id: blatt, feed: 'URL/feed'}
  - {id: gone, feed: 'URL/none'}
watchlist: [{id: port, match: 'harbour NEAR/s (open OR close OR week)', guard: [hypothetical]}]
"""


def test_the_catalogue_is_well_formed() -> None:
    feeds = read_catalogue()
    assert len(feeds) >= 120
    assert {"de", "en", "ru", "fr"} <= {feed.language for feed in feeds}
    assert not [url for url, count in Counter(feed.feed for feed in feeds).items() if count > 1]
    assert not [name for name, count in Counter(feed.name for feed in feeds).items() if count > 1]


def test_feeds_that_fit_come_first() -> None:
    chosen = choose_feeds(read_catalogue(), ("en", "uk"), ("energy",))
    assert sum(feed.language == "en" for feed in chosen) == FEEDS_PER_LANGUAGE
    assert "energy" in chosen[0].topics


def test_every_ready_made_topic_finds_feeds() -> None:
    for topic in ready_made():
        assert choose_feeds(read_catalogue(), ("de",), (topic,)), topic


async def test_the_first_look_tells_nobody(tmp_path: Path, fakeweb: FakeWeb) -> None:
    now = datetime.now(UTC)
    titles = {"The harbour is open": 1, "The harbour could close": 2, "The harbour of last week": 200}
    items = "".join(
        f"<item><title>{title}</title><link>{fakeweb.url(f'/{hours}')}</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=hours))}</pubDate></item>"
        for title, hours in titles.items()
    )
    feed = f"<rss version='2.0'><channel><title>Blatt</title><language>en</language>{items}</channel></rss>"
    fakeweb.route("/feed", Reply(feed, headers={"Content-Type": "application/rss+xml"}))
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.replace("URL", fakeweb.url("")))
    look = await first_look(path)
    assert (look.articles, look.recent) == (3, 2)
    assert {(hit.title, hit.held) for hit in look.told} == {
        ("The harbour is open", False),
        ("The harbour could close", True),
    }
    assert [source for source, _ in look.silent_sources] == ["gone"]
