"""Placing on both backends, and two workers that place two languages of one event at the same moment."""

from __future__ import annotations

import threading
from datetime import timedelta

from monitor.dedup.prepared import prepare
from monitor.loops.placing import STORY_LOCK, place_articles
from monitor.model.story import NO_TERMS, PlacedArticle, Placement, StoryState
from monitor.store import articles
from monitor.store.articles import NewArticle
from monitor.store.stories import Opening, next_story_ids, open_stories
from monitor.store.story_index import COMMON, StoryIndex, holders, index_stories
from monitor.store.story_pages import linked_stories, list_stories, show_story
from monitor.store.unit import Database
from tests.contract.conftest import NOW

TEXTS = {
    "en": "Striking pilots grounded {n} flights of Aerolinha in Lisbon. Union leader Rui Farelo {k} said talks with "
    "Marta Goulart had failed. The airline promised refunds to 51000 passengers in Faro and Coimbra.",
    "de": "Streikende Piloten ließen {n} Flüge von Aerolinha ausfallen. Gewerkschaftschef Rui Farelo {k} sagte, die "
    "Gespräche mit Marta Goulart seien gescheitert. 51000 Reisende in Faro und Coimbra sind betroffen.",
}


def place(database: Database, language: str, number: int) -> Placement:
    """Place one text as a worker does."""
    text = TEXTS[language].format(n=300 + number, k=f"Nabor{number}")
    with database.unit(lock=STORY_LOCK) as connection:
        (id_,) = articles.insert_articles(connection, [("s", NewArticle(f"Aerolinha {number}", None))], NOW)
        placed = PlacedArticle(id_, "s", prepare(f"Aerolinha {number}", "", text, language), NOW)
        return place_articles(connection, [placed], now=NOW)[0]


def test_stories_are_listed_with_their_languages(database: Database) -> None:
    english, german = place(database, "en", 1), place(database, "de", 1)
    assert german.linked == (english.story_id,)
    with database.reading() as connection:
        listed = list_stories(connection, since=NOW - timedelta(hours=1))
        assert {story.id: story.articles for story in listed} == {english.story_id: 1, german.story_id: 1}
        assert listed[0].first_seen_at == NOW
        page = show_story(connection, german.story_id)
        assert page is not None
        assert [story.id for story in linked_stories(connection, page)] == [english.story_id]


def test_a_key_tells_the_stories_of_every_language_in_which_it_is_not_common(database: Database) -> None:
    spoken = ["de", "en", "fr", *["it"] * COMMON]
    with database.unit() as connection:
        stories = dict(zip(next_story_ids(connection, len(spoken)), spoken, strict=True))
        states = {id_: StoryState(id_, NO_TERMS, 1, NOW, title="t") for id_ in stories}
        open_stories(connection, [Opening(1, language, states[id_]) for id_, language in stories.items()])
        days = {id_: 99 if language == "fr" else 100 for id_, language in stories.items()}
        index_stories(
            connection,
            [StoryIndex(id_, each, {}, frozenset({7}), days[id_], new=True) for id_, each in stories.items()],
        )

        def languages(*keys: int, since: int, but: str = "") -> list[str]:
            return sorted(each.language for each in holders(connection, keys, since_day=since, but=but))

        assert languages(7, 8, since=99) == ["de", "en", "fr"]
        assert languages(7, since=99, but="en") == ["de", "fr"]
        assert languages(7, since=100) == ["de", "en"]
        assert languages(8, since=99) == languages(since=99) == []


def test_two_languages_placed_at_once_are_linked_and_do_not_block(database: Database) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(2, timeout=60)

    def work(language: str) -> None:
        try:
            for number in range(4):
                start.wait()
                place(database, language, number)
        except BaseException as error:  # noqa: BLE001 - whatever a worker dies of is what the test is about
            failures.append(error)
            start.abort()

    threads = [threading.Thread(target=work, args=(language,)) for language in TEXTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.reading() as connection:
        listed = list_stories(connection)
        pages = [show_story(connection, story.id) for story in listed]
    assert {story.language for story in listed} == {"en", "de"}
    assert any(page is not None and page.links for page in pages)
