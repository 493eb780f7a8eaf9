from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

import monitor.web
from monitor.web.app import routes
from monitor.web.words import german
from tests.unit.web.site import Site

TEMPLATES = Path(monitor.web.__file__).parent / "templates"
PAGES = ["/", "/stories", "/alerts", "/alerts?state=held", "/alerts?state=stuck", "/silences", "/rules", "/sources"]


@pytest.mark.parametrize("address", [*PAGES, "/sources/nordblick", "/sources/add", "/sources.opml", "/metrics"])
def test_every_page_answers_on_an_empty_database(site: Site, address: str) -> None:
    assert site.browser().get(address).status == 200


@pytest.mark.parametrize("address", PAGES)
def test_pages_speak_german_to_those_who_do(site: Site, address: str) -> None:
    answer = site.browser().get(address, accept_language="de-AT,de;q=0.9,en;q=0.5")
    assert '<html lang="de"' in answer.text
    assert "Quellen" in answer.text


def test_every_phrase_of_the_templates_has_its_german() -> None:
    said = set()
    for template in TEMPLATES.glob("*.html"):
        for double, single in re.findall(r"_\(\s*(?:\"([^\"]+)\"|'([^']+)')", template.read_text(encoding="utf-8")):
            said.add(double or single)
        for found in re.findall(r'reader\.many\([^,]+, "([^"]+)", "([^"]+)"', template.read_text(encoding="utf-8")):
            said.update(found)
    assert sorted(said - german().keys()) == []


def test_what_is_not_there_is_said_plainly(site: Site) -> None:
    for address in ("/articles/7", "/stories/7", "/alerts/7", "/sources/none", f"/articles/{2**70}", "/nowhere"):
        answer = site.browser().get(address)
        assert (answer.status, "Content-Security-Policy".lower() in answer.headers) == (404, True), address
        assert site.browser().get(address, accept="application/json").json["error"] in ("not-found", "http")


def test_nonsense_in_an_address_is_refused_with_a_message(site: Site) -> None:
    for address in ("/?before=x", "/?story=-1", "/?before=" + "9" * 40, "/stories?before=x", "/stories?before=2026|y"):
        assert site.browser().get(address).status == 400, address
    assert site.browser().get("/?source=%00%ff&language=%F0%9F&rule=%27%22%3E").status == 200


def test_every_address_that_changes_something_is_a_post() -> None:
    for route in routes():
        if isinstance(route, Mount):
            continue
        assert isinstance(route, Route)
        methods = route.methods or set()
        assert methods <= {"GET", "HEAD"} or methods == {"POST"}, route.path
