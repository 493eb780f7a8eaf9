"""What people do with the page, in a real browser before a real daemon."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Of the rules, those that another colour scheme can break."""
PICTURES = os.environ.get("MONITOR_SCREENSHOTS")
"""A folder: then the run leaves its pictures there, for the documentation."""
PAGES = {
    "ticker": "/",
    "stories": "/stories",
    "story": "/stories/2",
    "article": "/articles/3",
    "search": "/search?q=Streik",
    "alerts": "/alerts",
    "held": "/alerts?state=held",
    "silences": "/silences",
    "rules": "/rules",
    "workbench": "/rules/strike",
    "new-rule": "/rules/new",
    "sources": "/sources",
    "source": "/sources/nordblick",
    "add-source": "/sources/add",
    "right-to-left": "/articles/5",
    "subscribe": "/subscribe?kind=rule&subject=strike",
    "subscriptions": "/subscriptions",
    "feeds": "/feeds",
    "charts": "/charts",
}


def _violations(page: Any, rules: list[str] = RULES) -> list[str]:
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", rules)
    return [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]


@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
@pytest.mark.parametrize("width", [1200, 360])
def test_every_page_is_accessible_in_light_and_dark(desk: Desk, page: Any, locale: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(desk.url)
    page.wait_for_selector(".line.hit")
    problems = []
    for name, address in PAGES.items():
        page.emulate_media(color_scheme="light")
        answer = page.goto(desk.url + address)
        assert answer.status == 200, address
        assert page.locator("html").get_attribute("lang") == locale[:2]
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address
        if PICTURES:
            _picture(page, name, locale, width)
        for scheme, rules in (("light", RULES), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            problems += [f"{name} ({scheme}) {violation}" for violation in _violations(page, rules)]
    assert problems == []


def _picture(page: Any, name: str, locale: str, width: int) -> None:
    """The pictures of the documentation: in English, wide, light; of the ticker also narrow, and dark."""
    if locale.startswith("en") and width > 1000:
        page.screenshot(path=f"{PICTURES}/{name}.png")
        if name == "ticker":
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=f"{PICTURES}/{name}-dark.png")
    elif locale.startswith("en") and name == "ticker":
        page.screenshot(path=f"{PICTURES}/{name}-narrow.png")


def test_right_to_left_texts_run_from_the_right(desk: Desk, page: Any) -> None:
    page.goto(f"{desk.url}/articles/5")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == "ltr"


def test_the_ticker_shows_what_a_poll_brings(desk: Desk, page: Any) -> None:
    page.goto(desk.url)
    page.wait_for_selector("text=Wetter bleibt schön")
    other = page.context.new_page()
    other.goto(f"{desk.url}/sources/nordblick")
    desk.stand.publish("Eilmeldung: Streik bei der Bahn")
    other.click("text=Jetzt abrufen")
    page.wait_for_selector(".line.hit >> text=Eilmeldung")
    assert page.locator(".line").first.locator("mark").inner_text() == "Streik"
    assert page.locator("#state").inner_text() == "Live"


def test_the_ticker_is_worked_by_keys_alone(desk: Desk, page: Any) -> None:
    page.goto(desk.url)
    page.locator(".line").nth(3).wait_for()
    titles = page.locator(".line .what > a:first-child").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator(".line.current .what > a").first.inner_text() == titles[0]
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.wait_for_selector("#muted >> text=Stumm bis")
    page.keyboard.press("o")
    page.wait_for_url("**/articles/*")
    assert page.locator("h1").inner_text() == titles[1]
    page.goto(f"{desk.url}/silences")
    assert page.locator("tbody form").count() == 1
    page.goto(desk.url)
    page.keyboard.press("/")
    page.wait_for_url("**/search")


def test_what_comes_while_one_reads_further_down_is_counted(desk: Desk, page: Any) -> None:
    page.set_viewport_size({"width": 1200, "height": 300})
    page.goto(desk.url)
    page.wait_for_selector("text=Wetter bleibt schön")
    page.evaluate("scrollTo(0, 250)")
    page.wait_for_function("scrollY > 200")
    other = page.context.new_page()
    other.goto(f"{desk.url}/sources/nordblick")
    desk.stand.publish("Brücke gesperrt", "Brücke wieder frei")
    other.click("text=Jetzt abrufen")
    page.wait_for_selector("#fresh >> text=2 neue Artikel")
    assert page.title().startswith("(2) ")
    assert _violations(page) == []
    page.click("#fresh")
    page.wait_for_function("scrollY === 0")
    assert page.locator("#fresh").is_hidden()
    assert not page.title().startswith("(")


def test_keys_are_explained_and_distances_go_on(desk: Desk, page: Any) -> None:
    page.clock.install()
    page.goto(f"{desk.url}/sources")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open] >> text=zum Neuesten")
    assert _violations(page) == []
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    page.clock.fast_forward("03:00:00")
    page.wait_for_selector("time[data-ago] >> text=3 h")
    page.goto(desk.url)
    page.clock.fast_forward("24:00:30")
    page.wait_for_function(r"/^\d\d\.\d\d\.\d{4} \d\d:/.test(document.querySelector('.when time').textContent)")


