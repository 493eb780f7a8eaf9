"""The page over an open monitor."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime

import structlog

from monitor.bootstrap.backtest import Backtest, backtest
from monitor.bootstrap.inspection import open_inspection
from monitor.bootstrap.monitor import Monitor
from monitor.errors import ConfigError
from monitor.loops.inspect import Inspection, inspect_address
from monitor.match.engine import Engine
from monitor.store.secrets import secret
from monitor.web.context import WebContext
from monitor.web.exposure import listen_of
from monitor.web.server import WebServer

log = structlog.get_logger("web")


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


async def open_page(monitor: Monitor, *, must: bool) -> WebServer | None:
    """The page, listening; None where the configuration wants none, or where it cannot be and need not (`must`).

    Raises `ConfigError` for an address that is open to others without a lock.  An address that is taken stops only a
    process that is there for the page: watching goes on without it.
    """
    listen = listen_of(monitor.setup.config.model.web)
    if listen is None:
        return None
    server = WebServer(await asyncio.to_thread(web_context, monitor), listen)
    try:
        await server.start()
    except ConfigError as error:
        if must:
            raise
        log.warning("no-page", error=error.message, remedy=error.remedy)
        return None
    return server
