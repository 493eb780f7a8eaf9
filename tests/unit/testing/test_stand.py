from __future__ import annotations

import asyncio
import io
import os
import urllib.request
from collections.abc import Callable

import pytest

from monitor.errors import UsageError
from monitor.testing.newsroom.content import read_edition
from monitor.testing.newsroom.stand import serve_newsroom


async def _lines(said: asyncio.Queue[str], count: int, after: Callable[[], object] = lambda: None) -> list[str]:
    after()
    async with asyncio.timeout(60):
        return [await said.get() for _ in range(count)]


async def test_it_serves_until_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    edition, said = read_edition(), asyncio.Queue[str]()
    serving = asyncio.create_task(serve_newsroom(said.put_nowait, edition, first_port=0))
    lines = await _lines(said, len(edition.outlets))
    address = lines[0].split()[0]
    page = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=60).read().decode())
    assert "Fähre zwischen den Inseln" in page
    assert "Kreml" not in page
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_enter_publishes_the_next_article(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read) as keyboard:

        class Terminal:
            def isatty(self) -> bool:
                return True

            def fileno(self) -> int:
                return keyboard.fileno()

            def readline(self) -> str:
                return keyboard.readline()

        monkeypatch.setattr("sys.stdin", Terminal())
        said = asyncio.Queue[str]()
        serving = asyncio.create_task(serve_newsroom(said.put_nowait, read_edition(), first_port=0))
        await _lines(said, len(read_edition().outlets) + 1)
        os.write(write, b"\n")
        assert await _lines(said, 1) == ["published: Kreml: Putin und Biden sprachen per Video"]
        while (await _lines(said, 1, after=lambda: os.write(write, b"\n")))[0] != "that was all":
            pass
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        os.close(write)


async def test_ports_that_are_taken_are_named() -> None:
    edition, said = read_edition(), asyncio.Queue[str]()
    serving = asyncio.create_task(serve_newsroom(said.put_nowait, edition, first_port=0))
    lines = await _lines(said, len(edition.outlets))
    taken = int(lines[-1].split()[0].rstrip("/").rsplit(":", 1)[1])
    with pytest.raises(UsageError, match="cannot listen"):
        await serve_newsroom(said.put_nowait, edition, first_port=taken)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
