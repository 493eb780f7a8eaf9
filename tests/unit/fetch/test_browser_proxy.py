"""The browser's way out: what it passes on, and what it never does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from monitor.fetch.browser_proxy import GuardingProxy
from monitor.fetch.guard import AddressGuard
from monitor.testing import FakeWeb, Reply
from tests.unit.fetch.test_browser import Names


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as found:
        yield found


@pytest.fixture
async def proxy() -> AsyncIterator[GuardingProxy]:
    async with GuardingProxy(AddressGuard.parse(["127.0.0.1"]), Names(), max_bytes=100_000) as found:
        yield found


async def say(proxy: GuardingProxy, request: str | bytes) -> bytes:
    """Everything that comes back for these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(request if isinstance(request, bytes) else request.encode())
        async with asyncio.timeout(5):
            return await reader.read(-1)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_a_request_goes_on_in_its_own_form(proxy: GuardingProxy, web: FakeWeb) -> None:
    web.route("/a", Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    head = f"GET {web.url('/a?b=1')} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\n\r\n"
    assert (await say(proxy, head)).endswith(b"ok")
    seen = web.requests[0]
    assert (seen.target, seen.headers["x-own"], seen.headers["connection"]) == ("/a?b=1", "1", "close")
    assert "proxy-connection" not in seen.headers


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://127.0.0.169/", "address"),
        ("http://metadata.test/latest/", "address"),
        ("http://169.254.169.254/", "address"),
        ("ftp://127.0.0.1/", "url"),
        ("file:///etc/passwd", "url"),
        ("http://[::1", "url"),
    ],
)
async def test_what_may_not_be_asked_is_refused(proxy: GuardingProxy, target: str, code: str) -> None:
    answer = await say(proxy, f"GET {target} HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")
    assert [reason.code for reason in proxy.refused] == [code]


async def test_tunnels_are_checked_alike(proxy: GuardingProxy, web: FakeWeb) -> None:
    assert (await say(proxy, "CONNECT metadata.test:443 HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 403")
    closing = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    web.route("/t", closing)
    answer = await say(proxy, f"CONNECT 127.0.0.1:{web.port} HTTP/1.1\r\n\r\nGET /t HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 Connection established")
    assert answer.endswith(b"ok")


async def test_only_one_request_is_passed_on_for_each_check(proxy: GuardingProxy, web: FakeWeb) -> None:
    web.route("/a", Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    await say(proxy, f"GET {web.url('/a')} HTTP/1.1\r\n\r\nGET {web.url('/b')} HTTP/1.1\r\nHost: other\r\n\r\n")
    assert [request.path for request in web.requests] == ["/a"]


async def test_a_page_may_load_so_much_and_no_more(proxy: GuardingProxy, web: FakeWeb) -> None:
    web.route("/big", Reply(b"x" * 50_000, endless=True))
    answer = await say(proxy, f"GET {web.url('/big')} HTTP/1.1\r\n\r\n")
    assert len(answer) <= 100_000
    assert [reason.code for reason in proxy.refused] == ["too-large"]


async def test_what_is_no_http_is_refused(proxy: GuardingProxy) -> None:
    assert (await say(proxy, b"\x16\x03\x01 nonsense\r\n\r\n")).startswith(b"HTTP/1.1 403")


async def test_a_host_that_takes_no_connections_is_a_refusal(proxy: GuardingProxy) -> None:
    assert (await say(proxy, "GET http://127.0.0.1:9/ HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 403")
    assert [reason.code for reason in proxy.refused] == ["refused"]
