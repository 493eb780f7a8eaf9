from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.dedup.prepared import prepare
from monitor.loops.placing import place_articles, story_time
from monitor.loops.regroup import merge_by_hand, split_by_hand
from monitor.model.story import PlacedArticle, Placement
from monitor.store import sketches, stories
from monitor.store.story_index import forget_stories, stories_before
from monitor.store.story_pages import list_stories, show_story
from monitor.store.tables import article, fingerprint, metadata, revision, sighting, sketch, story_term
from monitor.store.tombstones import buried, bury
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

FERRY = (
    "A ferry with 212 people on board ran aground off the island of Norrholm on Sunday evening. Rescuers brought all "
    "passengers ashore within three hours, the coast guard said. Captain Ulla Brandt told reporters that the rudder "
    "had failed shortly before the harbour entrance. The ship of the Baltline company is to be towed to Karlsvik on "
    "Monday. Divers found a tear of 4 metres in the hull, but no oil has leaked so far. Baltline cancelled its trips "
    "for the week and promised to pay for hotels and buses."
)
BUDGET = (
    "The parliament of Estavia passed the budget for the coming year after a night of debate. "
    "Minister Jonas Feld spoke "
    "of a compromise that hurts everybody a little. Spending on schools rises by 7 percent, while 1200 posts in the "
    "administration are cut. The opposition under Mira Solberg called the vote a farce and "
    "announced a complaint to the "
    "constitutional court. The central bank warned that the deficit of 3.4 percent leaves no room for another crisis."
)


@pytest.fixture
def database() -> Iterator[Database]:
    found = Database(open_engine("sqlite:///:memory:"))
    metadata.create_all(found.engine)
    yield found
    found.engine.dispose()


