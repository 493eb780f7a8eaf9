from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path

import pytest
from aiohttp.abc import ResolveResult
from multidict import CIMultiDict
from yarl import URL

from monitor.clock import SystemClock
from monitor.fetch.decode import BadAnswer
from monitor.fetch.guard import BodyCaps
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.fetch.lenient import Careless, exchange, is_complete, read_answer, request_of
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, FrozenClock, Reply
from tests.unit.fetch.names import Names

NEWS = b"<rss>news</rss>"
LENGTH = f"Content-Length: {len(NEWS)}"
HALF = gzip.compress(NEWS, mtime=0)[:15]  # no time: every process has to call the tests by the same names
CHUNKS = b"5\r\n<rss>\r\na\r\nnews</rss>\r\n0\r\n\r\n"
SETTINGS = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, timeout_s=60, max_bytes=1_000_000)


def raw(*fields: str, body: bytes = NEWS, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1") + body


class Turning(Names):
    """A name that leads home, and somewhere else from the second look on."""

    def __init__(self, later: list[str]) -> None:
        super().__init__({"home.example": ["127.0.0.1"]})
        self._later = later

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        first = await super().resolve(host, port, family)
        self.names = {host: self._later}
        return first


CARELESS = [
    raw(LENGTH, LENGTH),
    raw(f"{LENGTH}, {len(NEWS)}"),
    raw("Content-Length: "),
    raw("Content-Length: -1"),
    raw("Transfer-Encoding: chunked", f"Content-Length: {len(NEWS)}", body=CHUNKS),
    raw("Connection: close", LENGTH, body=NEWS + b"<!-- served in 0.1 s -->"),
    raw("a line that is no header", LENGTH),
    raw("Server : odd", LENGTH),
    raw("X-Note: a\0b", LENGTH),
    raw(LENGTH).replace(b"HTTP/1.1 200", b"HTTP/1.1  200"),
]


def names() -> Names:
    return Names({"127.0.0.1": ["127.0.0.1"], "localhost": ["127.0.0.1"]})


async def fetch(url: str, *, verify_tls: bool = True) -> tuple[int | None, bytes, str | None]:
    async with HttpFetcher(SETTINGS, SystemClock(), resolver=names()) as fetcher:
        fetched = await fetcher.fetch(Request(url, verify_tls=verify_tls))
    return fetched.status, fetched.body, fetched.problem.code if fetched.problem else None


@pytest.mark.parametrize("answer", CARELESS)
async def test_answers_of_careless_servers_are_read(fakeweb: FakeWeb, answer: bytes) -> None:
    assert await fetch(fakeweb.route("/feed", Reply(raw=answer))) == (200, NEWS, None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (raw(LENGTH, LENGTH, "Content-Encoding: gzip", body=HALF), (None, b"", "truncated")),
        (raw(LENGTH, LENGTH, status="404 Not Found"), (404, NEWS, None)),
        (raw("Content-Length: 0", "Content-Length: 0", body=b""), (200, b"", None)),
        (raw("Content-Length: 0", "Content-Length: 0", "Location: /feed", status="301 Moved"), (200, NEWS, None)),
        (raw("Content-Length: 99", "Content-Length: 99"), (None, b"", "protocol")),
        (raw(LENGTH, LENGTH, body=NEWS).replace(b"HTTP/1.1", b"HTTP?"), (None, b"", "protocol")),
        (raw(*["Content-Length: 1100000"] * 2, body=b"x" * 1_100_000), (None, b"", "too-large")),
    ],
)
async def test_what_is_wrong_beyond_that_is_told_as_ever(
    fakeweb: FakeWeb, answer: bytes, expected: tuple[int | None, bytes, str | None]
) -> None:
    fakeweb.route("/feed", Reply(NEWS))
    assert await fetch(fakeweb.route("/odd", Reply(raw=answer))) == expected


async def test_a_careless_server_is_asked_twice_once_a_day(fakeweb: FakeWeb) -> None:
    clock = FrozenClock()
    url = fakeweb.route("/feed", Reply(raw=CARELESS[0]))
    other = fakeweb.route("/other", Reply(raw=CARELESS[1]))
    asked: list[int] = []
    async with HttpFetcher(SETTINGS, clock, resolver=names()) as fetcher:
        for address, wait_s in ((url, 0), (url, 0), (other, 86_399), (url, 1)):
            clock.advance(wait_s)
            before = len(fakeweb.seen("/feed")) + len(fakeweb.seen("/other"))
            assert (await fetcher.fetch(Request(address))).body == NEWS
            asked.append(len(fakeweb.seen("/feed")) + len(fakeweb.seen("/other")) - before)
    assert asked == [2, 1, 1, 2]


