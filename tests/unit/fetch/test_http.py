from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import pytest

from monitor.clock import SystemClock
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, Reply


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    settings = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, timeout_s=5, max_bytes=1_000_000)
    async with HttpFetcher(settings, SystemClock()) as made:
        yield made


async def test_an_answer_comes_with_its_headers_and_unpacked_body(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    packed = Reply(gzip.compress(b"news"), headers={"ETag": 'W/"1"', "Content-Encoding": "gzip"})
    fetched = await fetcher.fetch(Request(fakeweb.route("/feed", packed)))
    assert (fetched.status, fetched.body, fetched.header("etag"), fetched.problem) == (200, b"news", 'W/"1"', None)
