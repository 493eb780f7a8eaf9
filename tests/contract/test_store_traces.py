"""What is on record about an article: enough to prove what was seen, and why somebody was told."""

from __future__ import annotations

from datetime import timedelta

from monitor.model.alert import AlertKind
from monitor.store import traces
from monitor.store.evidence import Body, body_of, keep_body
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.conftest import NOW


def test_the_page_as_it_was_fetched_first_is_what_is_kept_of_a_revision(database: Database) -> None:
    first = Body("https://blatt.example/1", (("Content-Type", "text/html"),), b"<p>Ferry</p>", NOW)
    later = Body("https://blatt.example/other", (), b"changed", NOW + timedelta(hours=1))
    with database.unit() as connection:
        article = rows.article(connection, "Ferry", "blatt")
        for body in (first, later):
            keep_body(connection, article, 1, body)
        keep_body(connection, article, 2, later)
        kept = body_of(connection, article, 1)
        assert kept is not None
        assert kept[0] == first
        listed = traces.bodies_of(connection, article)
        assert [(row["revision"], row["url"]) for row in listed] == [(1, first.url), (2, later.url)]
        assert listed[0]["sha256"] == kept[1]
        assert body_of(connection, article, 3) is None


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
