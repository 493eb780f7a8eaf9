"""The page before a database that is locked, and one whose server stops and starts: a message, and nothing lost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

from monitor.config.listen import Listen
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from monitor.web.server import WebServer
from tests.postgresql import Server
from tests.scenario.test_web import Stream, answer
from tests.unit.web.site import Site


class Held(Database):
    """A database whose units wait before they commit."""

    written: ClassVar[threading.Event] = threading.Event()
    may_end: ClassVar[threading.Event] = threading.Event()

    def _end(self, connection: sa.Connection) -> None:
        self.written.set()
        self.may_end.wait(60)
        Database._end(self, connection)


def test_a_form_waits_for_a_database_that_is_locked(tmp_path: Path, empty_sqlite: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(open_engine(f"sqlite:///{path}"))
    site = Site(tmp_path, database, FrozenClock())
    browser = site.browser()
    browser.get("/")
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        release.wait(60)
        other.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(60)
    assert browser.get("/").status == 200, "reading waits for nobody"
    threading.Timer(0.3, release.set).start()
    assert browser.post("/silences", {"kind": "rule", "subject": "strike"}).status == 303
    holder.join()
    assert [row.subject for row in site.run(sa.select(t.silence.c.subject))] == ["strike"]
    database.dispose()


async def test_a_server_that_stops_and_starts_is_said_and_forgiven(own_server: Server, tmp_path: Path) -> None:
    database = Database(open_engine(own_server.url()))
    await asyncio.to_thread(schema.upgrade, database)
    site = await asyncio.to_thread(Site, tmp_path, database, FrozenClock())
    page = WebServer(site.context, Listen("127.0.0.1", 0, open=True))
    await page.start()
    try:
        async with Stream(page) as stream:
            await stream.until("event: ready")
            await asyncio.to_thread(own_server.stop)
            away = await answer(page, "/")
            assert away.startswith("HTTP/1.1 503")
            assert "content-security-policy" in away
            assert (await answer(page, "/readyz")).startswith("HTTP/1.1 503")
            assert (await answer(page, "/healthz")).startswith("HTTP/1.1 200")
            await asyncio.to_thread(own_server.start)
            await asyncio.to_thread(site.article, "After the break")
            await stream.until("After the break")
        assert (await answer(page, "/")).startswith("HTTP/1.1 200")
    finally:
        await page.stop()
        database.dispose()


async def test_an_article_whose_unit_began_earlier_and_ended_later_comes_as_well(
    postgresql_url: str, tmp_path: Path
) -> None:
    database = Database(open_engine(postgresql_url))
    await asyncio.to_thread(schema.upgrade, database)
    site = await asyncio.to_thread(Site, tmp_path, database, FrozenClock())
    slow = await asyncio.to_thread(Site, tmp_path, database, FrozenClock())
    patient = {"options": "-c idle_in_transaction_session_timeout=0"}
    slow.database = Held(open_engine(sa.make_url(postgresql_url).update_query_dict(patient).render_as_string(False)))
    page = WebServer(site.context, Listen("127.0.0.1", 0, open=True))
    await page.start()
    try:
        async with Stream(page) as stream:
            await stream.until("event: ready")
            overtaken = asyncio.create_task(asyncio.to_thread(slow.article, "Slow", source="other"))
            await asyncio.to_thread(Held.written.wait, 60)
            await asyncio.to_thread(site.article, "Quick")
            await stream.until("Quick")
            await stream.until("\n\n")
            Held.may_end.set()
            await overtaken
            await stream.until("Slow")
    finally:
        Held.may_end.set()
        slow.database.dispose()
        await page.stop()
        database.dispose()
