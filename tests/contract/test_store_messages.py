from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from monitor.model.alert import AlertState
from monitor.model.message import Passage
from monitor.model.reasons import Reason
from monitor.store import messages, outbox, traces
from monitor.store import tables as t
from monitor.store.alerts import Member, put_member
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import DESK, NOW

HOUR = timedelta(hours=1)


def test_the_articles_of_a_message_come_first_seen_first_with_who_showed_them(database: Database) -> None:
    with database.unit() as connection:
        for name in ("Blatt", "Anzeiger"):
            rows.source(connection, name)
        late = rows.article(connection, "Later", "blatt", at=NOW + HOUR)
        early = rows.article(connection, "Earlier", "anzeiger", "blatt", url="https://a.example/1", language="de")
        for _ in range(2):
            rows.article(connection, "Copy", "blatt", copy_of=early)
        number = rows.alert(connection, "k", late, cue="may")
        passage = Passage("title", "Earlier", ((0, 7),))
        put_member(connection, number, Member(early, None, 2, (passage,), revised_at=NOW, why="both"))
        found = messages.items_of(connection, [number, 999])
    assert found[999] == ()
    first, second = found[number]
    assert (first.title, first.url, first.sources, first.language) == (
        "Earlier",
        "https://a.example/1",
        ("Anzeiger", "Blatt"),
        "de",
    )
    assert (first.copies, first.passages, first.revised_at, first.why) == (2, (passage,), NOW, "both")
    assert (second.title, second.url, second.copies, second.guarded) == ("Later", "", 0, "may")


def test_the_outlets_of_a_thread_are_those_of_copies_too_the_first_one_first(database: Database) -> None:
    with database.unit() as connection:
        for name in ("Blatt", "Anzeiger", "Courier", "Dagblad"):
            rows.source(connection, name)
        head = rows.article(connection, "Fire", "courier", at=NOW - HOUR)
        told = rows.article(connection, "Fire", "blatt", copy_of=head)
        rows.article(connection, "Fire", "anzeiger", copy_of=head, at=NOW + HOUR)
        rows.article(connection, "Else", "dagblad")
        rows.alert(connection, "k", told)
        assert messages.outlets_of(connection, "k") == ("Courier", "Blatt", "Anzeiger")


def test_a_gathering_message_tells_what_waited_for_it_in_its_order(database: Database) -> None:
    with database.unit() as connection:
        ids = [rows.alert(connection, key, state=AlertState.HELD) for key in "abc"]
        digest = rows.alert(connection, "d")
        for number in (ids[1], ids[0], ids[2]):
            outbox.gather(connection, number, "desk", window="w", due_at=NOW, reason=Reason("digest", "hourly"))
        outbox.close_items(connection, "desk", "w", ids[:2], digest)
        assert [row["id"] for row in messages.told_within(connection, digest)] == [ids[1], ids[0]]


def test_what_a_first_poll_or_a_new_rule_kept_back_is_listed_by_rule_newest_first(database: Database) -> None:
    with database.unit() as connection:
        here, there = (rows.article(connection, "x", source) for source in ("blatt", "anzeiger"))
        kept_back = partial(rows.alert, connection, state=AlertState.SUPPRESSED, code="baseline")
        first, second = (kept_back(key, here) for key in "ab")
        elsewhere = kept_back("c", there)
        kept_back("d", here, rule_id="other")
        rows.alert(connection, "e", here)
        assert messages.older_listed(connection, ["port"], "source.blatt") == {"port": [second, first]}
        assert messages.older_listed(connection, ["port"], "rule.port") == {"port": [elsewhere, second, first]}


def test_only_sources_that_are_polled_are_watched(database: Database) -> None:
    with database.unit() as connection:
        rows.source(connection, "Blatt")
        rows.source(connection, "Gone", gone=True)
        rows.source(connection, "Former", configured=False)
        assert messages.sources_watched(connection) == 1


def test_rules_are_known_by_name_also_when_they_are_removed(database: Database) -> None:
    with database.unit() as connection:
        for rule_id, status in (("port", "active"), ("ferry", "removed")):
            rows.put(
                connection, t.rule_state, rule_id=rule_id, name=rule_id.title(), status=status, founding=True,
                accepted_at=NOW, memory={},
            )  # fmt: skip
        assert messages.rule_names(connection) == {"port": "Port", "ferry": "Ferry"}


def test_the_sources_of_an_alert_are_all_that_showed_its_articles(database: Database) -> None:
    with database.unit() as connection:
        fire = rows.article(connection, "Fire", "a", "b")
        number = rows.alert(connection, "k", fire, rows.article(connection, "More", "b"))
        assert set(messages.source_ids_of(connection, number)) == {"a", "b"}


def test_everything_on_record_about_an_article_is_found(database: Database) -> None:
    with database.unit() as connection:
        fire = rows.article(connection, "Fire", "blatt", story_id=4, copy_of=2)
        rows.put(
            connection, t.entry, source_id="blatt", entry_key="1", title="Fire", content_hash="c", item_hash="i",
            article_id=fire, first_seen_at=NOW, last_seen_at=NOW,
        )  # fmt: skip
        rows.match(connection, "port", fire)
        number = rows.alert(connection, "k", fire, state=AlertState.HELD)
        digest = rows.alert(connection, "d")
        connection.execute(sa.update(t.alert).where(t.alert.c.id == number).values(told_in=digest))
        outbox.add_deliveries(connection, digest, "d", DESK, priority=0, now=NOW)
        facts = traces.article_facts(connection, fire)
        (entry,), (match,) = traces.entries_of(connection, fire), traces.matches_of(connection, fire)
        (alert,) = traces.alerts_about(connection, fire)
    assert (facts["story_id"], facts["copy_of"], facts["baseline"]) == (4, 2, False)
    assert (entry["source_id"], match["rule_id"]) == ("blatt", "port")
    assert (alert["key"], [line["label"] for line in alert["deliveries"]]) == ("k", ["ada", "bob"])
