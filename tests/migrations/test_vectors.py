from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from alembic import command
from monitor.dedup.prepared import prepare
from monitor.loops.placing import place_articles
from monitor.model.story import PlacedArticle, Placement
from monitor.store import schema
from monitor.store.tables import article
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = (
    "Divers have found the bell of a ship that sank off Sandvik in 1821. The find of amateur diver Greta Holm lies in "
    "30 metres of water. The museum of Sandvik wants to show it in June, director Per Lund said on Tuesday."
)
LATER = (
    "The museum of Sandvik will show the ship's bell from 1821 in June, Per Lund said. Greta Holm, who found it in "
    "30 metres of water, is going to speak at the opening, and divers explain how a ship sinks."
)
OTHER = (
    "The city council of Brunnstadt decided on Monday to build a tram line to the airport. Work begins in autumn, said "
    "mayor Ines Kortmann. Opponents fear for the plane trees of the avenue and collect signatures against the plan."
)


@pytest.fixture
def before(empty: Database) -> Database:
    """A database as the schema before left it, with one story of one article."""
    with empty.unit() as connection:
        command.upgrade(schema.alembic_config(connection), "0003")
        _fill(connection)
    return empty


def _fill(connection: sa.Connection) -> None:
    old = sa.MetaData()
    old.reflect(connection, only=["story", "sketch", "story_term", "fingerprint"])
    prepared = prepare("Ship's bell found off Sandvik", "", TEXT, "en")
    words = {"sandvik": 0.6, "bell": 0.4, "museum": 0.4, "ship": 0.3, "holm": 0.3, "lund": 0.3, "greta": 0.2}
    us = int(NOW.timestamp() * 1_000_000) if connection.dialect.name == "sqlite" else NOW
    _insert_article(connection, 1)
    made = connection.execute(
        sa.insert(old.tables["story"]).values(
            language="en",
            title="Bell",
            opened_at=us,
            last_at=us,
            opening_article_id=1,
            centroid=words,
            members=1,
            apart=[],
            by_hand=False,
        )
    )
    story_id = made.inserted_primary_key[0] if made.inserted_primary_key else 0
    facts = {"numbers": sorted(prepared.numbers), "names": sorted(prepared.names), "subjects": []}
    connection.execute(
        sa.insert(old.tables["sketch"]).values(
            article_id=1,
            day=_day(NOW),
            source_id="s",
            story_id=story_id,
            copy_group=1,
            language="en",
            words=prepared.words,
            shingles=prepared.shingles.tobytes(),
            facts=facts,
            terms=words,
        )
    )
    prints = [{"fp": fp, "article_id": 1, "day": _day(NOW)} for fp in prepared.fingerprints]
    connection.execute(sa.insert(old.tables["fingerprint"]), prints)
    found = [{"term": n, "story_id": story_id, "language": "en", "weight": 0.1 * n, "day": _day(NOW)} for n in range(5)]
    connection.execute(sa.insert(old.tables["story_term"]), found)
    connection.execute(sa.update(article).where(article.c.id == 1).values(story_id=story_id))


def test_copies_and_stories_are_found_after_the_upgrade(before: Database) -> None:
    schema.upgrade(before)
    copy = _place(before, 2, "Found: a bell", TEXT)
    assert copy.copy_of == 1
    assert _place(before, 3, "Sandvik museum to show ship's bell of Greta Holm", LATER).story_id == copy.story_id
    assert _place(before, 4, "Council votes on trams", OTHER).story_id > copy.story_id


def _place(database: Database, number: int, title: str, text: str) -> Placement:
    at = NOW + timedelta(minutes=number)
    with database.unit() as connection:
        _insert_article(connection, number)
        placed = PlacedArticle(number, "s", prepare(title, "", text, "en"), at)
        return place_articles(connection, [placed], now=at)[0]


def _insert_article(connection: sa.Connection, number: int) -> None:
    connection.execute(
        sa.insert(article).values(
            id=number,
            title="t",
            authors=[],
            language_sure=True,
            first_seen_at=NOW,
            first_source_id="s",
            baseline=False,
            text_state="full",
        )
    )


def _day(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)).days
