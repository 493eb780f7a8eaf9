"""What every `Fetcher` owes its callers, whatever it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from monitor.clock import SystemClock
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.model.fetched import Fetched, Request
from monitor.ports import Fetcher
from monitor.testing import FakeWeb, Reply

CODES = {
    "dns", "refused", "timeout", "tls", "reset", "truncated", "too-large", "bomb", "redirects", "address", "url",
    "robots", "proxy", "protocol", "headers", "postponed",
}  # fmt: skip


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with HttpFetcher(FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0), SystemClock()) as made:
        yield made


@pytest.mark.parametrize(
    "reply",
    [
        Reply("news"),
        Reply(status=500),
        Reply(reset=True),
        Reply("news", cut_at=1),
        Reply(raw=b"\0\0\0\0\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nnews"),
        Reply(raw=b"HTTP/1.1 99999 Odd\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nnews"),
        Reply(status=302, headers={"Location": "\udcff\udcfe"}),
        Reply(status=302, headers={"Location": "http://a" + "b" * 300 + "/"}),
        Reply(status=302, headers={"Location": "http://:80/"}),
        Reply("news", headers={"Content-Encoding": "gzip"}),
        Reply("news", headers={"ETag": "\udcff"}),
    ],
)
async def test_a_fetch_ends_in_an_answer_or_a_named_problem(fetcher: Fetcher, fakeweb: FakeWeb, reply: Reply) -> None:
    request = Request(fakeweb.route("/feed", reply), timeout_s=60)
    fetched = await fetcher.fetch(request)
    assert isinstance(fetched, Fetched)
    assert fetched.url == request.url
    assert (fetched.status is None) == (fetched.problem is not None)
    if fetched.problem is not None:
        assert fetched.problem.code in CODES
        assert fetched.problem.text
        assert (fetched.body, fetched.headers) == (b"", ())
    assert all(name == name.lower() for name, _ in fetched.headers)
    assert fetched.started_at.tzinfo is not None


async def test_what_came_back_can_be_sent_again(fetcher: Fetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply("news", headers={"ETag": "\udcff", "Last-Modified": "\udcfe"}))
    first = await fetcher.fetch(Request(url))
    again = await fetcher.fetch(Request(url, etag=first.header("etag"), last_modified=first.header("last-modified")))
    assert again.problem is None


async def test_a_port_that_speaks_no_tls_is_named_as_that(fetcher: Fetcher) -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        fetched = await fetcher.fetch(Request(f"https://127.0.0.1:{port}/feed", timeout_s=60))
    assert fetched.problem is not None
    assert (fetched.problem.code, "is its address http://?" in fetched.problem.text) == ("tls", True)
