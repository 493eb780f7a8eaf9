from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from monitor.bootstrap.first_look import first_look
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


async def test_the_first_look_tells_nobody(tmp_path: Path, fakeweb: FakeWeb) -> None:
    now = datetime.now(UTC)
    titles = {"The harbour could close": 2, "The harbour is open": 1, "The harbour of last week": 200}
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
    assert [(hit.title, hit.held) for hit in look.told] == [
        ("The harbour is open", False),
        ("The harbour could close", True),
    ]
    assert [source for source, _ in look.silent_sources] == ["gone"]
