"""What the pages ask of the store, on both backends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import UsageError
from monitor.model.match import Evidence, How, Verdict
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.articles import NewArticle, NewRevision, add_revisions, insert_articles
from monitor.store.health import figures_now, poller_seen_at
from monitor.store.pages import (
    Filter,
    Position,
    Recent,
    changed_since,
    languages,
    position,
    recent,
    recent_stories,
    source_names,
    ticker,
)
from monitor.store.rules import add_match
from monitor.store.search import FORMS_MAX, AllOf, AnyOf, Begins, Formed, Wanted, candidates, instants
from monitor.store.secrets import secret
from monitor.store.source_pages import source_lines
from monitor.store.tokens import add_token, revoke_token, token_of, tokens
from monitor.store.unit import Database
from monitor.store.vocabulary import file_words
from monitor.store.volumes import first_article, latencies, matches_per, sightings_per
from tests.contract import rows
from tests.contract.conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture
def filled(database: Database) -> list[int]:
    """Three articles: the second is in English and matched."""
    with database.unit() as connection:
        news = [NewArticle(title=f"Meldung {n}", url=None, language="en" if n == 1 else "de") for n in range(3)]
        ids = insert_articles(connection, [("wire", each) for each in news], NOW)
        seen = [{"article_id": i, "source_id": "wire", "seen_at": NOW} for i in ids]
        connection.execute(sa.insert(t.sighting), seen)
        texts = ["Der Streik beginnt", "Strikes and Überraschung", "Ein Streik, eine Straße"]
        reason = Reason("first", "the first text")
        revisions = [
            NewRevision(i, 1, f"Meldung {n}", "", text, True, reason)
            for n, (i, text) in enumerate(zip(ids, texts, strict=True))
        ]
        add_revisions(connection, revisions, NOW)
        found = Evidence("title", 0, 0, 7, "Meldung", "Meldung", How.EXACT)
        verdict = Verdict("strike", fired=True, evidence=(found,))
        add_match(connection, verdict, rule_version=1, article_id=ids[1], revision=1, engine="1", now=NOW)
    return ids


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        (Filter(), [2, 1, 0]),
        (Filter(source="wire"), [2, 1, 0]),
        (Filter(source="none"), []),
        (Filter(language="de"), [2, 0]),
        (Filter(rule="strike"), [1]),
        (Filter(hits=True), [1]),
        (Filter(hits=True, source="wire", language="en"), [1]),
        (Filter(rule="strike", language="de"), []),
        (Filter(story=7), []),
    ],
)
def test_the_ticker_by_filter(database: Database, filled: list[int], wanted: Filter, which: list[int]) -> None:
    with database.reading() as connection:
        assert [line.id for line in ticker(connection, wanted)] == [filled[n] for n in which]


def test_pages_of_the_ticker(database: Database, filled: list[int]) -> None:
    with database.reading() as connection:
        assert [line.id for line in ticker(connection, limit=1, before=filled[2])] == [filled[1]]
        assert [line.id for line in ticker(connection, after=filled[1])] == [filled[2]]


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        (Filter(story=1), [1, 0]),
        (Filter(story=1, hits=True), [1]),
        (Filter(story=1, rule="strike"), [1]),
        (Filter(story=1, rule="other"), []),
        (Filter(story=1, source="none"), []),
    ],
)
def test_the_ticker_of_a_story(database: Database, filled: list[int], wanted: Filter, which: list[int]) -> None:
    with database.unit() as connection:
        connection.execute(sa.update(t.article).where(t.article.c.id != filled[2]).values(story_id=1))
        assert [line.id for line in ticker(connection, wanted)] == [filled[n] for n in which]


def test_stories_that_moved_last_come_first_in_pages_and_by_language(database: Database) -> None:
    with database.unit() as connection:
        numbers = [story(connection, language, NOW + n * DAY) for n, language in enumerate(["de", "en", "de"])]
        story(connection, "de", NOW + 9 * DAY, merged_into=numbers[0])
        rows.article(connection, "one", "a", "b", story_id=numbers[0])
        rows.article(connection, "two", "b", story_id=numbers[0])
        listed = recent_stories(connection)
        assert [row["id"] for row in listed] == numbers[::-1]
        assert [(row["articles"], row["sources"]) for row in listed] == [(0, 0), (0, 0), (2, 2)]
        assert [row["id"] for row in recent_stories(connection, language="de", limit=1)] == [numbers[2]]
        last = listed[0]
        assert [row["id"] for row in recent_stories(connection, before=(last["last_at"], last["id"]))] == numbers[1::-1]


def story(connection: sa.Connection, language: str, at: datetime, **values: object) -> int:
    row = {"language": language, "title": "t", "opened_at": at, "last_at": at, "opening_article_id": 1}
    return rows.put(connection, t.story, **row, centroid=b"", members=1, apart=[], by_hand=False, **values)


def test_what_filters_offer(database: Database, filled: list[int]) -> None:
    with database.unit() as connection:
        rows.source(connection, "Zeitung")
        rows.source(connection, "anzeiger")
        rows.source(connection, "Gone", configured=False)
        assert list(source_names(connection).items()) == [("anzeiger", "anzeiger"), ("zeitung", "Zeitung")]
        assert languages(connection) == ["de", "en"]
        assert languages(connection, among=1) == ["de"]


def test_what_changed_since(database: Database, filled: list[int]) -> None:
    with database.reading() as connection:
        end, ids = changed_since(connection, Position(filled[2], 0))
        assert ids == [filled[1]]
        assert end == position(connection)
        assert changed_since(connection, end) == (end, [])
        assert changed_since(connection, Position(), limit=1)[1] == filled[:2]


def test_what_came_up_below_what_was_seen(database: Database, filled: list[int]) -> None:
    with database.reading() as connection:
        end = position(connection)
        now = recent(connection, end)
    before = Recent(now.articles - {filled[0]}, {match: of for match, of in now.matches.items() if of != filled[1]})
    assert now.overtook(end, before) == {filled[0], filled[1]}
    assert now.overtook(Position(), before) == set()
    assert now.overtook(end, now) == set()


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        (None, [2, 1, 0]),
        (Begins("streik"), [2, 0]),
        (Begins("Strei", open=True), [2, 0]),
        (Begins("str", open=True), [2, 1, 0]),
        (AllOf((Begins("Streik"), Begins("straß", open=True))), [2]),
        (AnyOf((Begins("uberraschung"), Begins("beginnt"))), [1, 0]),
        (Begins("' OR \" & | ! ("), []),
    ],
)
def test_candidates_have_the_words(
    database: Database, filled: list[int], wanted: Wanted | None, which: list[int]
) -> None:
    with database.reading() as connection:
        found = candidates(connection, wanted, limit=10)
        assert [article_id for _, article_id in found] == [filled[n] for n in which]
        if found:
            last = candidates(connection, wanted, limit=10, before=found[0][0])
            assert last == found[1:]


def test_parts_of_words_are_looked_up_unless_they_are_too_many(database: Database, filled: list[int]) -> None:
    def found(wanted: Wanted) -> list[int]:
        return [filled.index(article_id) for _, article_id in candidates(connection, wanted, limit=10)]

    part, percent, many = (Formed(None, beginning="<", within=within) for within in ("ier", "%", "zyx"))
    with database.unit() as connection:
        file_words(connection, [("<kierts", "streik"), ("=streik", "streik")], upto=0)
        assert (found(part), found(percent)) == ([2, 0], [])
        file_words(connection, [(f"<{number}zyx", f"w{number}") for number in range(FORMS_MAX + 1)], upto=0)
        assert found(many) == found(AnyOf((many, part))) == found(AllOf((many, many))) == [2, 1, 0]
        assert found(AllOf((many, part))) == [2, 0]
        assert instants(connection, part, limit=1) == instants(connection, part, limit=10)[:1]
        assert len(instants(connection, part, limit=10)) == 2


def test_the_first_article_of_a_time_is_the_lowest_of_those_that_came_together(database: Database) -> None:
    with database.unit() as connection:
        for number in (9, 4, 7):
            rows.article(connection, f"No. {number}", id=number)
        assert first_article(connection, NOW - DAY) == 4
        assert first_article(connection, NOW + DAY) > 9


def test_volumes_are_counted_by_bucket(database: Database, filled: list[int]) -> None:
    with database.reading() as connection:
        assert matches_per(connection, [NOW - DAY, NOW], rule_id="strike") == {"strike": {1: 1}}
        hours = [NOW - timedelta(minutes=90), NOW - timedelta(minutes=30), NOW + timedelta(minutes=30)]
        assert sightings_per(connection, hours) == {"wire": {1: len(filled)}}
        assert sightings_per(connection, [NOW + DAY, NOW + 2 * DAY]) == {}
        assert latencies(connection, NOW) == []


def test_figures_of_an_empty_house(database: Database) -> None:
    with database.reading() as connection:
        assert figures_now(connection, NOW).articles_24h == 0
        assert poller_seen_at(connection) is None
        assert source_lines(connection, NOW) == []
        assert recent_stories(connection, before=(NOW, 3), language="de") == []


def test_tokens_open_what_they_are_for(database: Database) -> None:
    with database.unit() as connection:
        add_token(connection, "abc", "rule", "strike", created_by="anna", now=NOW)
        with pytest.raises(UsageError):
            add_token(connection, "abd", "channel", "x", created_by="anna", now=NOW)
        found = token_of(connection, "abc")
        assert found is not None
        assert (found.kind, found.subject, token_of(connection, "abd")) == ("rule", "strike", None)
        assert revoke_token(connection, found.id)
        assert not revoke_token(connection, found.id)
        assert tokens(connection) == []


def test_a_secret_stays(database: Database) -> None:
    with database.unit() as connection:
        assert secret(connection, "web", fresh=b"one") == b"one"
        assert secret(connection, "web", fresh=b"two") == b"one"
