"""A real HTTP server on this machine whose answers are written down in the test.

::

    with FakeWeb() as web:
        web.route("/feed", Reply(FEED, headers={"ETag": '"1"'}), Reply(status=304))
        ...                       # ask web.url("/feed"): first the feed, then 304 for ever
        assert web.requests[1].headers["if-none-match"] == '"1"'

It speaks plain HTTP/1.1 from a thread of its own, so synchronous and asynchronous tests can use it alike.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it came in.

    `target` is path and query; `headers` have lower-case names; `count` is 1 for the first one of its path.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    count: int = 1

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and how badly it behaves.

    `delay_s` passes before the status line.  `drip_s` is the pause after each byte of the body.  `cut_at` breaks the
    connection after that many bytes of body; `reset` breaks it before any answer.  `chunked` sends chunks of that size
    in place of a Content-Length.  `endless` repeats the body for ever.  `raw` is sent as it is, in place of all this.
    """

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drip_s: float = 0.0
    cut_at: int | None = None
    reset: bool = False
    chunked: int | None = None
    endless: bool = False
    raw: bytes | None = None

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


BEGINNING_TURNS = 20
"""Accepted connections begin within so many turns of the loop."""
PATIENCE_S = 60.0
"""So long the server's thread may take to begin and to end: a moment, but for a machine that is busy otherwise."""
CLOSING_S = 0.01
"""Aborted connections close in the next turns of the loop, those with TLS in several."""

Answerer = Callable[[SeenRequest], Reply]


class FakeWeb:
    """The server; a context manager.  `tls` makes it speak https.  Unknown paths get 404.

    `requests` lists what was asked, in order; `busiest` is the most requests that were being answered at one time.
    """

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._tls = tls
        self._routes: dict[str, tuple[Reply | Answerer, ...]] = {}
        self._counts: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-web", daemon=True)
        self._answering = 0
        self.requests: list[SeenRequest] = []
        self.busiest = 0
        self.port = 0

    def route(self, path: str, *replies: Reply | Answerer | bytes | str) -> str:
        """Answer `path` with these in turn, the last one for ever; a function is asked anew each time.

        A path that ends with `*` answers whatever begins like it and has no route of its own.  Returns the address of
        the path.
        """
        self._routes[path] = tuple(Reply(each) if isinstance(each, bytes | str) else each for each in replies)
        self._counts.pop(path, None)
        return self.url(path)

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"{'http' if self._tls is None else 'https'}://{self._host}:{self.port}{path}"

    def seen(self, path: str) -> list[SeenRequest]:
        """The requests for one path, in order."""
        return [request for request in self.requests if request.path == path]

    def __enter__(self) -> FakeWeb:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(PATIENCE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._connected, self._host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await _turns()  # a task that is cancelled before its first step never closes what it was given
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        await asyncio.sleep(CLOSING_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await self._read(reader)) is not None:
                await self._answer(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError, _HangUp):
            pass
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> SeenRequest | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return None
        first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = urlsplit(target).path
        self._counts[path] = self._counts.get(path, 0) + 1
        request = SeenRequest(method, target, headers, body, self._counts[path])
        self.requests.append(request)
        return request

    async def _answer(self, request: SeenRequest, writer: asyncio.StreamWriter) -> None:
        replies = self._routes.get(request.path) or self._open_route(request.path)
        chosen = replies[min(request.count, len(replies)) - 1]
        self._answering += 1
        self.busiest = max(self.busiest, self._answering)
        try:
            await _send(chosen if isinstance(chosen, Reply) else chosen(request), request, writer)
        finally:
            self._answering -= 1

    def _open_route(self, path: str) -> tuple[Reply | Answerer, ...]:
        fitting = (route for route in self._routes if route.endswith("*") and path.startswith(route[:-1]))
        return self._routes.get(max(fitting, key=len, default=""), (Reply("no such path", status=404),))


async def _turns() -> None:
    for _ in range(BEGINNING_TURNS):
        await asyncio.sleep(0)


class _HangUp(Exception):
    """The reply wants the connection to end here."""


async def _send(reply: Reply, request: SeenRequest, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(reply.delay_s)
    if reply.reset:
        _reset(writer)
        raise _HangUp
    if reply.raw is not None:
        writer.write(reply.raw)
        await _hang_up(writer)
    writer.write(_head(reply))
    if request.method != "HEAD" and reply.status not in {204, 304}:
        await _send_body(reply, writer)
    await writer.drain()


def _head(reply: Reply) -> bytes:
    headers = dict(reply.headers)
    if reply.chunked is not None:
        headers["Transfer-Encoding"] = "chunked"
    elif not reply.endless and reply.status not in {204, 304}:
        headers.setdefault("Content-Length", str(len(reply.content)))
    phrase = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "Odd"
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


async def _send_body(reply: Reply, writer: asyncio.StreamWriter) -> None:
    content = reply.content if reply.cut_at is None else reply.content[: reply.cut_at]
    while reply.endless:
        writer.write(content)
        await writer.drain()
    if reply.drip_s:
        for byte in content:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(reply.drip_s)
    elif reply.chunked is not None:
        for start in range(0, len(content), reply.chunked):
            piece = content[start : start + reply.chunked]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if reply.cut_at is None:
            writer.write(b"0\r\n\r\n")
    else:
        writer.write(content)
    await writer.drain()
    if reply.cut_at is not None:
        await _hang_up(writer)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    raise _HangUp


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a crashing server or a firewall does."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
