"""PostgreSQL is restarted while it is written to: everybody waits, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio

from monitor.store import schema
from monitor.store.unit import Database, open_engine
from tests.postgresql import Server
from tests.scenario.numbers import writing

WRITES = 400


async def test_a_restart_under_load(own_server: Server) -> None:
    database = Database(open_engine(own_server.url()))
    schema.upgrade(database)
    async with writing(database, WRITES, pause_at=WRITES // 4):
        await asyncio.to_thread(own_server.stop)
        await asyncio.to_thread(own_server.start)
    database.dispose()