class Desk:
    """Places articles one minute apart."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0

    def place(
        self,
        title: str,
        text: str,
        *,
        language: str = "en",
        source: str = "s",
        published: datetime | None = None,
        again: int | None = None,
    ) -> Placement:
        if again is None:
            self.count += 1
        id_ = again or self.count
        at = NOW + timedelta(minutes=self.count)
        with self.database.unit() as connection:
            if again is None:
                self._store(connection, id_, title, source, at)
            placed = PlacedArticle(id_, source, prepare(title, "", text, language), at, published)
            return place_articles(connection, [placed], now=at)[0]

    def _store(self, connection: sa.Connection, id_: int, title: str, source: str, at: datetime) -> None:
        connection.execute(
            article.insert().values(
                id=id_,
                title=title,
                authors=[],
                language_sure=True,
                first_seen_at=at,
                first_source_id=source,
                baseline=False,
                text_state="full",
            )
        )
        connection.execute(sighting.insert().values(article_id=id_, source_id=source, seen_at=at))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_wire_copy_joins_its_original_whatever_its_headline(desk: Desk) -> None:
    first = desk.place("Ferry runs aground off Norrholm", FERRY)
    copy = desk.place("212 people rescued from stranded ship", FERRY, source="t")
    assert first.opened
    assert copy.copy_of == 1
    assert copy.story_id == first.story_id
    assert copy.reason.code == "copy"


def test_a_copy_of_a_copy_names_the_original(desk: Desk) -> None:
    desk.place("Ferry runs aground off Norrholm", FERRY)
    desk.place("Ferry runs aground", FERRY)
    assert desk.place("A ferry ran aground", FERRY).copy_of == 1


def test_a_text_that_adds_more_than_it_repeats_is_no_copy_but_the_same_story(desk: Desk) -> None:
    flash = FERRY[: FERRY.index("The ship")]
    opened = desk.place("Ferry runs aground off Norrholm", flash)
    full = desk.place("Ferry accident: what is known", f"{FERRY} {BUDGET}")
    assert full.copy_of is None
    assert reason_of(desk, 2) == "it contains the text of an article of the story"
    assert full.story_id == opened.story_id


def reason_of(desk: Desk, article_id: int) -> str | None:
    with desk.database.reading() as connection:
        reason: str | None = connection.execute(
            sa.select(article.c.place_reason).where(article.c.id == article_id)
        ).scalar_one()
    return reason


def test_why_an_article_is_in_its_story_is_on_record(desk: Desk, database: Database) -> None:
    first = desk.place("Ferry runs aground off Norrholm", FERRY[: FERRY.index("The ship")])
    assert (reason_of(desk, 1) or "").startswith("best likeness with a story 0.00")
    desk.place("Ferry accident: what is known", f"{FERRY} {BUDGET}")
    desk.place("Ferry accident: all that is known", f"{FERRY} {BUDGET} Divers go on looking.", again=2)
    assert reason_of(desk, 2) == "it contains the text of an article of the story", "it stays there, for that reason"
    copy = desk.place("Ferry accident", f"{FERRY} {BUDGET}")
    assert copy.copy_of == 2
    assert reason_of(desk, 3) == copy.reason.text
    with database.unit() as connection:
        split_by_hand(connection, first.story_id, [2, 3], now=NOW)
    assert {reason_of(desk, n) for n in (2, 3)} == {f"it left story {first.story_id} when that was split"}


def test_other_events_open_other_stories(desk: Desk) -> None:
    assert desk.place("Ferry runs aground off Norrholm", FERRY).opened
    assert desk.place("Estavia passes budget", BUDGET).opened


def test_one_template_about_two_companies_is_a_series_with_two_stories(desk: Desk) -> None:
    text = (
        "{0} has published its figures for the quarter. The company earned more than expected and "
        "confirmed its outlook. "
        "Demand was strong in all regions, said the chief executive of {0}. Costs for energy fell "
        "and the order book is "
        "full. The board will propose a stable dividend to the annual meeting in spring."
    )
    one = desk.place("Quarterly figures: Granitas beats expectations", text.format("Granitas"))
    two = desk.place("Quarterly figures: Fjordline beats expectations", text.format("Fjordline"))
    assert two.copy_of is None
    assert two.story_id != one.story_id


def test_a_story_ends_after_three_quiet_days(desk: Desk) -> None:
    old = desk.place("Ferry runs aground off Norrholm", FERRY, published=NOW - timedelta(days=4))
    new = desk.place("Ferry off Norrholm towed to Karlsvik", "The ferry was towed. " + FERRY[-120:])
    assert new.story_id != old.story_id


@pytest.mark.parametrize("year", [1970, 1994, 2090])
def test_dates_that_cannot_be_are_not_believed(year: int) -> None:
    prepared = prepare("t", "", "x", "en")
    nonsense = datetime(year, 1, 1, tzinfo=UTC)
    assert story_time(PlacedArticle(1, "s", prepared, NOW, nonsense)) == NOW


@pytest.mark.parametrize("text", ["", "ok", "Subscribe now.", "\x00\ud800 \u200b", "word " * 300_000])
def test_odd_texts_are_placed_alone_and_without_exceptions(desk: Desk, text: str) -> None:
    desk.place("Ferry runs aground off Norrholm", FERRY)
    assert desk.place("", text).opened


def test_a_text_of_five_megabytes_is_placed_and_found_again(desk: Desk) -> None:
    chance = random.Random(1)
    long = " ".join(f"{chance.choice(FERRY.split())} {chance.getrandbits(20)}" for _ in range(400_000))
    first = desk.place("Ferry runs aground off Norrholm", long)
    assert desk.place("Ferry runs aground off Norrholm, island says", long).copy_of == 1
    assert desk.place("Parliament of Estavia passes budget", BUDGET).story_id != first.story_id


def test_the_same_banner_in_place_of_texts_merges_nothing(desk: Desk) -> None:
    banner = "We and our partners store information on your device such as cookies to measure what is read. " * 3
    titles = ["Ferry runs aground off Norrholm", "Parliament of Estavia passes budget", "Brandt wins chess final again"]
    assert [desk.place(title, banner).copy_of for title in titles] == [None, None, None]


@pytest.mark.parametrize("days", [-400, -9, -1, 1, 9, 400])
def test_a_clock_that_jumps_stops_nothing(desk: Desk, database: Database, days: int) -> None:
    desk.place("Ferry runs aground off Norrholm", FERRY)
    desk.count, at = 2, NOW + timedelta(days=days)
    with database.unit() as connection:
        desk._store(connection, 2, "Ferry aground", "s", at)
        (placed,) = place_articles(
            connection, [PlacedArticle(2, "s", prepare("Ferry aground", "", FERRY, "en"), at)], now=at
        )
    assert placed.copy_of == (None if days >= 9 else 1)
    assert desk.place("Ferry off Norrholm", FERRY, published=NOW + timedelta(days=days)).copy_of == 1


def test_tiny_texts_never_become_copies(desk: Desk) -> None:
    desk.place("Weather", "Sunny and warm.")
    assert desk.place("Weather", "Sunny and warm.").copy_of is None


def test_a_teaser_keeps_its_story_when_its_text_arrives(desk: Desk, database: Database) -> None:
    teaser = desk.place("Ferry runs aground off Norrholm", "")
    full = desk.place("Ferry runs aground off Norrholm", FERRY, again=1)
    assert full.story_id == teaser.story_id
    assert not full.opened
    with database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sketch)).scalar() == 1


def test_a_teaser_moves_to_the_story_that_its_text_copies(desk: Desk) -> None:
    original = desk.place("Ferry runs aground off Norrholm", FERRY)
    teaser = desk.place("Shock at sea", "")
    assert teaser.opened
    full = desk.place("Shock at sea", FERRY, again=2)
    assert (full.copy_of, full.story_id, full.merged) == (1, original.story_id, (teaser.story_id,))


def test_a_story_in_another_language_is_linked_by_names_and_numbers(desk: Desk) -> None:
    english = desk.place("Ferry runs aground off Norrholm", FERRY)
    german = desk.place(
        "Fähre läuft vor Norrholm auf Grund",
        "Vor der Insel Norrholm ist am Sonntag eine Fähre von Baltline mit 212 Menschen auf Grund "
        "gelaufen. Kapitänin Ulla "
        "Brandt sagte, das Ruder habe versagt. Das Schiff soll nach Karlsvik geschleppt werden.",
        language="de",
    )
    assert german.opened
    assert german.linked == (english.story_id,)


def test_splitting_and_merging_by_hand_are_remembered(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY).story_id
    second = desk.place("Ferry off Norrholm: Baltline cancels trips", FERRY[150:] + " " + BUDGET[:200])
    assert second.story_id == story
    with database.unit() as connection:
        new = split_by_hand(connection, story, [2], now=NOW)
    with database.reading() as connection:
        one, other = stories.story_states(connection, [story, new])
        assert other.id in one.apart
        assert one.id in other.apart
    with database.unit() as connection:
        merge_by_hand(connection, story, new, now=NOW)
    with database.reading() as connection:
        (merged,) = stories.story_states(connection, [story, new])
        assert merged.by_hand
        assert stories.articles_of(connection, story) == (1, 2)
        page = show_story(connection, new)
        assert page is not None
        assert page.story.id == story


def test_an_article_set_apart_by_hand_stays_apart_when_it_is_edited(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY).story_id
    desk.place("Ferry off Norrholm: Baltline cancels trips", FERRY[150:] + " " + BUDGET[:200])
    with database.unit() as connection:
        new = split_by_hand(connection, story, [2], now=NOW)
    again = desk.place("Ferry off Norrholm: trips cancelled", FERRY[150:] + " " + BUDGET[:230], again=2)
    assert (again.story_id, again.merged) == (new, ())
    with database.reading() as connection:
        assert stories.articles_of(connection, story) == (1,)


def test_a_copy_set_apart_by_hand_is_no_copy_any_more(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY).story_id
    assert desk.place("Ferry accident", FERRY).copy_of == 1
    with database.unit() as connection:
        new = split_by_hand(connection, story, [2], now=NOW)
    with database.reading() as connection:
        row = connection.execute(sa.select(article).where(article.c.id == 2)).one()
        assert (row.story_id, row.copy_of, row.copy_score) == (new, None, None)
        assert [each.group for each in sketches.sketches(connection, [1, 2])] == [1, 2]


def test_a_split_must_leave_something_on_both_sides(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY).story_id
    with database.unit() as connection, pytest.raises(ValueError, match="a split needs"):
        split_by_hand(connection, story, [1], now=NOW)


def test_the_timeline_tells_who_had_it_first_and_how_it_spread(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY, source="first").story_id
    desk.place("Ferry accident", FERRY, source="second")
    with database.reading() as connection:
        page = show_story(connection, story)
        assert page is not None
        assert [(moment.kind, moment.source_id) for moment in page.moments] == [
            ("article", "first"),
            ("copy", "second"),
        ]
        assert (page.story.articles, page.story.sources) == (2, 2)
        assert [each.id for each in list_stories(connection, since=NOW)] == [story]
        assert show_story(connection, 999) is None


def test_the_timeline_keeps_the_headline_under_which_an_article_came(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry aground, 212 saved", FERRY).story_id
    first = {"title": "Ferry aground, 200 aboard", "lead": "", "text": FERRY, "material": True}
    first |= {"article_id": 1, "number": 1, "created_at": NOW, "reason_code": "first", "reason": "the first text"}
    with database.unit() as connection:
        connection.execute(revision.insert().values(first))
        page = show_story(connection, story)
    assert page is not None
    assert [moment.title for moment in page.moments] == ["Ferry aground, 200 aboard"]


def test_purging_forgets_fingerprints_and_keeps_articles(desk: Desk, database: Database) -> None:
    story = desk.place("Ferry runs aground off Norrholm", FERRY).story_id
    day = sketches.day_of(NOW) + 8
    with database.unit() as connection:
        assert sketches.forget_before(connection, day) == 1
        assert sketches.forget_before(connection, day) == 0
        assert stories_before(connection, day - 8) == []
        assert stories_before(connection, day) == [story]
        forget_stories(connection, [story], day - 8)
        assert stories_before(connection, day) == [story]
        forget_stories(connection, [story], day)
        assert connection.execute(sa.select(sa.func.count()).select_from(fingerprint)).scalar() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(story_term)).scalar() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(article)).scalar() == 1


def test_tombstones_are_per_source_and_may_be_set_twice(database: Database) -> None:
    with database.unit() as connection:
        bury(connection, "a", ["k1", "k2"], now=NOW)
        bury(connection, "a", ["k2"], now=NOW)
        assert buried(connection, {"a": ["k1", "k3"]})["a"].keys() == {"k1"}
        assert buried(connection, {"b": ["k1"]}) == {"b": {}}
