"""What nobody should send, and what becomes of it: escaped or refused with a message, under the same policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from lxml import html
from starlette.types import Receive, Scope, Send

from monitor.errors import StoreBusy
from monitor.store.unit import Database
from monitor.web.guard import CONTENT_SECURITY
from monitor.web.visitors import GUESSES
from tests.unit.web.browser import Answer, Browser
from tests.unit.web.site import Site

MakeSite = Callable[..., Site]
LOCKED = "web: {listen: '0.0.0.0:8787', auth: {password: 'open sesame', tokens: [{name: a, token: t}]}}"
PAGES = (
    "/", "/stories", "/search", "/search/days", "/alerts", "/silences", "/rules", "/rules/new", "/rules/{}", "/sources",
    "/sources/{}", "/sources/add", "/charts", "/feeds", "/subscribe", "/subscribe/{}", "/subscriptions", "/login",
    "/out/{}.atom", "/push/{}", "/api/articles", "/articles/{}", "/events-that-are-none", "/bench/offers",
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raise %}",
    "'; DROP TABLE article; --",
    "%00",
    "\u202e\ud7ff\uffff",
    "../../../../etc/passwd",
    "a" * 19_000,
    "(" * 500,
    "/(a+)+$/",
    "$" * 100,
)
NAMES = ("q", "rule", "source", "language", "story", "before", "state", "order", "page", "match", "kind", "subject")


def is_harmless(answer: Answer) -> bool:
    """Under the policy, and without anything of a stranger's that a browser would run."""
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not answer.headers.get("content-type", "").startswith("text/html") or not answer.body:
        return True
    page = html.fromstring(answer.body)
    scripts = [script for script in page.iter("script") if not str(script.get("src", "")).startswith("/static/")]
    handlers = [name for element in page.iter() for name in element.attrib if str(name).startswith("on")]
    return not scripts and not handlers and not list(page.iter("img", "iframe", "object", "embed", "style"))


@pytest.mark.parametrize("page", PAGES)
def test_hostile_addresses_are_answered_or_refused(site: Site, page: str) -> None:
    site.article("Streik")
    browser = site.browser()
    for text in HOSTILE:
        typed = quote(text, safe="")
        query = "&".join(f"{name}={typed}" for name in NAMES)
        single = [f"{page.format(typed[:2000])}?{name}={typed}" for name in ("q", "rule", "before")]
        for address in (page.format(typed[:2000]), f"{page.format('x')}?{query}", *single):
            answer = browser.get(address)
            assert answer.status < 500, address[:200]
            assert is_harmless(answer), address[:200]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_forms_are_answered_or_refused(site: Site, text: str) -> None:
    browser = site.browser()
    forms: dict[str, dict[str, str]] = {
        "/rules/work": {"text": text, "act": "save", "rule_id": "strike", "seen": text},
        "/silences": {"kind": "rule", "subject": text, "for": text},
        "/feeds": {"kind": "search", "subject": text},
        "/sources/add": {"kind": "feed", "url": text, "name": text},
        "/login": {"password": text, "next": text},
        "/alerts/1/ack": {"by": text, "note": text},
    }
    before = site.path.read_text(encoding="utf-8")
    for address, form in forms.items():
        answer = browser.post(address, form)
        assert answer.status < 500, (address, answer.text[:300])
        assert is_harmless(answer), address
    assert site.path.read_text(encoding="utf-8") == before


def test_headlines_with_a_script_are_text_wherever_they_stand(site: Site) -> None:
    title = "<script>alert(1)</script> Streik & <img src=x onerror=alert(1)>"
    number = site.article(title, f"{title}\n{title}", story=1)
    site.revise(number, 2, f"{title}!", title)
    site.learn()
    for address in ("/", f"/articles/{number}", "/search?q=Streik", f"/articles/{number}?rule=strike", "/?rule=strike"):
        answer = site.browser().get(address)
        assert (answer.status, is_harmless(answer)) == (200, True), address
        assert "Streik" in "".join(map(str, html.fromstring(answer.body).itertext()))


