from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from monitor.store.pages import Filter, Line, position
from monitor.web.live import Hub, read_position
from monitor.web.rendering import Reader
from tests.unit.web.site import Site

READER = Reader("en", ZoneInfo("UTC"))


def _ids(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-id="(\d+)"', html)]


def test_the_newest_stands_on_top_or_at_the_bottom(site: Site) -> None:
    numbers = [site.article(f"Meldung {n}") for n in range(3)]
    assert _ids(site.browser().get("/").text) == numbers[::-1]
    assert _ids(site.browser().get("/?order=oldest").text) == numbers


def test_older_ones_are_a_page_away(site: Site) -> None:
    numbers = [site.article(f"Meldung {n}") for n in range(60)]
    first = site.browser().get("/").text
    before = re.search(r"before=(\d+)", first)
    assert before is not None
    assert _ids(first) + _ids(site.browser().get(f"/?before={before[1]}").text) == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("source=wire", ["c"]),
        ("language=en", ["c"]),
        ("rule=strike", ["c", "b"]),
        ("hits=1", ["c", "b"]),
        ("story=5", ["b"]),
        ("story=5&rule=strike", ["b"]),
        ("story=6&rule=strike", []),
        ("source=nordblick&rule=strike", ["b"]),
        ("source=nordblick&language=en", []),
        ("rule=strike&language=en", ["c"]),
        ("", ["c", "b", "a"]),
    ],
)
def test_filters_leave_what_fits(site: Site, query: str, expected: list[str]) -> None:
    made = {
        "a": site.article("Wetter", story=6),
        "b": site.article("Streik", story=5),
        "c": site.article("A strike", source="wire", language="en"),
    }
    assert _ids(site.browser().get(f"/?{query}").text) == [made[name] for name in expected]


def _draw(line: Line, _reader: Reader) -> str:
    return line.title


async def _next(events: AsyncIterator[str]) -> tuple[str, str]:
    text = await asyncio.wait_for(anext(events), 60)
    fields = dict(line.partition(": ")[::2] for line in text.splitlines())
    if fields.get("event") == "beat":  # a sign of life, on a busy machine
        return await _next(events)
    return fields.get("event", ""), fields.get("data", fields.get("retry", ""))


async def test_a_stream_tells_what_comes(site: Site) -> None:
    hub = Hub(site.database, look_s=0.01)
    events = hub.events(Filter(), READER, _draw, None)
    assert await _next(events) == ("", "2000")
    assert (await _next(events))[0] == "ready"
    site.article("Eilmeldung")
    assert await _next(events) == ("article", "Eilmeldung")
    await hub.close()
    with pytest.raises(StopAsyncIteration):
        await _next(events)


async def test_a_broken_stream_resumes_where_it_was(site: Site) -> None:
    with site.database.reading() as connection:
        before = position(connection)
    site.article("Während der Pause", "Ein Streik.")
    hub = Hub(site.database, look_s=0.01)
    events = hub.events(Filter(rule="strike"), READER, _draw, before)
    await _next(events)
    assert await _next(events) == ("article", "Während der Pause")
    assert (await _next(events))[0] == "ready"
    await hub.close()


async def test_a_stream_that_lags_far_behind_starts_over(site: Site) -> None:
    for number in range(12):
        site.article(f"Meldung {number}")
    hub = Hub(site.database, look_s=0.01)
    hub_events = hub.events(Filter(), READER, _draw, read_position("0.0"))
    seen = [await _next(hub_events) for _ in range(14)]
    assert seen[-1][0] == "ready"
    await hub.close()


async def test_nobody_watching_means_no_looking(site: Site) -> None:
    hub = Hub(site.database, look_s=0.01)
    events = hub.events(Filter(), READER, _draw, None)
    await _next(events)
    assert hub.streams == 1
    await events.aclose()  # type: ignore[attr-defined]
    assert hub.streams == 0
    await hub.close()


@pytest.mark.parametrize("text", ["", "x", "1", "1.x", "-1.2", "１.２", "1.2.3"])
def test_a_position_that_is_none_is_ignored(text: str) -> None:
    assert read_position(text) is None
