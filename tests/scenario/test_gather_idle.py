"""Polls that brought nothing: kept for some seconds and committed together, without holding up their host."""

from __future__ import annotations

from monitor.loops.gather import Gathering
from monitor.store import due
from monitor.testing import Reply
from tests.scenario.conftest import Newsroom


async def _ask_all(gathering: Gathering) -> None:
    while gathering.in_hand:
        await gathering.wait_for_room()


def _leased(newsroom: Newsroom) -> int:
    return sum(newsroom.row(name).lease_owner is not None for name in newsroom.specs)


async def test_they_wait_for_each_other(newsroom: Newsroom) -> None:
    newsroom.source("a", newsroom.web.route("/a", Reply(status=304)))
    newsroom.clock.advance(minutes=20)
    gathering = Gathering(newsroom.context)
    await gathering.start_due()
    await _ask_all(gathering)
    await gathering.flush_due()
    assert _leased(newsroom) == 1, "it waits for others"
    newsroom.clock.advance(seconds=newsroom.settings.flush_after_s)
    await gathering.flush_due()
    assert _leased(newsroom) == 0


async def test_a_host_is_not_held_up(newsroom: Newsroom) -> None:
    for name in ("a", "b", "c"):
        newsroom.source(name, newsroom.web.route(f"/{name}", Reply(status=304)))
    newsroom.clock.advance(minutes=20)
    gathering = Gathering(newsroom.context)
    assert await gathering.start_due() == newsroom.settings.per_host == 2
    await _ask_all(gathering)
    assert _leased(newsroom) == 0, "as many as the host allows have answered: the next one may be asked"
    assert await gathering.start_due() == 1
    await gathering.drain()


async def test_a_host_that_others_ask_too_is_not_held_up(newsroom: Newsroom) -> None:
    for name in ("a", "b", "c"):
        newsroom.source(name, newsroom.web.route(f"/{name}", Reply(status=304)))
    newsroom.clock.advance(minutes=20)
    with newsroom.context.database.unit() as connection:
        due.claim_ids(connection, ["a"], owner="another worker", now=newsroom.clock.now(), lease_s=60)
    gathering = Gathering(newsroom.context)
    await gathering.tick()
    await _ask_all(gathering)
    assert _leased(newsroom) == 2, "one of ours waits for others to be committed with"
    await gathering.tick()
    assert _leased(newsroom) == 1, "the host has no room for the one that is due"
    await gathering.tick()
    assert gathering.in_hand == 1, "and it is not waited for other due ones"
    await gathering.drain()
