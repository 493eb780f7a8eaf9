"""Answers that the HTTP library refuses although browsers read them: asked for by hand, read by the standard library.

Servers state a length twice, or beside chunks, or in characters rather than bytes; they write lines among the headers
that are none.  Refusing that protects a server behind a proxy (request smuggling).  Here, one answer is read from a
connection of its own, which is closed then.
"""

from __future__ import annotations

import asyncio
import io
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPResponse, IncompleteRead
from typing import cast

from multidict import CIMultiDict
from yarl import URL

from monitor.fetch.decode import BadAnswer
from monitor.fetch.guard import BodyCaps

PIECE = 65_536
LARGEST_HEAD = 131_072
"""Bytes; a server that speaks carelessly is no reason to read megabytes of lines that are none."""
REMEMBERED_S = 86_400.0
_HIGH = re.compile(rb"[\x80-\xff]")
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:.*\bchunked\b", re.IGNORECASE | re.MULTILINE)


class Careless:
    """Origins that are known to answer so, each for a day: until then they are not asked both ways at every poll."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._until_s: dict[URL, float] = {}

    def knows(self, url: URL) -> bool:
        """Whether the origin of `url` is to be read by hand at once."""
        return self._until_s.get(url.origin(), 0.0) > self._now_s()

    def learn(self, url: URL, *, read: bool) -> None:
        """An answer of the origin could be read by hand, or (`read` false) could not, so it is asked as others are."""
        origin = url.origin()
        if not read:
            self._until_s.pop(origin, None)
        elif not self.knows(url):
            now_s = self._now_s()
            self._until_s = {each: until_s for each, until_s in self._until_s.items() if until_s > now_s}
            self._until_s[origin] = now_s + REMEMBERED_S


class _Received:
    """What `HTTPResponse` wants of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


async def exchange(
    sock: socket.socket, url: URL, headers: CIMultiDict[str], caps: BodyCaps, *, tls: ssl.SSLContext | None
) -> bytes:
    """All bytes that a GET of `url` brings over this connected socket, which is closed.

    Raises `OSError`, and `BadAnswer` where there are more of them than `caps` allows.
    """
    name = url.raw_host if tls is not None else None
    reader, writer = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=name)
    try:
        writer.write(request_of(url, headers))
        raw = bytearray()
        while not is_complete(raw) and (piece := await reader.read(PIECE)):
            raw += piece
            if problem := caps.decide(len(raw), len(raw)):
                raise BadAnswer(problem)
            if len(raw) > LARGEST_HEAD and raw.find(_END_OF_HEAD, 0, LARGEST_HEAD) < 0:
                raise OSError("the headers are larger than any server needs")
        return bytes(raw)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def request_of(url: URL, headers: CIMultiDict[str]) -> bytes:
    """The request as it is sent: HTTP/1.1, for one answer."""
    fields = {"Host": url.host_port_subcomponent or "", **headers, "Connection": "close"}
    lines = [f"GET {url.raw_path_qs} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def is_complete(raw: bytes | bytearray) -> bool:
    """Whether nothing more is to come, as the head says it: servers may keep the connection all the same."""
    end = raw.find(_END_OF_HEAD)
    if end < 0:
        return False
    head = raw[:end]
    if _CHUNKED.search(head):
        return raw.endswith(b"\r\n0\r\n\r\n")
    length = _LENGTH.search(head)
    return length is not None and len(raw) - end - len(_END_OF_HEAD) >= int(length.group(1))


def read_answer(raw: bytes) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers (lower-case names) and body.

    Chunks go before a length, the first of several lengths holds, and what comes behind it does not count.  Raises
    `http.client.HTTPException` or `ValueError` for what is no answer, or not a whole one.
    """
    response = HTTPResponse(cast("socket.socket", _Received(raw)), method="GET")
    response.begin()
    if response.length is not None and response.length > len(raw):
        raise IncompleteRead(raw, response.length - len(raw))
    headers = tuple(
        (name.lower(), field_text(value.encode("latin-1", "replace"))) for name, value in response.headers.items()
    )
    return response.status, headers, response.read()


def field_text(raw: bytes) -> str:
    """The value of a header: UTF-8, or else with each byte beyond ASCII as addresses have it: it may be one."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _HIGH.sub(lambda byte: b"%%%02X" % ord(byte.group()), raw).decode("ascii")
