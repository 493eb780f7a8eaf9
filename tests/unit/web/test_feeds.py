from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.web.openapi import PARAMETERS, READS
from tests.unit.web.browser import Browser
from tests.unit.web.site import Site

ATOM = "{http://www.w3.org/2005/Atom}"


def _address(browser: Browser, kind: str, subject: str) -> str:
    answer = browser.post("/feeds", {"kind": kind, "subject": subject})
    found = re.search(r'href="http://[^/]+(/out/[^"]+)\.atom"', answer.text)
    assert found, answer.text
    return found[1]


@pytest.mark.parametrize(("kind", "subject"), [("rule", "strike"), ("story", "5"), ("search", "Streik AND Bahn")])
def test_a_feed_has_what_fits(site: Site, kind: str, subject: str) -> None:
    number = site.article("Streik <b>&\x0b bei der Bahn", story=5)
    site.article("Wetter", story=6)
    browser = site.browser()
    address = _address(browser, kind, subject)
    feed = ET.fromstring(browser.get(f"{address}.atom").body)
    assert [e.findtext(f"{ATOM}id") for e in feed.iter(f"{ATOM}entry")] == [f"urn:news-monitor:article:{number}"]
    assert [item["id"] for item in browser.get(f"{address}.json").json] == [number]


def test_an_address_can_be_taken_back(site: Site) -> None:
    browser = site.browser()
    address = _address(browser, "rule", "strike")
    assert browser.get(f"{address}.atom").status == 200
    assert address not in browser.get("/feeds").text
    assert browser.post("/feeds/1/revoke").status == 303
    assert browser.get(f"{address}.atom").status == 404
    assert browser.get("/out/guess.json").status == 404


@pytest.mark.parametrize(
    ("kind", "subject", "status"),
    [("search", "(", 400), ("channel", "y", 400), ("story", "x", 404), ("story", "99", 404), ("rule", "strke", 404)],
)
def test_no_feed_of_what_cannot_be_one(site: Site, kind: str, subject: str, status: int) -> None:
    assert site.browser().post("/feeds", {"kind": kind, "subject": subject}).status == status


def test_every_described_address_answers(site: Site) -> None:
    number = site.article("Streik")
    described = site.browser().get("/openapi.json").json["paths"]
    assert set(READS) <= set(described)
    for path in READS:
        assert site.browser().get(path.replace("{id}", str(number)), accept="application/json").status == 200, path


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(sorted(READS)),
    number=st.integers(0, 2**70),
    values=st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.text(max_size=30) | st.integers().map(str)),
)
def test_no_query_brings_the_interface_down(site: Site, path: str, number: int, values: dict[str, str]) -> None:
    from urllib.parse import urlencode

    query = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in values.items()})
    answer = site.browser().get(f"{path.replace('{id}', str(number))}?{query}", accept="application/json")
    assert answer.status in (200, 400, 404)


HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "<script>x</script>",
        "'\"><img src=x onerror=y>",
        "</textarea><script>",
        "{{ 7*7 }}",
        "javascript:x",
        "\x00\u202e",
    ]
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(title=HOSTILE, text=HOSTILE)
def test_no_stored_text_reaches_a_page_unescaped(site: Site, title: str, text: str) -> None:
    from lxml import html

    plain = title.replace("\x00", "").encode("utf-8", "replace").decode()
    number = site.article(f"Streik {plain}", text.replace("\x00", "").encode("utf-8", "replace").decode())
    for address in ("/", f"/articles/{number}", "/search?q=Streik", "/search?q=" + "%3Cscript%3E"):
        page = html.fromstring(site.browser().get(address).body)
        assert {str(tag.get("src", "")).split("?")[0] for tag in page.iter("script")} == {
            "/static/htmx.min.js",
            "/static/app.js",
        }
        assert not list(page.iter("img", "iframe", "object", "style"))
        assert not [n for e in page.iter() for n in e.attrib if str(n).startswith("on")]
        assert not [e for e in page.iter("a") if str(e.get("href")).lower().startswith("javascript")]
