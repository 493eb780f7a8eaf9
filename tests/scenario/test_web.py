"""The page over real sockets: a ticker that breaks off resumes, a database that is away comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from monitor.config.listen import Listen
from monitor.errors import ConfigError
from monitor.testing import FrozenClock
from monitor.web.server import WebServer
from tests.unit.web.away import SometimesAway, sometimes_away
from tests.unit.web.site import Site


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path) -> Iterator[SometimesAway]:
    with sometimes_away(tmp_path, empty_sqlite) as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, database: SometimesAway) -> Site:
    return Site(tmp_path, database, FrozenClock())


@pytest.fixture
async def server(site: Site) -> AsyncIterator[WebServer]:
    found = WebServer(site.context, Listen("127.0.0.1", 0, open=True))
    await found.start()
    yield found
    await found.stop()


class Stream:
    """One browser's event stream."""

    def __init__(self, server: WebServer, last: str = "") -> None:
        self._server, self.last = server, last

    async def __aenter__(self) -> Stream:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._server.listen.port)
        resume = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        self._writer.write(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n{resume}\r\n".encode())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def until(self, words: str) -> str:
        """Everything up to a line with these words; keeps the position that was told last."""
        heard = ""
        while words not in heard:
            line = (await asyncio.wait_for(self._reader.readline(), 60)).decode()
            assert line, "the stream ended"
            heard += line
            if line.startswith("id: "):
                self.last = line.removeprefix("id: ").strip()
        return heard


async def test_a_ticker_that_broke_off_gets_what_it_missed_and_nothing_twice(site: Site, server: WebServer) -> None:
    async with Stream(server) as stream:
        await stream.until("event: ready")
        await asyncio.to_thread(site.article, "One Streik")
        await stream.until("One")
        await stream.until("\n\n")
        last = stream.last
    await asyncio.to_thread(site.article, "Two")
    await asyncio.to_thread(site.article, "Three")
    async with Stream(server, last) as again:
        heard = await again.until("event: ready")
    assert "Two" in heard
    assert "Three" in heard
    assert "One" not in heard


async def test_a_database_that_is_briefly_away_costs_no_news(site: Site, server: WebServer) -> None:
    async with Stream(server) as stream:
        await stream.until("event: ready")
        SometimesAway.away = True
        assert (await answer(server, "/")).startswith("HTTP/1.1 503")
        assert "briefly away" in await answer(server, "/api/articles")
        await asyncio.sleep(1.5)
        SometimesAway.away = False
        await asyncio.to_thread(site.article, "After the break")
        await stream.until("After the break")
    assert (await answer(server, "/")).startswith("HTTP/1.1 200")


async def test_a_change_of_the_configuration_at_the_same_address_ends_streams_and_no_connection(
    site: Site, server: WebServer
) -> None:
    port = server.listen.port
    async with Stream(server) as stream:
        await stream.until("event: ready")
        await server.change(Listen("127.0.0.1", 0, open=False))
        await stream.until("\r\n0\r\n")
    assert (server.listen.port, server.listen.open) == (port, False)
    assert (await answer(server, "/alerts")).startswith("HTTP/1.1 401")
    assert server.is_at(Listen("127.0.0.1", 0, open=True))
    assert not server.is_at(Listen("127.0.0.1", 1, open=True))


async def test_a_page_that_never_listened_can_be_stopped(site: Site) -> None:
    await WebServer(site.context, Listen("127.0.0.1", 0, open=True)).stop()


async def test_an_address_that_is_taken_is_said_so(site: Site, server: WebServer) -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        await WebServer(site.context, Listen("127.0.0.1", server.listen.port, open=True)).start()


async def answer(server: WebServer, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.listen.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    text = (await asyncio.wait_for(reader.read(), 60)).decode(errors="replace")
    writer.close()
    return text
