"""What is to be read next, and what nothing at all costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.model.settled import StoryRef
from monitor.store import articles, entries, readings
from monitor.store import tables as t
from monitor.store.readings import ReadingKind
from monitor.store.story_links import ALSO_IN, APART, link_stories
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import NOW

HOUR = timedelta(hours=1)


def test_pages_are_read_newest_first_and_no_source_keeps_the_others_waiting(database: Database) -> None:
    with database.unit() as connection:
        busy = [rows.article(connection, "x", "a", at=NOW + n * HOUR) for n in range(4)]
        quiet = rows.article(connection, "x", "b", at=NOW - HOUR)
        readings.ask_reading(connection, [*busy, quiet], ReadingKind.PAGE, NOW)
        claimed = readings.claim_pages(connection, owner="me", now=NOW, lease_s=60, limit=3, per_source=2)
        again = readings.claim_pages(connection, owner="other", now=NOW, lease_s=60, limit=9, per_source=1)
    assert {each.article_id for each in claimed} == {busy[3], quiet, busy[2]}
    assert [each.article_id for each in again] == [busy[1]]


def test_stored_texts_wait_in_a_queue_of_their_own(database: Database) -> None:
    with database.unit() as connection:
        first, second = rows.article(connection, "x"), rows.article(connection, "y", at=NOW + HOUR)
        readings.ask_reading(connection, [first, second], ReadingKind.MATCH, NOW)
        assert readings.claim_pages(connection, owner="me", now=NOW, lease_s=60, limit=9, per_source=9) == []
        (newest,) = readings.claim_stored(connection, owner="me", now=NOW, lease_s=60, limit=1)
    assert (newest.article_id, newest.reading) == (second, ReadingKind.MATCH)


def test_what_was_just_shown_goes_before_a_baseline_that_waits(database: Database) -> None:
    with database.unit() as connection:
        waiting = [rows.article(connection, "x", at=NOW) for _ in range(3)]
        shown = rows.article(connection, "y", at=NOW - HOUR)
        readings.ask_reading(connection, waiting, ReadingKind.MATCH, NOW)
        readings.ask_reading(connection, [shown], ReadingKind.MATCH, NOW + HOUR)
        (first,) = readings.claim_stored(connection, owner="me", now=NOW + HOUR, lease_s=60, limit=1)
        rest = readings.claim_stored(connection, owner="me", now=NOW + HOUR, lease_s=60, limit=9)
    assert first.article_id == shown
    assert {each.article_id for each in rest} == set(waiting)


def test_a_reading_that_waits_is_not_put_off_by_a_lesser_or_later_one(database: Database) -> None:
    with database.unit() as connection:
        number = rows.article(connection, "x")
        readings.ask_reading(connection, [number], ReadingKind.PAGE, NOW)
        readings.ask_reading(connection, [number], ReadingKind.MATCH, NOW - HOUR)
        readings.ask_reading(connection, [number], ReadingKind.PAGE, NOW + HOUR)
        row = connection.execute(sa.select(t.article.c.reading, t.article.c.due_at)).one()
        readings.ask_reading(connection, [number], ReadingKind.PAGE, NOW - HOUR)
        assert connection.execute(sa.select(t.article.c.due_at)).scalar_one() == NOW - HOUR
    assert tuple(row) == (ReadingKind.PAGE.value, NOW)


def test_what_was_settled_before_is_gone_through_backwards(database: Database) -> None:
    with database.unit() as connection:
        ids = [rows.article(connection, "x", at=NOW + n * HOUR, settled=n != 2) for n in range(5)]
        assert articles.settled_before(connection, ids[4], since=NOW + HOUR, limit=9) == [ids[3], ids[1]]
        assert articles.settled_before(connection, ids[4], since=NOW, limit=1) == [ids[3]]


def test_the_stories_of_articles_and_when_they_were_opened(database: Database) -> None:
    with database.unit() as connection:
        story = rows.put(
            connection, t.story, language="de", title="x", opened_at=NOW, last_at=NOW, opening_article_id=1,
            centroid=b"", members=1, apart=[], by_hand=False,
        )  # fmt: skip
        placed, alone = rows.article(connection, "x", story_id=story), rows.article(connection, "y")
        assert articles.story_ids(connection, [placed, alone]) == {placed: story}
        for other, verdict in ((story + 5, ALSO_IN), (story + 3, ALSO_IN), (story + 4, APART)):
            link_stories(connection, other, story, score=1.0, verdict=verdict, now=NOW)
        found = articles.story_refs(connection, [story, story + 1])
        assert found == {story: StoryRef(story, NOW, (story + 3, story + 5))}


def test_nothing_asked_is_nothing_found_and_nothing_written(database: Database) -> None:
    with database.unit() as connection:
        assert articles.insert_articles(connection, [], NOW) == []
        assert (articles.load_articles(connection, []), articles.sources_of(connection, [])) == ({}, {})
        assert articles.story_ids(connection, []) == {}
        readings.ask_reading(connection, [], ReadingKind.PAGE, NOW)
        articles.add_revisions(connection, [], NOW)
        articles.change_articles(connection, [])
        entries.add_entries(connection, [], NOW)
        entries.change_entries(connection, [], NOW)
        entries.add_keys(connection, [], "url", NOW)
        assert entries.with_entries(connection, ["a"]) == set()
        assert connection.execute(sa.select(sa.func.count()).select_from(t.article)).scalar_one() == 0


def test_two_workers_that_bring_one_article_at_once_do_not_make_two_of_it(database: Database) -> None:
    with database.unit() as connection:
        first, second = rows.article(connection, "x"), rows.article(connection, "x")
        entries.add_keys(connection, [("key", first)], "url", NOW, exclusive=True)
        if database.is_sqlite:
            return  # one process writes at a time: nobody comes between looking and writing
        with pytest.raises(StoreBusy, match="another worker"):
            entries.add_keys(connection, [("key", second)], "url", NOW, exclusive=True)
