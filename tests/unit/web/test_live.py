"""The hub of event streams, one by one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import StoreBusy
from monitor.store.articles import NewArticle, insert_articles
from monitor.store.pages import Filter, Line, position
from monitor.testing import FrozenClock
from monitor.web.live import Hub, read_position
from monitor.web.rendering import Reader
from tests.unit.web.away import SometimesAway, sometimes_away
from tests.unit.web.site import Site

READER = Reader("en", ZoneInfo("UTC"))


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path) -> Iterator[SometimesAway]:
    with sometimes_away(tmp_path, empty_sqlite) as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, database: SometimesAway) -> Site:
    return Site(tmp_path, database, FrozenClock())


class Drawn:
    """Draws lines and counts."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: Line, _reader: Reader) -> str:
        self.lines.append(line.title)
        return line.title


async def told(events: AsyncIterator[str]) -> tuple[str, str]:
    """The next event but signs of life, which come on a busy machine: its kind and its data."""
    text = await asyncio.wait_for(anext(events), 60)
    fields = dict(line.partition(": ")[::2] for line in text.splitlines())
    if fields.get("event") == "beat":
        return await told(events)
    return fields.get("event", ""), fields.get("data", "")


async def until(is_so: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends it."""
    for _ in itertools.count():
        if is_so():
            return
        await asyncio.sleep(0.01)


async def looked(hub: Hub, database: SometimesAway) -> None:
    """Until a look that began after now has been handed out."""
    enough = database.reads + 2
    await until(lambda: database.reads >= enough or not hub.streams)


async def begun(hub: Hub, draw: Drawn) -> AsyncIterator[str]:
    """A stream that is ready."""
    events = hub.events(Filter(), READER, draw, None)
    await told(events)
    assert (await told(events))[0] == "ready"
    return events


async def test_all_who_watch_cost_one_look_and_one_drawing(site: Site) -> None:
    hub, draw = Hub(site.database, look_s=0.01), Drawn()
    streams = [await begun(hub, draw) for _ in range(3)]
    site.article("Eilmeldung")
    assert [await told(events) for events in streams] == [("article", "Eilmeldung")] * 3
    assert draw.lines == ["Eilmeldung"]
    await hub.close()


async def test_after_the_last_has_gone_nobody_looks_any_more(site: Site, database: SometimesAway) -> None:
    hub = Hub(site.database, look_s=0.001)
    events = await begun(hub, Drawn())
    await events.aclose()  # type: ignore[attr-defined]
    await until(lambda: hub._looking is not None and hub._looking.done())
    before = database.reads
    await asyncio.sleep(0.1)
    assert database.reads == before
    again = await begun(hub, Drawn())
    site.article("Eilmeldung")
    assert await told(again) == ("article", "Eilmeldung")
    await hub.close()


async def test_a_hub_that_nobody_came_to_closes_as_well(site: Site) -> None:
    hub = Hub(site.database)
    await hub.close()
    assert hub.streams == 0


async def test_silence_is_broken_by_a_sign_of_life(site: Site) -> None:
    hub = Hub(site.database, look_s=60, beat_s=0.01)
    events = await begun(hub, Drawn())
    assert ["event: beat" in await anext(events) for _ in range(2)] == [True, True]
    await hub.close()


async def test_who_does_not_read_is_let_go_and_comes_back_by_its_position(site: Site, database: SometimesAway) -> None:
    hub = Hub(site.database, look_s=0.001, waiting=2)
    events = await begun(hub, Drawn())
    for number in range(4):
        site.article(f"Meldung {number}")
        await looked(hub, database)
    assert hub.streams == 0
    with pytest.raises(StopAsyncIteration):
        await told(events)
    await hub.close()


async def test_what_a_stream_caught_up_with_does_not_come_again(site: Site) -> None:
    hub, draw = Hub(site.database, look_s=0.01), Drawn()
    with site.database.reading() as connection:
        before = position(connection)
    first = await begun(hub, draw)
    second = hub.events(Filter(), READER, draw, before)
    await told(second)
    site.article("Eilmeldung")
    assert await told(first) == ("article", "Eilmeldung")
    assert await told(second) == ("article", "Eilmeldung")
    assert (await told(second))[0] == "ready"
    site.article("Danach")
    assert await told(second) == ("article", "Danach")
    await hub.close()


async def test_who_is_too_far_behind_loads_the_page_again(site: Site) -> None:
    articles = [NewArticle(title=f"Meldung {n}", url=f"https://wire.example/{n}") for n in range(1_100)]
    with site.database.unit() as connection:
        insert_articles(connection, [("wire", each) for each in articles], site.clock.now())
    hub = Hub(site.database, look_s=0.01)
    events = hub.events(Filter(hits=True), READER, Drawn(), read_position("0.0"))
    await told(events)
    assert (await told(events))[0] == "reset"
    await hub.close()


async def test_a_database_that_is_away_for_a_look_costs_nothing(site: Site, database: SometimesAway) -> None:
    hub = Hub(site.database, look_s=0.01)
    events = await begun(hub, Drawn())
    SometimesAway.away = True
    await looked(hub, database)
    SometimesAway.away = False
    site.article("Eilmeldung")
    assert await told(events) == ("article", "Eilmeldung")
    await hub.close()


@pytest.mark.parametrize("nth", range(1, 6))
async def test_whichever_of_its_first_looks_fails_a_stream_that_is_ready_misses_nothing(
    site: Site, database: SometimesAway, nth: int
) -> None:
    hub = Hub(site.database, look_s=0.02)
    SometimesAway.away_in = frozenset({database.reads + nth})
    events = hub.events(Filter(), READER, Drawn(), read_position("0.0"))
    await told(events)
    try:
        assert (await told(events))[0] == "ready"
    except StoreBusy:  # it ends, and the browser comes back
        events = await begun(hub, Drawn())
    site.article("Eilmeldung")
    assert await told(events) == ("article", "Eilmeldung")
    await hub.close()


async def test_news_that_a_stream_does_not_show_is_silence_to_it(site: Site) -> None:
    hub = Hub(site.database, look_s=0.001, beat_s=0.05)
    events = hub.events(Filter(language="fr"), READER, Drawn(), None)
    await told(events)
    assert (await told(events))[0] == "ready"

    async def news() -> None:
        for number in itertools.count():
            await asyncio.to_thread(site.article, f"Meldung {number}")

    busy = asyncio.create_task(news())
    assert "event: beat" in await anext(events)
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    await hub.close()


async def test_a_position_that_the_database_has_not_come_to_loads_the_page_again(site: Site) -> None:
    hub = Hub(site.database)
    for position_of_before in ("1000000.0", "0.1000000"):
        events = hub.events(Filter(), READER, Drawn(), read_position(position_of_before))
        await told(events)
        assert (await told(events))[0] == "reset"
        with pytest.raises(StopAsyncIteration):
            await told(events)
    await hub.close()