def test_a_headline_of_100_kb_is_cut_in_lists_and_whole_on_its_own_page(site: Site) -> None:
    title = "Streik " + "x" * 100_000
    number = site.article(title, "Streik.")
    site.learn()
    for address in ("/", "/search?q=Streik", "/?rule=strike"):
        answer = site.browser().get(address)
        assert (answer.status, len(answer.body) < 20_000) == (200, True), address
    assert "x" * 100_000 in site.browser().get(f"/articles/{number}").text


def refusals(site: Site, locked: Site) -> Iterator[tuple[int, Answer]]:
    """An answer of each kind of refusal."""
    here, there = site.browser(), locked.browser(client="203.0.113.5")
    yield 400, here.get("/?before=x")
    yield 404, here.get("/nowhere")
    yield 405, here._ask("DELETE", "/alerts", b"", {})
    yield 403, here.post_raw("/silences", {"kind": "rule", "subject": "strike"})
    yield 413, here.post("/silences", {"note": "x" * 1_100_000})
    yield 421, site.browser(host="rebound.example").get("/")
    yield 303, there.get("/alerts")
    yield 401, there.get("/alerts", accept="application/json")
    yield 403, there.post_raw("/silences", {}, authorization="Bearer t")
    for _ in range(GUESSES):
        yield 403, there.post("/login", {"password": "wrong"})
    yield 429, there.post("/login", {"password": "wrong"})


def test_the_policy_holds_on_every_refusal(make_site: MakeSite, tmp_path: Any) -> None:
    site = make_site()
    (tmp_path / "config.yaml").unlink()
    locked = make_site(LOCKED)
    for status, answer in refusals(site, locked):
        assert answer.status == status, answer.text[:200]
        assert is_harmless(answer), status


class Broken(Database):
    """A database whose every use fails as it is told to."""

    fault: ClassVar[BaseException | None] = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        if self.fault is not None:
            raise self.fault
        with Database.reading(self) as connection:
            yield connection

    @contextmanager
    def unit(self, *, lock: str | Iterable[str] | None = None, urgent: bool = False) -> Iterator[sa.Connection]:
        if self.fault is not None:
            raise self.fault
        with Database.unit(self, lock=lock, urgent=urgent) as connection:
            yield connection


@pytest.mark.parametrize(("fault", "status"), [(StoreBusy("briefly away"), 503), (RuntimeError("<script>"), 500)])
def test_the_policy_holds_when_the_database_fails(site: Site, fault: BaseException, status: int) -> None:
    browser = site.browser()
    token = browser.token()
    Broken.fault = fault
    object.__setattr__(site.context, "database", Broken(site.database.engine))

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(RuntimeError):  # what no handler knows goes on to the server, after the answer
            await site.app(scope, receive, send)

    browser = Browser(served, cookies=browser.cookies)
    for answer in (
        browser.get("/"),
        browser.get("/api/articles", accept="application/json"),
        browser.post_raw("/silences", {"csrf": token, "kind": "rule", "subject": "strike", "note": "kept?"}),
    ):
        assert answer.status == status
        assert is_harmless(answer)
        assert "<script>" not in answer.text.replace('<script src="/static/', "")


NUMBERS = ("9" * 5_000, "0" * 40 + "9" * 40, "0" * 30 + "9" * 5_000, "9223372036854775808")


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_nothing_can_have(site: Site, number: str) -> None:
    browser = site.browser()
    for address in (f"/?before={number}", f"/api/articles?story={number}", f"/rules?page={number}"):
        assert browser.get(address).status == 400
    for address in (f"/articles/{number}", f"/api/articles/{number}", f"/alerts/{number}/ack"):
        assert browser.get(address).status == 404


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "yesterday", "2026-01-05|"])
def test_times_that_no_story_can_have(site: Site, at: str) -> None:
    assert site.browser().get(f"/stories?before={quote(at, safe='')}|1").status == 400


@pytest.mark.parametrize("address", ["http://[", "https://[::1", "http://:80/", "mailto:a@b.example"])
def test_what_is_no_address_is_no_source(site: Site, address: str) -> None:
    browser = site.browser()
    assert browser.post("/sources/add", {"kind": "feed", "url": address, "name": "n"}).status == 400
    if address.startswith("http"):  # anything else is taken for an address without its scheme
        assert browser.post("/sources/examine", {"address": address}).status == 400
