from __future__ import annotations

from datetime import timedelta

from monitor.model.reasons import Reason
from monitor.store import entries, shown, source_pages, tombstones
from monitor.store import tables as t
from monitor.store.articles import NewRevision, add_revisions
from monitor.store.search import AllOf, AnyOf, Begins, candidates
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import NOW

HOUR = timedelta(hours=1)


def test_articles_come_newest_first_in_pages(database: Database) -> None:
    with database.unit() as connection:
        rows.source(connection, "Blatt")
        ids = [rows.article(connection, f"{n}", "blatt", at=NOW + (n // 2) * HOUR) for n in range(4)]
        first = shown.list_articles(connection, limit=2)
        last = first[-1]
        second = shown.list_articles(connection, limit=2, before=(last["first_seen_at"], last["id"]))
        late = shown.list_articles(connection, since=NOW + HOUR, source_id="blatt")
        nobody = shown.list_articles(connection, source_id="other")
    assert [row["id"] for row in first + second] == [ids[3], ids[2], ids[1], ids[0]]
    assert ([row["id"] for row in late], nobody) == ([ids[3], ids[2]], [])
    assert first[0]["sources"] == ["blatt"]


def test_what_was_ever_polled_is_known_by_id_and_what_came_is_counted(database: Database) -> None:
    with database.unit() as connection:
        rows.source(connection, "Blatt")
        rows.source(connection, "Courier")
        connection.execute(t.source.update().where(t.source.c.id == "courier").values(configured=False))
        first, second = (rows.article(connection, name, "blatt", at=NOW + n * HOUR) for n, name in enumerate("ab"))
        entries.add_keys(connection, [("blatt.example/b", second)], "url", NOW)
        assert shown.source_ids(connection) == {"blatt", "courier"}
        assert [row["id"] for row in shown.list_sources(connection)] == ["blatt"]
        assert [shown.count_articles(connection, NOW + hours * HOUR) for hours in (0, 1, 2)] == [2, 1, 0]
        assert shown.find_article(connection, url_key="blatt.example/b") == second != first
        assert shown.find_article(connection, url_key="blatt.example/c") is None


def test_a_source_is_shown_with_its_last_eventful_polls_and_what_could_be_read(database: Database) -> None:
    with database.unit() as connection:
        rows.source(connection, "Blatt")
        rows.article(connection, "a", "blatt")
        rows.article(connection, "b", "blatt", text_state="teaser")
        for minute, outcome in ((0, "new"), (1, "unchanged"), (2, "timeout")):
            rows.put(
                connection, t.poll, source_id="blatt", started_at=NOW + timedelta(minutes=minute), elapsed_ms=1,
                outcome=outcome, bytes=0, items=0, new_items=0, possible_loss=False,
            )  # fmt: skip
        found = shown.show_source(connection, "blatt")
        polls = source_pages.last_polls(connection, "blatt")
        assert shown.show_source(connection, "other") is None
    assert found is not None
    assert (found["articles"], found["texts"], found["push"], found["pace"]) == (
        2,
        {"full": 1, "teaser": 1},
        None,
        None,
    )
    assert [poll["outcome"] for poll in found["polls"]] == ["timeout", "new"] == [poll["outcome"] for poll in polls]


def test_sick_sources_come_first_and_may_be_found_by_name_id_or_address(database: Database) -> None:
    with database.unit() as connection:
        for name, health in (("Anzeiger", "ok"), ("Blatt", "failing"), ("Courier", "new")):
            rows.source(connection, name, health=health)
        rows.article(connection, "a", "anzeiger", at=NOW - HOUR)
        rows.article(connection, "b", "anzeiger", at=NOW - timedelta(days=2))
        everything = source_pages.source_lines(connection, NOW)
        page = source_pages.source_lines(connection, NOW, limit=1, offset=1)
        named = source_pages.source_lines(connection, NOW, named="COURIER.ex")
        (one,) = source_pages.source_lines(connection, NOW, source_id="blatt")
    assert [(line.name, line.brought_24h) for line in everything] == [("Blatt", 0), ("Anzeiger", 1), ("Courier", 0)]
    assert ([line.id for line in page], [line.id for line in named]) == (["anzeiger"], ["courier"])
    assert (one.health, one.memory is not None, everything[0].memory) == ("failing", True, None)


def test_an_article_that_is_not_there_is_none(database: Database) -> None:
    with database.reading() as connection:
        assert shown.show_article(connection, 9) is None
        assert shown.search_articles(connection, "--") == []


def test_a_search_may_begin_at_a_time(database: Database) -> None:
    with database.unit() as connection:
        ids = [rows.article(connection, "Fire", at=NOW + n * HOUR) for n in range(2)]
        texts = [NewRevision(n, 1, "Fire", "", "at the quay", material=True, reason=Reason("r", "r")) for n in ids]
        add_revisions(connection, texts, NOW)
        late = shown.search_articles(connection, "quay", since=NOW + HOUR)
        everything = shown.search_articles(connection, "quay")
        both = candidates(connection, AllOf((Begins("fire"), AnyOf((Begins("pier"), Begins("quay"))))), limit=9)
        none = candidates(connection, Begins("!!"), limit=9)
    assert ([row["id"] for row in late], {row["id"] for row in everything}) == ([ids[1]], set(ids))
    assert ([article for _, article in both], none) == ([ids[1], ids[0]], [])


def test_tombstones_are_kept_per_source_for_a_time(database: Database) -> None:
    with database.unit() as connection:
        tombstones.bury(connection, "blatt", [], now=NOW)
        tombstones.bury(connection, "blatt", ["a", "b", "a"], now=NOW)
        tombstones.bury(connection, "blatt", ["b", "c"], now=NOW + HOUR)
        later = NOW + HOUR
        assert tombstones.buried(connection, {"blatt": ["a", "b", "x"]})["blatt"] == {"a": NOW, "b": later}
        assert tombstones.buried(connection, {"other": ["a"]})["other"] == {}
        assert tombstones.unbury(connection, "blatt", later, frozenset(), later) == 1
        assert tombstones.buried(connection, {"blatt": ["a", "b", "c"]})["blatt"] == {"b": later, "c": later}
