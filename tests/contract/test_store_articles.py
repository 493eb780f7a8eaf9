from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.article import TextState
from monitor.model.entry import Entry
from monitor.model.reasons import Reason
from monitor.model.source import SourceKind, SourceSpec
from monitor.model.story import KnownEntry
from monitor.store import articles, entries, evidence, readings, retention, shown, sources
from monitor.store import tables as t
from monitor.store.articles import ArticleChange, FirstText, NewArticle, NewRevision, SourceFacts
from monitor.store.entries import ChangedEntry, NewEntry, Wanted
from monitor.store.numbers import next_ids
from monitor.store.readings import ReadingKind
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def an_entry(number: int, **values: Any) -> Entry:
    found = Entry(
        id=f"id-{number}",
        url=f"https://news.example/{number}",
        title=f"Title {number}",
        published_at=NOW - timedelta(hours=number),
        item_hash=f"i{number}",
        content_hash=f"c{number}",
    )
    return replace(found, **values)


def store(database: Database, *numbers: int, source: str = "a", **values: Any) -> list[int]:
    """Articles with one entry each, keyed `key-<number>`."""
    found = [an_entry(number) for number in numbers]
    new = [replace(NewArticle(item.title, item.url, published_at=item.published_at), **values) for item in found]
    with database.unit() as connection:
        spec = SourceSpec(id=source, name=source.upper(), kind=SourceKind.FEED, url=f"https://{source}.example/")
        known = connection.execute(sa.select(t.source.c.id).where(t.source.c.id == source)).first()
        if known is None:
            sources.sync_sources(connection, [spec], NOW)
        ids = articles.insert_articles(connection, [(source, each) for each in new], NOW)
        rows = [NewEntry(source, item, f"key-{n}", id_) for item, n, id_ in zip(found, numbers, ids, strict=True)]
        entries.add_entries(connection, rows, NOW)
        keys = [(f"key-{n}", id_) for n, id_ in zip(numbers, ids, strict=True)]
        entries.add_keys(connection, keys, "url", NOW, exclusive=True)
    return ids


def revise(database: Database, article_id: int, number: int, title: str, text: str) -> None:
    revision = NewRevision(article_id, number, title, "", text, material=True, reason=Reason("r", "why"))
    with database.unit() as connection:
        articles.add_revisions(connection, [revision], NOW)


def search(database: Database, query: str) -> list[int]:
    with database.reading() as connection:
        return [row["id"] for row in shown.search_articles(connection, query)]


def test_ids_come_in_the_order_of_the_articles(database: Database) -> None:
    ids = store(database, *range(30))
    with database.reading() as connection:
        found = articles.load_articles(connection, ids)
    assert [found[id_].title for id_ in ids] == [f"Title {n}" for n in range(30)]


@pytest.mark.parametrize("first", [None, FirstText("Lead", "Text", Reason("first", "the first text"))])
def test_what_was_just_inserted_is_known_as_it_will_be_read(database: Database, first: FirstText | None) -> None:
    (earlier,) = store(database, 1)
    new = NewArticle(
        "Title",
        "https://news.example/new",
        authors=("Ann", "Bo"),
        language="en",
        language_sure=True,
        image="https://news.example/i.png",
        published_at=NOW - timedelta(hours=1),
        baseline=True,
        gap={"since": "2026-01-01", "until": "2026-01-02", "ours": True},
        reading=ReadingKind.PAGE,
        reading_at=NOW,
        text_state=TextState.TEASER,
        text_reason=Reason("teaser", "why"),
        first=first,
        settled=True,
    )
    facts = SourceFacts("a", "A", (), founding=True)
    with database.unit() as connection:
        (id_,) = articles.insert_articles(connection, [("a", new)], NOW)
        entries.add_entries(connection, [NewEntry("a", an_entry(9), "key-9", id_)], NOW)
        stored = articles.load_articles(connection, [id_])[id_]
        assert articles.as_stored(id_, new, facts, NOW) == stored
    assert id_ > earlier
    assert search(database, "Text") == ([id_] if first else [])


def test_ids_are_never_given_twice(database: Database) -> None:
    *_, last = store(database, 1, 2, 3)
    with database.unit() as connection:
        connection.execute(sa.delete(t.article))
        ids = list(next_ids(connection, t.article, 2))
    assert ids == sorted(set(ids))
    assert ids[0] > last


