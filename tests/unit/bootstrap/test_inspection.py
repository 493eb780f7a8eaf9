"""What `inspect` may ask: this machine's own network only where a person has typed its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.bootstrap.inspection import open_inspection
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, Reply


@pytest.mark.parametrize(
    ("typed", "asked"), [("http://127.0.0.1/x", "127.0.0.1"), ("http://localhost:1/", "localhost")]
)
async def test_a_private_address_that_was_typed_is_asked(
    typed: str, asked: str, tmp_path: Path, fakeweb: FakeWeb
) -> None:
    fakeweb.route("/", Reply("here"))
    async with open_inspection(tmp_path / "none.yaml", typed=[typed]) as (fetcher, workers, clock):
        fetched = await fetcher.fetch(Request(f"http://{asked}:{fakeweb.port}/"))
        assert fetched.body == b"here"
        assert await workers.run(int, timeout_s=20) == 0
        assert clock.now().tzinfo is not None


@pytest.mark.parametrize("typed", [[], ["http://news.example/"], ["http://[127.0.0.1"], ["127.0.0.1"]])
async def test_one_that_was_not_is_refused(typed: list[str], tmp_path: Path, fakeweb: FakeWeb) -> None:
    async with open_inspection(tmp_path / "none.yaml", typed=typed) as (fetcher, _, _):
        fetched = await fetcher.fetch(Request(fakeweb.url("/")))
    assert fetched.problem is not None
    assert fakeweb.requests == []
