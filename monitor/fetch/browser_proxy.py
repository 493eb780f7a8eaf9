"""The way out for a browser: a proxy on loopback that dials nothing that the fetcher itself would not.

A browser resolves names and follows redirects by itself, so checking what it is told to open proves nothing.  Here it
has no other way: every name is resolved and every address checked by the guard, and exactly the checked address is
dialled.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import cast
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver

from monitor.fetch.guard import AddressGuard
from monitor.model.reasons import Reason

MAX_HEAD = 65_536
_CHUNK = 65_536
_OURS = re.compile(rb"^(?:proxy-[\w-]+|connection|keep-alive|upgrade|te)\s*:", re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length\s*:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)


class _Refused(Exception):
    """A request that is not passed on; the reason is in `args`."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The head of a request: CONNECT, or one in absolute form with what is sent on in its place."""

    host: str
    port: int
    tunnel: bool
    onward: bytes = b""
    body: int = 0


@dataclass
class GuardingProxy:
    """An HTTP proxy on 127.0.0.1; an asynchronous context manager.

    `max_bytes` is what all its answers together may hold.  `refused` lists what was not passed on.  One request a
    connection: what a browser sends after it would go to a host that was checked for another request.
    """

    guard: AddressGuard
    resolver: AbstractResolver
    max_bytes: int
    connect_timeout_s: float = 10.0
    port: int = 0
    refused: list[Reason] = field(default_factory=list)
    _taken: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> GuardingProxy:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=MAX_HEAD)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # either side has gone, or the page is finished with
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            asked = _read_head(head)
            far_reader, far_writer = await self._dial(asked)
        except _Refused as refused:
            reason: Reason = refused.args[0]
            self.refused.append(reason)
            text = reason.text.encode("utf-8", "replace")
            writer.write(
                b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(text) + text
            )
            await writer.drain()
            writer.write_eof()
            return
        try:
            await self._pass_on(asked, (reader, writer), (far_reader, far_writer))
        finally:
            far_writer.transport.abort()

    async def _dial(self, asked: _Asked) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first of the host's addresses that the guard lets through and that answers."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.connect_timeout_s):
                for address in await self._addresses(asked):
                    with suppress(OSError):
                        return await asyncio.open_connection(address, asked.port)
        raise _Refused(Reason("refused", f"{asked.host}:{asked.port} takes no connections"))

    async def _addresses(self, asked: _Asked) -> list[str]:
        try:
            found = await self.resolver.resolve(asked.host, asked.port, socket.AF_UNSPEC)
        except OSError as error:
            raise _Refused(Reason("dns", f"the name {asked.host} could not be resolved")) from error
        verdicts = [(each["host"], self.guard.decide(each["host"])) for each in found]
        allowed = [address for address, reason in verdicts if reason is None]
        if not allowed:
            refused = next((reason for _, reason in verdicts if reason is not None), None)
            raise _Refused(refused or Reason("dns", f"the name {asked.host} leads nowhere"))
        return allowed

    async def _pass_on(
        self,
        asked: _Asked,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        if not asked.tunnel:
            far[1].write(asked.onward + await near[0].readexactly(asked.body))
            await self._pour(far[0], near[1])
            return
        near[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        sending = asyncio.create_task(self._pour(near[0], far[1], count=False))
        try:
            await self._pour(far[0], near[1])
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await sending

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, count: bool = True) -> None:
        while chunk := await source.read(_CHUNK):
            self._taken += len(chunk) if count else 0
            if self._taken > self.max_bytes:
                self.refused.append(Reason("too-large", f"the page loads more than {self.max_bytes / 1e6:.0f} MB"))
                return
            target.write(chunk)
            await target.drain()


def _read_head(head: bytes) -> _Asked:
    """What a browser asks a proxy for; `_Refused` where it is no HTTP."""
    first, _, rest = head.partition(b"\r\n")
    method, target, version = (*first.split(b" "), b"", b"")[:3]
    if not version.startswith(b"HTTP/1."):
        raise _Refused(Reason("protocol", "the browser sent what is no request"))
    try:
        text = target.decode("ascii")
        parts = urlsplit(f"//{text}" if method == b"CONNECT" else text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _Refused(Reason("url", "an address that cannot be asked for")) from error
    if not host or (method != b"CONNECT" and parts.scheme != "http"):
        raise _Refused(Reason("url", f"{text[:200]} is no web address"))
    if method == b"CONNECT":
        return _Asked(host, port or 443, tunnel=True)
    path = text[text.index(parts.netloc) + len(parts.netloc) :] or "/"
    kept = [line for line in rest.split(b"\r\n") if line and not _OURS.match(line)]
    length = _LENGTH.search(rest)
    onward = b"\r\n".join([b"%s %s HTTP/1.1" % (method, path.encode()), *kept, b"Connection: close", b"", b""])
    return _Asked(host, port or 80, tunnel=False, onward=onward, body=int(length[1]) if length else 0)
