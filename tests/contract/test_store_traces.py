"""What is on record about an article: enough to prove what was seen, and why somebody was told."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.model.alert import AlertKind
from monitor.store import tables as t
from monitor.store import traces
from monitor.store.evidence import Body, Kept, body_of, forget_bodies, keep_bodies
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.conftest import NOW


def test_the_page_as_it_was_fetched_first_is_what_is_kept_of_a_revision(database: Database) -> None:
    first = Body("https://blatt.example/1", (("Content-Type", "text/html"),), b"<p>Ferry</p>", NOW)
    later = Body("https://blatt.example/other", (), b"changed", NOW + timedelta(hours=1))
    with database.unit() as connection:
        article = rows.article(connection, "Ferry", "blatt")
        for body in (first, later):
            keep_bodies(connection, [Kept(article, 1, body)])
        keep_bodies(connection, [Kept(article, 2, later)])
        kept = body_of(connection, article, 1)
        assert kept is not None
        assert kept[0] == first
        listed = traces.bodies_of(connection, article)
        assert [(row["revision"], row["url"]) for row in listed] == [(1, first.url), (2, later.url)]
        assert listed[0]["sha256"] == kept[1]
        assert body_of(connection, article, 3) is None


def documents(connection: sa.Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(t.evidence)).scalar_one()


def test_the_document_of_a_feed_is_kept_once_for_all_its_articles(database: Database) -> None:
    feed = Body("https://blatt.example/feed", (), b"<rss/>", NOW)
    again = Body("https://blatt.example/feed", (("Age", "7"),), bytes(bytearray(b"<rss/>")), NOW + timedelta(hours=1))
    with database.unit() as connection:
        ferry, tram, bus = (rows.article(connection, title, "blatt") for title in ("Ferry", "Tram", "Bus"))
        keep_bodies(connection, [Kept(ferry, 1, feed), Kept(tram, 1, feed)])
        keep_bodies(connection, [Kept(bus, 1, again)])
        assert documents(connection) == 1
        for article, body in ((ferry, feed), (tram, feed), (bus, again)):
            assert body_of(connection, article, 1) == (body, hashlib.sha256(b"<rss/>").hexdigest())


def test_a_document_is_forgotten_with_the_last_article_that_it_brought(database: Database) -> None:
    feed, other = (Body("https://blatt.example/feed", (), content, NOW) for content in (b"<rss/>", b"<feed/>"))
    with database.unit() as connection:
        ferry, tram, bus = (rows.article(connection, title, "blatt") for title in ("Ferry", "Tram", "Bus"))
        keep_bodies(connection, [Kept(ferry, 1, feed), Kept(tram, 1, feed), Kept(bus, 1, other)])
        forget_bodies(connection, [ferry])
        assert documents(connection) == 2
        assert body_of(connection, ferry, 1) is None
        assert body_of(connection, tram, 1) is not None
        forget_bodies(connection, [tram])
        assert documents(connection) == 1
        assert body_of(connection, bus, 1) is not None


def test_a_document_that_is_being_named_is_not_forgotten(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one unit writes after the other")
    feed = Body("https://blatt.example/feed", (), b"<rss/>", NOW)
    with database.unit() as connection:
        ferry, tram = (rows.article(connection, title, "blatt") for title in ("Ferry", "Tram"))
        keep_bodies(connection, [Kept(ferry, 1, feed)])

    def forget() -> None:
        with database.unit() as connection:
            forget_bodies(connection, [ferry])

    forgetting = threading.Thread(target=forget)
    with database.unit() as connection:
        keep_bodies(connection, [Kept(tram, 1, feed)])
        forgetting.start()
        while not waits_for_a_lock(connection):
            time.sleep(0.01)
    forgetting.join()
    with database.reading() as connection:
        assert body_of(connection, tram, 1) is not None


def waits_for_a_lock(connection: sa.Connection) -> bool:
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    return bool(connection.exec_driver_sql(blocked).scalar_one())


def test_matches_and_alerts_about_an_article_are_listed_with_what_they_led_to(database: Database) -> None:
    with database.unit() as connection:
        article, other = rows.article(connection, "Ferry", "blatt"), rows.article(connection, "Tram", "blatt")
        match = rows.match(connection, "port", article)
        digest = rows.alert(connection, "digest", kind=AlertKind.DIGEST)
        told = rows.alert(connection, "port:1", article, told_in=digest)
        rows.alert(connection, "port:2", other)
        assert [row["id"] for row in traces.matches_of(connection, article)] == [match]
        assert [row["id"] for row in traces.alerts_about(connection, article)] == [told]
        assert traces.article_facts(connection, article)["settled"]
