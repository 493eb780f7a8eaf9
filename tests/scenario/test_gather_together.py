"""Polls that end together are written in one unit, and none of them suffers for another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from monitor.errors import LeaseLost, StoreFull
from monitor.loops.context import Context
from monitor.loops.documents import Reading
from monitor.loops.drafts import Intake
from monitor.loops.share import Written
from monitor.loops.together import Together
from monitor.model.article import Document
from monitor.model.entry import ParsedFeed
from monitor.model.fetched import Fetched
from monitor.model.match import Verdict
from monitor.model.source import PollMemory
from monitor.parse.feed import read_document
from monitor.store import due
from monitor.store import tables as t
from monitor.store.unit import Database
from tests.scenario.conftest import Item, Newsroom, long_text, rss


@dataclass
class Polled:
    """Sources whose answers have come at the same moment; counts the units that are committed from then on."""

    newsroom: Newsroom
    context: Context = field(init=False)
    units: int = 0
    full: bool = False

    def __post_init__(self) -> None:
        database = Database(self.newsroom.database.engine, observer=self._seen)
        self.context = replace(self.newsroom.context, database=database)

    def _seen(self, moment: str) -> None:
        if moment == "before" and self.full:
            raise StoreFull("no space")
        self.units += moment == "after"

    def answer(self, name: str, *items: Item, first: bool = False) -> Intake:
        spec = self.newsroom.specs.get(name) or self.newsroom.source(name, f"https://{name}.example/feed")
        now = self.newsroom.clock.now()
        with self.newsroom.database.unit() as connection:
            (claimed,) = due.claim_ids(connection, [name], owner="test", now=now, lease_s=60)
        if not first:
            claimed = replace(claimed, memory=PollMemory(baseline_at=now, last_polled_at=now, last_ok_at=now))
        body = rss(*items).encode()
        feed = read_document(body, url=spec.url, now=now)
        assert isinstance(feed, ParsedFeed)
        fetched = Fetched(spec.url, spec.url, 200, (("content-type", "application/rss+xml"),), body, (), now, 0.1)
        reading = Reading(spec, fetched, feed.entries, items=len(feed.entries), item_hashes=feed.item_hashes)
        return Intake(self.context, claimed, spec, reading, now)

    async def write(self, *intakes: Intake) -> list[Written | BaseException]:
        together = Together()
        return await asyncio.gather(*(together.write(each) for each in intakes), return_exceptions=True)


def story(number: int | str, text: str = "") -> Item:
    topic = f"project {number}"
    link = f"https://paper.example/story/{number}"
    return Item(f"News of {topic}", link, str(number), content=text or long_text(topic))


@pytest.fixture
def polled(newsroom: Newsroom) -> Polled:
    newsroom.matcher.words["quay"] = "northern quay"
    return Polled(newsroom)


async def test_what_ends_together_is_one_unit(polled: Polled) -> None:
    answers = [polled.answer(name, story(name), first=name == "c") for name in ("a", "b", "c")]
    written = await polled.write(*answers)
    assert [(each.source_id, each.new) for each in written if isinstance(each, Written)] == [
        ("a", 1),
        ("b", 1),
        ("c", 1),
    ]
    assert polled.units == 1
    assert [row.first_source_id for row in polled.newsroom.rows(t.article)] == ["a", "b", "c"]
    assert [row.source_id for row in polled.newsroom.rows(t.poll)] == ["a", "b", "c"]
    assert {row.lease_owner for row in polled.newsroom.rows(t.source)} == {None}


async def test_what_is_in_hand_is_waited_for(polled: Polled) -> None:
    together = Together(lambda: 2)
    first = asyncio.create_task(together.write(polled.answer("a", story(1))))
    for _ in range(5):
        await asyncio.sleep(0)
    await asyncio.gather(first, together.write(polled.answer("b", story(2))))
    assert polled.units == 1


async def test_nobody_waits_long_for_what_does_not_come(polled: Polled) -> None:
    async with asyncio.timeout(30):
        written = await Together(lambda: 9).write(polled.answer("a", story(1)))
    assert (written.new, polled.units) == (1, 1)


async def test_what_fills_a_unit_waits_for_nothing(polled: Polled) -> None:
    together = Together(lambda: 9)
    many = [story(number, "Short.") for number in range(200)]
    waiting = asyncio.create_task(together.write(polled.answer("a", *many, first=True)))
    later = polled.answer("b", story("b"))
    for _ in range(5):
        await asyncio.sleep(0)
    await asyncio.gather(waiting, together.write(later))
    assert [row.source_id for row in polled.newsroom.rows(t.poll)] == ["a", "b"]
    assert polled.units == 2


async def test_an_article_that_two_of_them_bring_is_one(polled: Polled) -> None:
    written = await polled.write(polled.answer("a", story(1)), polled.answer("b", story(1)), polled.answer("c"))
    assert [(each.new, each.sightings) for each in written if isinstance(each, Written)] == [(1, 0), (0, 1), (0, 0)]
    assert polled.units == 2
    assert len(polled.newsroom.rows(t.article)) == 1
    assert [row.source_id for row in polled.newsroom.rows(t.sighting)] == ["a", "b"]


async def test_an_article_that_two_of_them_edit_gets_both_texts(polled: Polled) -> None:
    await polled.write(polled.answer("a", story(1)))
    await polled.write(polled.answer("b", story(1)))
    polled.newsroom.clock.advance(minutes=10)
    edits = [polled.answer(name, story(1, long_text(f"the matter of {name}"))) for name in ("a", "b")]
    written = await polled.write(*edits)
    assert [each.edited for each in written if isinstance(each, Written)] == [1, 1]
    assert [row.number for row in polled.newsroom.rows(t.revision)] == [1, 2, 3]


async def test_a_short_address_that_two_of_them_have_makes_two_articles(polled: Polled) -> None:
    section = replace(story(1), link="https://paper.example/1")
    written = await polled.write(polled.answer("a", section), polled.answer("b", section))
    assert [each.new for each in written if isinstance(each, Written)] == [1, 1]
    assert [(row.key, row.article_id) for row in polled.newsroom.rows(t.article_key)] == [("paper.example/1", 1)]


async def test_a_lease_that_was_lost_takes_no_other_poll_along(polled: Polled) -> None:
    lost = polled.answer("a", story(1))
    lost = replace(lost, claimed=replace(lost.claimed, lease=replace(lost.claimed.lease, owner="you")))
    first, second = await polled.write(lost, polled.answer("b", story(2)))
    assert isinstance(first, LeaseLost)
    assert isinstance(second, Written)
    assert polled.newsroom.titles() == ["News of project 2"]


async def test_an_error_of_ours_takes_no_other_poll_along(polled: Polled) -> None:
    class Broken:
        def match(self, document: Document) -> tuple[Verdict, ...]:
            if "project 1" in document.title:
                raise ValueError("boom")
            return ()

    polled.context = replace(polled.context, watchlist=replace(polled.context.watchlist, matcher=Broken()))
    first, second = await polled.write(polled.answer("a", story(1)), polled.answer("b", story(2)))
    assert isinstance(first, ValueError)
    assert isinstance(second, Written)


async def test_without_space_nothing_is_written_and_everybody_hears_of_it(polled: Polled) -> None:
    polled.full = True
    outcomes = await polled.write(polled.answer("a", story(1)), polled.answer("b", story(2)))
    assert [type(outcome) for outcome in outcomes] == [StoreFull, StoreFull]
    assert polled.newsroom.titles() == []


async def test_a_unit_has_no_more_than_one_document_may(polled: Polled) -> None:
    many = [story(number, "Short.") for number in range(150)]
    others = [replace(each, guid=f"{each.guid}-b", link=f"{each.link}-b") for each in many]
    await polled.write(polled.answer("a", *many, first=True), polled.answer("b", *others, first=True))
    assert polled.units == 2
    assert len(polled.newsroom.rows(t.article)) == 300


async def test_another_configuration_begins_a_unit_of_its_own(polled: Polled) -> None:
    first = polled.answer("a", story(1))
    polled.context = replace(polled.context)
    await polled.write(first, polled.answer("b", story(2)))
    assert polled.units == 2
