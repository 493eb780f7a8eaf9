"""An article's pages where the process that reads them dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from monitor.errors import WorkerError
from monitor.extract.article import extract_article
from monitor.loops.context import LoopSettings
from monitor.loops.pages import PageReader
from monitor.model.article import TextState
from monitor.model.fetched import Fetched
from monitor.testing import FrozenClock

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://news.example/1"
TEXT = "".join(f"<p>The council decided on bridge number {n} after a long debate in the hall.</p>" for n in range(9))
PAGE = f"<html><head><title>Bridge</title></head><body><article><h1>Bridge</h1>{TEXT}</article></body></html>"
T = TypeVar("T")


class Workers:
    """Runs what extracts an article unless it is to die of that, and dies of everything else."""

    def __init__(self, *, dies: bool, live: bool = False) -> None:
        self.dies, self.live = dies, live

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        called: Any = function
        if self.dies or called.func is not extract_article:
            raise WorkerError("stopped after 20 s", code="timeout")
        found: Any = function(*args)
        return replace(found, live=self.live)  # type: ignore[no-any-return]


class Here:
    """What the reader needs of a loop's context."""

    def __init__(self, workers: Workers) -> None:
        self.workers, self.clock, self.settings, self.fetcher = workers, FrozenClock(), LoopSettings(), None


async def read(workers: Workers) -> Any:
    async def renew() -> None:
        return

    context: Any = Here(workers)
    answer = Fetched(URL, URL, 200, (("content-type", "text/html"),), PAGE.encode(), (), NOW, 0.1)
    return await PageReader(context, None, "Bridge", renew).read(answer)


async def test_the_title_stays_and_the_reason_is_told() -> None:
    found = (await read(Workers(dies=True))).extracted
    assert (found.title, found.text, found.text_state) == ("Bridge", "", TextState.TITLE)
    assert found.text_reason.code == "worker-timeout"


async def test_a_live_page_whose_entries_cannot_be_told_apart_is_read_as_a_whole() -> None:
    found = await read(Workers(dies=False, live=True))
    assert found.ticker is None
    assert "bridge number 8" in found.extracted.text
