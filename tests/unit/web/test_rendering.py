"""From values to HTML, and the small doors for probes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from monitor.store import tables as t
from monitor.web.rendering import Reader, duration, marked, rule_page, web_address
from monitor.web.sessions import COOKIE, Sessions
from tests.unit.web.site import Site

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@st.composite
def marks(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    text = draw(st.text(alphabet="ab<>&\"' é", max_size=40))
    spans = draw(st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=5))
    terms = st.text(alphabet="<>&\"'x", max_size=5)
    return text, [{"start": a, "end": b, "text": text[a:b], "term": draw(terms)} for a, b in spans]


@given(marks())
def test_marks_add_marks_and_nothing_else(made: tuple[str, list[dict[str, Any]]]) -> None:
    text, evidence = made
    read = _Read()
    read.feed(str(marked(text, evidence)))
    read.close()
    assert read.text == text
    assert set(read.tags) <= {"mark"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("http://[", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_become_links(url: str | None, shown: str) -> None:
    assert web_address(url) == shown


def test_times_are_the_readers() -> None:
    german, english = Reader("de", ZoneInfo("Europe/Berlin")), Reader("en", ZoneInfo("UTC"))
    day = timedelta(days=1)
    assert (german.clock(NOW, NOW), english.clock(NOW, NOW, seconds=True)) == ("13:00", "12:00:00")
    assert (german.clock(NOW - day, NOW), english.clock(NOW - day, NOW)) == ("04.01.2026 13:00", "2026-01-04 12:00")
    assert (german.clock(None, NOW), german.distance(None, NOW), duration(None)) == ("–", "–", "–")
    assert english.distance(NOW - timedelta(minutes=4), NOW) == "4 min"


@pytest.mark.parametrize("cookie", ["", "x", "YQ.é", "é.YQ", "YQ.", ".", "a" * 5000, "YQ.YQ"])
def test_a_cookie_that_is_not_ours_is_nobodys(cookie: str) -> None:
    assert Sessions(b"key").read(cookie, NOW) is None


def test_a_cookie_with_foreign_letters_breaks_nothing(site: Site) -> None:
    assert site.browser().get("/", cookie=f"{COOKIE}=YQ.é").status == 200


def test_probes_say_whether_somebody_polls(site: Site) -> None:
    browser = site.browser()
    assert browser.get("/healthz").json["status"] == "ok"
    quiet = browser.get("/readyz")
    assert (quiet.status, "nothing polls" in quiet.text) == (503, True)
    now = site.clock.now()
    row = {"id": "w", "role": "all", "host": "h", "pid": 1, "version": "1", "started_at": now, "seen_at": now}
    site.run(sa.insert(t.worker).values(row))
    assert browser.get("/readyz").status == 200
    site.run(sa.text("UPDATE alembic_version SET version_num = 'other'"))
    assert "another schema" in browser.get("/readyz").text


def test_figures_are_for_prometheus_unless_they_are_switched_off(site: Site) -> None:
    assert re.search(r"^monitor_\w+ \d", site.browser().get("/metrics").text, re.MULTILINE)
    site.path.write_text(site.path.read_text(encoding="utf-8") + "metrics: {enabled: false}\n", encoding="utf-8")
    site.load()
    assert site.browser().get("/metrics").status == 404


def test_a_subscription_is_looked_at_where_subscriptions_are() -> None:
    assert rule_page("ports & ships") == "/rules/ports%20%26%20ships"
    assert rule_page("subscription:4") == "/subscriptions"


def test_reasons_are_said_in_the_language_of_the_reader() -> None:
    said = [Reader(language, ZoneInfo("UTC")).because("timed out") for language in ("de", "en")]
    assert said == ["keine Antwort in der Zeit", "timed out"]
