"""Sources on the page: listed in pages, shown, polled, paused, added by address."""

from __future__ import annotations

import re

import sqlalchemy as sa

from monitor.loops.inspect import Inspection
from monitor.store import tables as t
from tests.unit.web.site import Site


def many(site: Site, number: int) -> None:
    with site.database.unit() as connection:
        row = dict(connection.execute(sa.select(t.source).where(t.source.c.id == "wire")).mappings().one())
        rows = [row | {"id": f"extra-{n:04}", "name": f"Extra {n:04}"} for n in range(number)]
        connection.execute(sa.insert(t.source), rows)


def test_a_long_list_has_pages_and_a_filter(site: Site) -> None:
    many(site, 150)
    browser = site.browser()
    first = browser.get("/sources").text
    assert first.count('<tr><td><a href="/sources/') == 100
    assert "page=2" in first
    second = browser.get("/sources?page=2").text
    assert second.count('<tr><td><a href="/sources/') == 52
    assert "page=1" in second
    found = browser.get("/sources?q=EXTRA+0007").text
    assert found.count('<tr><td><a href="/sources/') == 1
    assert browser.get("/sources?q=%25").text.count('<tr><td><a href="/sources/') == 0
    assert browser.get("/sources?page=99999999").status == 200
    assert browser.get("/sources?page=0").status == 200
    assert browser.get("/sources?page=x").status == 400


def test_one_shows_its_polls_and_articles(site: Site) -> None:
    site.article("Streik bei der Bahn")
    text = site.browser().get("/sources/nordblick").text
    assert "bei der Bahn" in text
    assert site.browser().get("/sources/none").status == 404


def test_it_is_polled_now(site: Site) -> None:
    assert site.browser().post("/sources/nordblick/poll").status == 303
    site.run(sa.update(t.source).values(paused=True))
    assert site.browser().post("/sources/nordblick/poll").status == 400


def test_pausing_is_written_into_the_file(site: Site) -> None:
    answer = site.browser().post("/sources/nordblick/pause")
    assert "config.yaml" in answer.text
    text = site.path.read_text(encoding="utf-8")
    assert "paused: true" in text
    assert "# the first one" in text
    site.browser().post("/sources/nordblick/resume")
    assert "paused" not in site.path.read_text(encoding="utf-8")


def test_an_address_is_examined_before_it_is_added(site: Site) -> None:
    site.inspect = lambda address: Inspection(address, f"{address}feed", kind="feed", title="Küste <heute>")
    browser = site.browser()
    assert "<form" in browser.get("/sources/add").text
    answer = browser.post("/sources/examine", {"address": "kueste.example/"})
    assert "Küste &lt;heute&gt;" in answer.text
    form = {"kind": "feed", "url": "https://kueste.example/feed", "name": "Küste heute", "tags": "de, sea"}
    assert "config.yaml" in browser.post("/sources/add", form).text
    text = site.path.read_text(encoding="utf-8")
    assert "https://kueste.example/feed" in text
    assert "sea" in text
    site.load()
    browser.post("/sources/add", form | {"url": "https://kueste.example/other"})
    ids = re.findall(r"id: (\S*heute\S*)", site.path.read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids)) == 2


def test_what_leads_nowhere_is_said_so(site: Site) -> None:
    site.inspect = lambda address: Inspection(address, None)
    browser = site.browser()
    assert browser.post("/sources/examine", {"address": "nowhere.example"}).status == 200
    assert browser.post("/sources/examine", {"address": "https://"}).status == 400
    assert browser.post("/sources/add", {"kind": "magic", "url": "https://x.example/"}).status == 400


def test_all_feeds_as_opml(site: Site) -> None:
    answer = site.browser().get("/sources.opml")
    assert answer.headers["content-type"].startswith("text/x-opml")
    assert "https://nordblick.example/feed" in answer.text


def test_a_long_list_of_rules_has_pages_too(site: Site) -> None:
    row = dict(site.run(sa.select(t.rule_state))[0]._mapping)
    site.run(sa.insert(t.rule_state).values([row | {"rule_id": f"r{n}", "name": f"Rule {n}"} for n in range(120)]))
    first = site.browser().get("/rules").text
    assert first.count('<tr><td><a href="/rules/') == 100
    assert site.browser().get("/rules?page=2").text.count('<tr><td><a href="/rules/') == 21
    assert site.browser().get("/rules?q=rule+77").text.count('<tr><td><a href="/rules/') == 1