def test_known_rows_are_found_by_any_of_their_identities(database: Database) -> None:
    first, second, third, _ = store(database, 1, 2, 3, 4)
    wanted = Wanted(("id-1", "new"), ("key-2",), ("c3",), ("tomb",))
    with database.unit() as connection:
        connection.execute(sa.insert(t.tombstone).values(source_id="a", key="tomb", purged_at=NOW))
        known, other = entries.load_known(connection, {"a": wanted, "b": wanted}).values()
    assert [row.article_id for row in known.rows] == [first, second, third]
    assert (known.sightings, known.purged) == ({"key-2": second}, {"tomb": NOW})
    assert (other.rows, other.sightings, other.purged) == ((), {"key-2": second}, {})


def test_each_source_is_told_of_its_own_rows_and_of_all_articles(database: Database) -> None:
    (mine,) = store(database, 1)
    (theirs,) = store(database, 2, source="b")
    ids, keys = ("id-1", "id-2"), ("key-1", "key-2")
    with database.reading() as connection:
        known = entries.load_known(connection, {"a": Wanted(ids, keys), "b": Wanted(ids), "c": Wanted()})
        assert entries.with_entries(connection, ["a", "b", "c"]) == {"a", "b"}
    assert {of: [row.article_id for row in each.rows] for of, each in known.items()} == {
        "a": [mine],
        "b": [theirs],
        "c": [],
    }
    assert (known["a"].sightings, known["b"].sightings) == ({"key-1": mine, "key-2": theirs}, {})


def test_names_may_have_any_characters(database: Database) -> None:
    odd = "a\"b\\c'd{},%s :x é 漢 🗞"
    (id_,) = store(database, 1)
    with database.unit() as connection:
        (row,) = rows_known(connection, Wanted(("id-1",)))
        entries.change_entries(connection, [ChangedEntry(row.id, an_entry(1, id=odd), "key-1")], NOW)
        entries.add_keys(connection, [(odd, id_)], "redirect", NOW)
        assert [row.article_id for row in rows_known(connection, Wanted((odd,)))] == [id_]
        assert entries.articles_by_key(connection, [odd, "x"]) == {odd: id_}


def test_nothing_wanted_finds_nothing(database: Database) -> None:
    store(database, 1)
    with database.reading() as connection:
        known = entries.load_known(connection, {"a": Wanted()})["a"]
    assert (known.rows, known.sightings) == ((), {})


def test_a_changed_entry_is_known_by_what_it_says_now(database: Database) -> None:
    store(database, 1)
    with database.unit() as connection:
        (row,) = rows_known(connection, Wanted(("id-1",)))
        entries.change_entries(connection, [ChangedEntry(row.id, an_entry(9), "key-9")], NOW)
        assert rows_known(connection, Wanted(("id-1",))) == ()
        assert rows_known(connection, Wanted((), ("key-9",)))[0].title == "Title 9"


def rows_known(connection: sa.Connection, wanted: Wanted) -> tuple[KnownEntry, ...]:
    return entries.load_known(connection, {"a": wanted})["a"].rows


def test_an_address_key_stays_with_the_article_that_had_it_first(database: Database) -> None:
    first, second = store(database, 1, 2)
    with database.unit() as connection:
        entries.add_keys(connection, [("key-1", second), ("alias", second)], "redirect", NOW)
        assert entries.articles_by_key(connection, ["key-1", "alias"]) == {"key-1": first, "alias": second}


def test_only_the_latest_revision_is_found(database: Database) -> None:
    article_id = store(database, 1)[0]
    revise(database, article_id, 1, "Hafen", "Der Ausbau des Kais beginnt im Mai")
    assert search(database, "kais") == [article_id]
    revise(database, article_id, 2, "Hafen", "Der Ausbau der Mole beginnt im Juni")
    assert (search(database, "kais"), search(database, "mole")) == ([], [article_id])


@pytest.mark.parametrize("query", ["MÜNCHEN", "munchen", '"in münchen"', "münch*", "treffen münchen", "«Мюнхен»"])
def test_search_is_for_words_phrases_and_beginnings(database: Database, query: str) -> None:
    article_id = store(database, 1)[0]
    revise(database, article_id, 1, "Treffen in München", "Встреча в городе Мюнхен: reports")
    assert search(database, query) == [article_id]


@pytest.mark.parametrize("query", ["", "   ", '"', "*", "AND", 'NEAR("a" "b")', "title:x", "a:b*", "; DROP", "(", "-x"])
def test_no_query_is_an_error(database: Database, query: str) -> None:
    store(database, 1)
    assert search(database, query) == []


