"""The page follows the configuration: a changed address, a lock on the door, no page at all; over real sockets."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.bootstrap.monitor import Monitor, open_monitor
from monitor.bootstrap.page import Page
from monitor.errors import ConfigError
from monitor.testing.mailbox import free_port

REST = """database: 'sqlite:///m.db'
articles: {languages: []}
sources: [{id: quay, feed: 'https://quay.example/feed'}]
"""


@dataclass
class House:
    """A monitor with a page, and the file that says where it is."""

    path: Path
    monitor: Monitor
    page: Page

    async def write(self, section: str) -> None:
        write(self.path, section)
        await asyncio.to_thread(self.monitor.reload)
        await self.page.follow()

    def port(self) -> int | None:
        return None if self.page.listen is None else self.page.listen.port

    async def ask(self, path: str = "/", headers: str = "") -> str:
        """The status line and headers of an answer."""
        assert self.page.listen is not None
        reader, writer = await asyncio.open_connection(self.page.listen.host, self.page.listen.port)
        head = f"GET {path} HTTP/1.1\r\nHost: {self.page.listen.host}\r\nAccept: text/html\r\nConnection: close\r\n"
        writer.write(f"{head}{headers}\r\n".encode())
        answer = (await asyncio.wait_for(reader.read(), 60)).decode()
        writer.close()
        return answer.partition("\r\n\r\n")[0]

    async def status(self) -> int:
        return int((await self.ask()).split(" ", 2)[1])


@pytest.fixture(autouse=True)
def migrated(tmp_path: Path, empty_sqlite: Path) -> None:
    shutil.copyfile(empty_sqlite, tmp_path / "m.db")


def write(path: Path, section: str) -> None:
    path.write_text(f"{REST}web: {section}\n", encoding="utf-8")


@asynccontextmanager
async def house(folder: Path, section: str, role: str = "all") -> AsyncIterator[House]:
    path = folder / "config.yaml"
    write(path, section)
    async with open_monitor(path, writes=role != "web") as monitor:
        page = Page(monitor, role)
        try:
            await page.follow()
            yield House(path, monitor, page)
        finally:
            await page.close()


async def test_a_password_locks_the_door_at_once(tmp_path: Path) -> None:
    async with house(tmp_path, "{listen: '127.0.0.1:0'}") as here:
        before = here.port()
        assert await here.status() == 200
        stream, writer = await asyncio.open_connection("127.0.0.1", here.port())
        writer.write(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asyncio.wait_for(stream.readuntil(b"event: ready"), 60)

        await here.write("{listen: '127.0.0.1:0', auth: {password: 'open sesame', tokens: [{name: a, token: t}]}}")
        assert here.port() == before
        assert "location: /login" in await here.ask()
        assert " 200 " in await here.ask("/api/rules", "Authorization: Bearer t\r\n")
        await asyncio.wait_for(stream.readuntil(b"\r\n0\r\n\r\n"), 60)  # streams from before end
        writer.close()

        await here.write("{listen: '127.0.0.1:0', auth: {password: 'open sesame', tokens: [{name: a, token: u}]}}")
        assert "location: /login" in await here.ask("/api/rules", "Authorization: Bearer t\r\n")
        await here.write("{listen: '127.0.0.1:0'}")
        assert await here.status() == 200


async def test_it_moves_goes_and_comes(tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    async with house(tmp_path, f"{{listen: '127.0.0.1:{first}'}}") as here:
        await here.write(f"{{listen: '127.0.0.1:{second}'}}")
        assert (here.port(), await here.status()) == (second, 200)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", first)
        await here.write("{listen: 'off'}")
        assert here.port() is None
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", second)
        await here.write(f"{{listen: '127.0.0.1:{first}'}}")
        assert await here.status() == 200


async def test_what_cannot_be_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        async with house(tmp_path, "{listen: '127.0.0.1:0'}") as here:
            await here.write(f"{{listen: '127.0.0.1:{taken}'}}")
            assert here.port() != taken
            assert await here.status() == 200
            with pytest.raises(ConfigError, match="can be reached by others"):
                await here.write("{listen: '0.0.0.0:0'}")
            await here.page.follow()
            assert await here.status() == 200


async def test_a_taken_address_ends_only_who_is_there_for_the_page(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        section = f"{{listen: '127.0.0.1:{other.getsockname()[1]}'}}"
        async with house(tmp_path, section) as here:
            assert here.port() is None
        with pytest.raises(ConfigError, match="cannot listen"):
            async with house(tmp_path, section, "web"):
                pass
        async with house(tmp_path, section, "poller") as here:
            assert here.port() is None
