"""What the pages are given of a monitor."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from monitor.bootstrap.monitor import open_monitor
from monitor.bootstrap.web import web_context
from monitor.testing import FakeWeb

CONFIG = """database: 'sqlite:///monitor.db'
articles: {languages: []}
fetch: {workers: 1}
watchlist: [{id: port, match: harbour}]
"""


async def test_pages_see_the_monitor_as_it_is_and_ask_nothing_of_its_own_network(
    tmp_path: Path, empty_sqlite: Path, fakeweb: FakeWeb
) -> None:
    shutil.copyfile(empty_sqlite, tmp_path / "monitor.db")
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    async with open_monitor(path) as monitor:
        context = web_context(monitor)
        assert context.secret == web_context(monitor).secret
        path.write_text(CONFIG.replace("harbour", "quay"))
        reloaded = monitor.reload()
        assert context.running() is reloaded
        now = monitor.clock.now()
        engine = monitor.setup.checked.engine
        assert context.backtest(engine, "port", now - timedelta(days=1), now).articles == 0
        inspected = await context.inspect(fakeweb.url("/"))
    assert inspected.problems
    assert fakeweb.requests == []
