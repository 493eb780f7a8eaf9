"""What the pages need of an open monitor."""

from __future__ import annotations

import os
from datetime import datetime

from monitor.bootstrap.backtest import Backtest, backtest
from monitor.bootstrap.inspection import open_inspection
from monitor.bootstrap.monitor import Monitor
from monitor.loops.inspect import Inspection, inspect_address
from monitor.match.engine import Engine
from monitor.store.secrets import secret
from monitor.web.context import WebContext


def web_context(monitor: Monitor) -> WebContext:
    """What the pages need of the monitor."""

    def backtested(engine: Engine, rule_id: str, since: datetime, until: datetime) -> Backtest:
        return backtest(monitor.database, engine, rule_id, since=since, until=until)

    async def inspect(address: str) -> Inspection:
        # Whoever opens the page need not be who runs the machine: addresses of its own network stay refused.
        async with open_inspection(monitor.path) as (fetcher, workers, clock):
            return await inspect_address(address, fetcher=fetcher, workers=workers, now=clock.now())

    with monitor.database.unit(lock="configuration") as connection:
        key = secret(connection, "web", fresh=os.urandom(32))
    return WebContext(
        database=monitor.database,
        clock=monitor.clock,
        lexicon=monitor.lexicon,
        cache=monitor.cache,
        path=monitor.path,
        secret=key,
        running=lambda: monitor.setup,
        backtest=backtested,
        inspect=inspect,
    )