def test_pages_are_claimed_newest_first_and_few_of_each_source(database: Database) -> None:
    ours = store(database, 3, 1, 2, reading=ReadingKind.PAGE, reading_at=NOW)
    store(database, 8, 9, source="b", reading=ReadingKind.PAGE, reading_at=NOW)
    arguments: dict[str, Any] = {"owner": "me", "lease_s": 60.0, "limit": 10, "per_source": 1}
    with database.unit() as connection:
        first = readings.claim_pages(connection, now=NOW, **arguments)
        assert {item.source_id for item in first} == {"a", "b"}
        assert ours[1] in {item.article_id for item in first}
        assert readings.claim_stored(connection, owner="me", now=NOW, lease_s=60, limit=9) == []
    with database.unit() as connection:
        change = ArticleChange(first[0].article_id, {"due_at": None}, first[0].lease)
        articles.change_article(connection, change)
    with pytest.raises(LeaseLost), database.unit() as connection:
        articles.change_article(connection, change)


def test_a_page_that_waits_is_not_put_off_by_less(database: Database) -> None:
    waiting, idle = store(database, 1, reading=ReadingKind.PAGE, reading_at=NOW)[0], store(database, 2)[0]
    later = NOW + timedelta(hours=1)
    with database.unit() as connection:
        readings.ask_reading(connection, [waiting, idle], ReadingKind.MATCH, later)
        found = articles.load_articles(connection, [waiting, idle])
    assert (found[waiting].reading, found[idle].reading) == (ReadingKind.PAGE, ReadingKind.MATCH)


def test_what_is_shown_has_the_documented_fields(database: Database) -> None:
    article_id = store(database, 1)[0]
    revise(database, article_id, 1, "Title 1", "Text")
    with database.reading() as connection:
        listed = shown.list_articles(connection)
        article = shown.show_article(connection, article_id)
        source = shown.list_sources(connection)[0]
        detail = shown.show_source(connection, "a")
    fields = {"id", "url", "title", "published_at", "first_seen_at", "language", "sources", "story_id", "text_state"}
    assert set(listed[0]) == fields
    assert article is not None
    assert set(article) >= fields | {"text", "authors", "revisions"}
    assert {"id", "name", "kind", "url", "health", "reason", "articles", "last_polled_at", "next_poll_at"} <= set(
        source
    )
    assert (source["articles"], listed[0]["sources"]) == (1, ["a"])
    assert detail is not None
    assert detail["texts"] == {"title": 1}


def test_lists_are_newest_first_and_go_on_where_they_ended(database: Database) -> None:
    ids = store(database, *range(5))
    with database.reading() as connection:
        first = shown.list_articles(connection, limit=2)
        rest = shown.list_articles(connection, limit=9, before=(first[-1]["first_seen_at"], first[-1]["id"]))
        none = shown.list_articles(connection, since=NOW + timedelta(seconds=1))
    assert [row["id"] for row in first + rest] == ids[::-1]
    assert none == []


def test_evidence_is_kept_as_it_was(database: Database) -> None:
    article_id = store(database, 1)[0]
    page = b"<p>\xff</p>"
    body = evidence.Body("https://news.example/1", (("content-type", "text/html"),), page, NOW)
    with database.unit() as connection:
        evidence.keep_bodies(connection, [evidence.Kept(article_id, 1, body)])
        evidence.keep_bodies(connection, [evidence.Kept(article_id, 1, replace(body, content=b"later"))])
        assert evidence.body_of(connection, article_id, 1) is not None
        kept, digest = evidence.body_of(connection, article_id, 1) or (None, "")
    assert kept == body
    assert digest == hashlib.sha256(page).hexdigest()


def test_an_id_is_never_given_twice(database: Database) -> None:
    first = store(database, 1)[0]
    with database.unit() as connection:
        retention.remove_articles(connection, [first], {}, NOW)
    assert store(database, 2)[0] > first


def test_text_states_are_stored_with_their_reason(database: Database) -> None:
    article_id = store(database, 1)[0]
    with database.unit() as connection:
        values = articles.set_text_state(TextState.TEASER, Reason("paywall", "behind a paywall"))
        articles.change_article(connection, ArticleChange(article_id, values))
        found = articles.load_articles(connection, [article_id])[article_id]
    assert (found.text_state, found.text_reason) == (TextState.TEASER, Reason("paywall", "behind a paywall"))