def test_from_typing_to_the_saved_file(desk: Desk, page: Any) -> None:
    page.goto(f"{desk.url}/rules/strike")
    editor = page.locator("#rule-text")
    editor.fill("id: strike\nname: Strikes\nmatch: 'Streik OR ('\n")
    page.wait_for_selector("#result >> text=Zeile 3")
    editor.fill("id: strike\nname: Strikes\nmatch: 'Streik OR Ausstand'   # asked for by the desk\n")
    page.wait_for_selector("#result >> .badge.told")
    page.fill("textarea[name=sample]", "Der Ausstand beginnt.")
    page.click("button[value=try]")
    page.wait_for_selector("#result mark >> text=Ausstand")
    page.click("button[value=backtest]")
    page.wait_for_selector("#result >> text=1 mehr, 0 weniger")
    page.click("button[value=save]")
    page.wait_for_selector("text=In config.yaml geschrieben")
    text = desk.path.read_text(encoding="utf-8")
    assert "Streik OR Ausstand" in text
    for comment in ("# asked for by the desk", "# what the desk wants", "# asked by hand"):
        assert comment in text


def test_suggestions_while_typing_are_taken_by_keys(desk: Desk, page: Any) -> None:
    page.goto(f"{desk.url}/rules/new")
    editor = page.locator("#rule-text")
    editor.fill("id: a\nmatch: 'x'\n")
    editor.press("Control+End")
    page.keyboard.type("al")
    page.wait_for_selector("#offers [aria-selected=true] >> text=alert:")
    assert editor.get_attribute("aria-activedescendant") == "offer-0"
    assert _violations(page) == []
    page.keyboard.press("Enter")
    assert editor.input_value() == "id: a\nmatch: 'x'\nalert: "
    page.keyboard.type("{to: p")
    page.wait_for_selector("#offers >> text=post")
    page.keyboard.press("Escape")
    assert page.locator("#offers").is_hidden()
    page.keyboard.press("End")
    page.keyboard.type("o")
    page.wait_for_selector("#offers >> text=post")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert editor.input_value().endswith("alert: {to: post")


def test_the_login_lets_in_and_a_foreign_form_does_not(locked_desk: Desk, page: Any) -> None:
    page.goto(f"{locked_desk.url}/alerts?state=held")
    assert "/login" in page.url
    page.fill("input[name=password]", "open sesame")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts?state=held")
    assert _violations(page) == []
    foreign = page.request.post(f"{locked_desk.url}/silences", form={"kind": "rule", "subject": "strike"})
    assert foreign.status == 403
    page.click("text=Abmelden")
    page.wait_for_url("**/login")
    assert _violations(page) == []
