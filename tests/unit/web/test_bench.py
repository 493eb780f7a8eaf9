from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from lxml import html

from monitor.store import tables as t
from tests.unit.web.browser import Browser
from tests.unit.web.site import Site

STRIKE = "id: strike          # a comment that stays\nname: Strikes\nmatch: 'Streik OR walkout'\n"


def _seen(browser: Browser, address: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(address).text)
    assert found
    return found[1]


def test_a_rule_is_shown_as_its_author_wrote_it(site: Site) -> None:
    text = site.browser().get("/rules/strike").text
    assert "# a comment that stays" in text
    assert "1 of 1 tests pass" in text


def test_problems_stand_at_their_line(site: Site) -> None:
    text = (
        site.browser()
        .post("/rules/work", {"rule_id": "strike", "text": "id: strike\nmatch: 'Streik AND ('\n"}, hx_request="true")
        .text
    )
    assert "line 2" in text
    assert "^" in text
    assert "<html" not in text


def test_yaml_that_is_none_is_said_to_be(site: Site) -> None:
    for draft in ("id: [", "- a", "", "just words", "\t- x", "id: strike\nid: strike\nmatch: x", "&a [*a]"):
        answer = site.browser().post("/rules/work", {"rule_id": "strike", "text": draft})
        assert answer.status == 200, draft
        assert 'class="error"' in answer.text, draft


def test_a_draft_is_tried_on_a_text_and_on_an_article(site: Site) -> None:
    number = site.article("Bahn", "Ein walkout.")
    form = {"rule_id": "strike", "text": STRIKE, "act": "try"}
    text = site.browser().post("/rules/work", form | {"sample": "Sie planen einen walkout."}).text
    assert '<mark title="walkout">walkout</mark>' in text
    assert "fires" in text
    assert "walkout</mark>" in site.browser().post("/rules/work", form | {"article": number}).text
    assert "there is no article" in site.browser().post("/rules/work", form | {"article": 999}).text


def test_a_backtest_shows_the_difference_to_what_runs(site: Site) -> None:
    site.article("Alt", "Der Streik.")
    site.article("Neu", "Ein walkout.")
    text = site.browser().post("/rules/work", {"rule_id": "strike", "text": STRIKE, "act": "backtest"}).text
    assert "Hits: 2, stories: 2" in text
    assert "1 more, 0 fewer" in text


def test_saving_keeps_the_file_around_it(site: Site) -> None:
    browser = site.browser()
    seen = _seen(browser, "/rules/strike")
    answer = browser.post("/rules/work", {"rule_id": "strike", "text": STRIKE, "act": "save", "seen": seen})
    assert "Written into config.yaml" in answer.text
    text = site.path.read_text(encoding="utf-8")
    assert "walkout" in text
    for comment in ("# the first one", "# what the desk wants", "# a comment that stays"):
        assert comment in text
    site.load()
    assert "walkout" in browser.get("/rules/strike").text


def test_the_version_that_comes_of_it_names_who_wrote_it(site: Site) -> None:
    browser = site.browser()
    long = (
        "id: strike\nname: Strikes\nmatch: 'Streik OR walkout'  # x\ntests:\n  fires: [Ein Streik, 'yes: a walkout']\n"
        + ("  silent:\n    - >-\n      a text\n      of lines\n    - " + "far " * 60 + "away\n")
    )
    browser.post(
        "/rules/work", {"rule_id": "strike", "text": long, "act": "save", "seen": _seen(browser, "/rules/strike")}
    )
    assert "walkout" in site.path.read_text(encoding="utf-8")
    site.load()
    with site.database.reading() as connection:
        version = t.rule_version.c
        found = connection.execute(sa.select(version.author).order_by(version.version.desc())).scalars().first()
    assert found == "local (page)"


def test_a_second_tab_is_noticed(site: Site) -> None:
    browser = site.browser()
    seen = _seen(browser, "/rules/strike")
    form = {"rule_id": "strike", "act": "save", "seen": seen}
    browser.post("/rules/work", form | {"text": STRIKE})
    answer = browser.post("/rules/work", form | {"text": STRIKE.replace("walkout", "lockout")})
    assert answer.status == 409
    assert "changed elsewhere" in answer.text
    assert "lockout" not in site.path.read_text(encoding="utf-8")


def test_nothing_bad_is_saved(site: Site) -> None:
    before = site.path.read_text(encoding="utf-8")
    failing = STRIKE + "tests: {fires: ['Regen.']}\n"
    for draft in ("id: [", "id: strike\nmatch: '('\n", failing):
        browser = site.browser()
        seen = _seen(browser, "/rules/strike")
        answer = browser.post("/rules/work", {"rule_id": "strike", "text": draft, "act": "save", "seen": seen})
        assert "Nothing was saved" in answer.text
    assert site.path.read_text(encoding="utf-8") == before


def test_a_file_that_cannot_be_written_leads_to_a_snippet(site: Site) -> None:
    browser = site.browser()
    seen = _seen(browser, "/rules/strike")
    site.path.with_name(".config.yaml.new").mkdir()  # what stands in the way of writing
    answer = browser.post("/rules/work", {"rule_id": "strike", "text": STRIKE, "act": "save", "seen": seen})
    assert "<pre" in answer.text
    assert "  - id: strike" in answer.text


def test_a_search_becomes_a_rule(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/rules/new?match=Bahn+AND+Streik").text
    assert "Bahn AND Streik" in page
    draft = "id: bahn\nname: Bahn\nmatch: 'Bahn AND Streik'\n"
    assert "Written" in browser.post("/rules/work", {"text": draft, "act": "save"}).text
    site.load()
    assert "Bahn" in browser.get("/rules").text


def test_a_removed_rule_and_one_that_never_was(site: Site) -> None:
    site.path.write_text(site.path.read_text(encoding="utf-8").split("watchlist:")[0], encoding="utf-8")
    site.load()
    assert "no longer in the configuration" in site.browser().get("/rules/strike").text
    assert site.browser().get("/rules/none").status == 404


def test_charts_show_their_figures(site: Site) -> None:
    site.article("Bahn", "Ein Streik.")
    text = site.browser().get("/charts").text
    assert "Strikes" in text
    assert "<svg" in text


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 3, 30, 10, tzinfo=UTC), datetime(2026, 3, 29, 22, 30, tzinfo=UTC)),
        (datetime(2026, 10, 26, 22, 50, tzinfo=UTC), datetime(2026, 10, 26, 22, 45, tzinfo=UTC)),
    ],
)
def test_today_begins_at_the_readers_midnight_when_the_clocks_have_changed_too(
    site: Site, now: datetime, first: datetime
) -> None:
    site.clock.advance((now - site.clock.now()).total_seconds())
    site.article("Streik im Hafen", seen_at=first)
    page = html.fromstring(site.browser().get("/rules", cookie="zone=Europe/Berlin").body)
    (row,) = [row for row in page.iter("tr") if "/rules/strike" in {link.get("href") for link in row.iter("a")}]
    cells = [cell for cell in row.iter("td") if cell.get("class") == "num"]
    assert [cell[0].text if len(cell) else cell.text for cell in cells] == ["1", "1"]


def test_what_is_typed_fills_no_cache(site: Site) -> None:
    known = set(site.context.cache.rules)
    for word in ("Hafen", "Werft", "Kran"):
        site.browser().post("/rules/work", {"text": f"id: strike\nname: Strike\nmatch: {word}\n", "act": "check"})
    assert set(site.context.cache.rules) == known