async def test_a_server_that_can_no_longer_be_read_by_hand_is_asked_as_others_are(fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply(raw=CARELESS[0]), Reply(raw=CARELESS[0]), Reply(raw=b"?"), Reply(NEWS))
    async with HttpFetcher(SETTINGS, FrozenClock(), resolver=names()) as fetcher:
        assert [(await fetcher.fetch(Request(url))).body for _ in range(3)] == [NEWS, NEWS, NEWS]
    assert len(fakeweb.seen("/feed")) == 5


def test_what_is_remembered_of_servers_does_not_grow() -> None:
    clock = FrozenClock()
    careless = Careless(clock.monotonic)
    for number in range(5):
        careless.learn(URL(f"https://n{number}.example/a"), read=True)
        clock.advance(50_000)
    assert [careless.knows(URL(f"https://n{number}.example/b")) for number in range(5)] == [False] * 3 + [False, True]
    assert len(careless._until_s) == 2


async def test_secure_connections_are_read_by_hand_as_well() -> None:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    with FakeWeb(tls=secure) as web:
        url = web.route("/feed", Reply(raw=CARELESS[0]))
        assert await fetch(url, verify_tls=False) == (200, NEWS, None)
        assert (await fetch(url))[2] == "tls"


async def test_the_address_is_checked_on_the_second_way_too(fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply(raw=CARELESS[0])).replace("127.0.0.1", "home.example")
    for later in (["10.0.0.1"], []):
        async with HttpFetcher(SETTINGS, SystemClock(), resolver=Turning(later)) as fetcher:
            fetched = await fetcher.fetch(Request(url))
        assert fetched.problem is not None
        assert fetched.problem.code == "protocol"


async def test_one_address_after_the_other_is_tried(fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply(raw=CARELESS[0])).replace("127.0.0.1", "home.example")
    both = replace(SETTINGS, allow_addresses=("127.0.0.1", "::1"))
    async with HttpFetcher(both, SystemClock(), resolver=Turning(["10.0.0.1", "::1", "127.0.0.1"])) as fetcher:
        assert (await fetcher.fetch(Request(url))).body == NEWS


def test_the_request_is_for_one_answer() -> None:
    sent = request_of(URL("http://paper.example:8080/f?a=%20b"), CIMultiDict({"User-Agent": "x"}))
    assert sent.startswith(b"GET /f?a=%20b HTTP/1.1\r\nHost: paper.example:8080\r\nUser-Agent: x\r\n")
    assert sent.endswith(b"Connection: close\r\n\r\n")
    assert b"Host: [::1]\r\n" in request_of(URL("https://[::1]/"), CIMultiDict())


@pytest.mark.parametrize(
    ("received", "complete"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (raw(LENGTH, body=NEWS[:-1]), False),
        (raw(LENGTH), True),
        (raw(LENGTH, body=NEWS + b"more"), True),
        (raw("Transfer-Encoding: Chunked", LENGTH, body=CHUNKS[:-1]), False),
        (raw("Transfer-Encoding: Chunked", body=CHUNKS), True),
        (raw("Server: x"), False),
    ],
)
def test_the_head_says_when_an_answer_is_complete(received: bytes, complete: bool) -> None:
    assert is_complete(received) is complete


@pytest.mark.parametrize("received", [b"", b"<html>", raw(LENGTH, body=b"<"), raw("Transfer-Encoding: chunked")])
def test_half_an_answer_is_none(received: bytes) -> None:
    with pytest.raises((HTTPException, ValueError)):
        read_answer(received)


async def test_no_more_is_taken_than_allowed(fakeweb: FakeWeb) -> None:
    url = URL(fakeweb.route("/feed", Reply("x" * 1_000, endless=True)))
    sock = socket.create_connection(("127.0.0.1", fakeweb.port))
    sock.setblocking(False)
    with pytest.raises(BadAnswer, match="larger"):
        await exchange(sock, url, CIMultiDict(), BodyCaps(500_000, 100.0), tls=None)


async def test_headers_without_end_are_not_read_to_their_end() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    writing = asyncio.create_task(asyncio.to_thread(_pour_headers, theirs))
    with pytest.raises(OSError, match="larger than any server needs"):
        await exchange(ours, URL("http://a.example/"), CIMultiDict(), BodyCaps(50_000_000, 100.0), tls=None)
    await writing


def _pour_headers(sock: socket.socket) -> None:
    with sock, suppress(OSError):
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100_000):
            sock.sendall(b"X: y\r\n" * 1_000)


@pytest.mark.parametrize(("raw", "text"), [(b"/caf\xe9", "/caf%E9"), (b"/caf\xc3\xa9", "/café")])
def test_headers_are_texts_in_any_charset(raw: bytes, text: str) -> None:
    answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + raw + b"\r\n\r\n"
    assert dict(read_answer(answer)[1])["location"] == text
