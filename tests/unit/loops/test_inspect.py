from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from monitor.clock import SystemClock
from monitor.errors import WorkerError
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.loops.inspect import Inspection, inspect_address, inspect_file, is_address
from monitor.testing.web import FakeWeb, Reply
from monitor.workers import InlineWorkers

T = TypeVar("T")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FEED = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>Quay</title>"
    b"<item><title>Ferry</title><link>/1</link><guid>1</guid></item></channel></rss>"
)
CARDS = "".join(
    f"<article class='card'><h2><a href='/news/2026/03/{n}-long-ferry-headline-{n}'>The ferry headline {n} is long"
    f"</a></h2><time datetime='2026-03-01'>1 March</time></article>"
    for n in range(12)
)
LISTING = f"<!doctype html><html><head><title>Quay</title></head><body><main>{CARDS}</main></body></html>"


async def look(path: Path, url: str | None = None) -> Inspection:
    return await inspect_file(str(path), url=url, workers=InlineWorkers(), now=NOW)


async def test_a_feed_in_a_file_is_resolved_against_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    found = await look(tmp_path / "feed.xml", "https://quay.example/rss")
    assert (found.kind, found.title, [e.url for e in found.entries]) == ("feed", "Quay", ["https://quay.example/1"])


async def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(FEED))
    assert (await look(tmp_path / "feed.xml.gz")).kind == "feed"


async def test_links_of_a_page_from_nowhere_have_no_made_up_host(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(LISTING)
    found = await look(tmp_path / "page.html")
    assert found.kind == "listing"
    assert found.listing is not None
    assert {link.url[:6] for link in found.listing.links} == {"/news/"}


async def test_a_missing_file_is_a_problem_not_an_exception(tmp_path: Path) -> None:
    found = await look(tmp_path / "none")
    assert found.failed
    assert found.problems[0].code == "no-file"


@pytest.mark.parametrize(
    ("target", "expected"), [("https://a.example/", True), ("a/b.html", False), ("ftp://a", False)]
)
def test_what_counts_as_an_address(target: str, expected: bool) -> None:
    assert is_address(target) is expected


async def test_an_address_is_fetched_and_its_status_told(fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply(FEED, status=404))
    async with HttpFetcher(FetchSettings(allow_addresses=("127.0.0.1",)), SystemClock()) as fetcher:
        found = await inspect_address(url, fetcher=fetcher, workers=InlineWorkers(), now=NOW)
    assert found.kind == "feed"
    assert found.problems[0].code == "http-status"
    assert found.steps[0].stage == "fetch"


async def test_where_an_address_led_is_a_step_of_its_own(fakeweb: FakeWeb) -> None:
    fakeweb.route("/there", Reply(FEED))
    url = fakeweb.route("/here", Reply(status=301, headers={"Location": "/there"}))
    async with HttpFetcher(FetchSettings(allow_addresses=("127.0.0.1",)), SystemClock()) as fetcher:
        found = await inspect_address(url, fetcher=fetcher, workers=InlineWorkers(), now=NOW)
    assert [step.stage for step in found.steps][:2] == ["redirect", "fetch"]
    assert (found.url, found.problems) == (fakeweb.url("/there"), ())


async def test_an_address_that_cannot_be_fetched_is_a_problem(fakeweb: FakeWeb) -> None:
    async with HttpFetcher(FetchSettings(allow_addresses=("127.0.0.1",)), SystemClock()) as fetcher:
        url = fakeweb.route("/", Reply(reset=True))
        found = await inspect_address(url, fetcher=fetcher, workers=InlineWorkers(), now=NOW)
    assert found.failed
    assert [problem.code for problem in found.problems] == ["reset"]


class DyingWorkers:
    """Every process dies of its document."""

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        raise WorkerError("took too long", code="timeout")


async def test_a_document_that_kills_its_process_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    found = await inspect_file(str(tmp_path / "feed.xml"), url=None, workers=DyingWorkers(), now=NOW)
    assert [(problem.code, problem.text) for problem in found.problems] == [("worker-timeout", "took too long")]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "image", "unreadable"),
        (b"<rss version='2.0'><channel>", "feed", "truncated"),
        (b"<html><head><title>Hi</title></head><body><p>Log in</p></body></html>", "listing", "no-story-links"),
        (b"Harbour reopens\n\nOn Monday.\n", "article", "empty"),
    ],
)
async def test_what_cannot_be_followed_says_what_it_is_and_why(
    tmp_path: Path, body: bytes, kind: str, code: str
) -> None:
    (tmp_path / "it").write_bytes(body)
    found = await look(tmp_path / "it")
    assert (found.kind, [problem.code for problem in found.problems]) == (kind, [code])
