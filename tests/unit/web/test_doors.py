"""Who comes in, and what a form needs to be taken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from monitor.web.visitors import ALL_GUESSES, GUESS_WINDOW_S, GUESSES, Guesses
from tests.unit.web.site import Site

LOCKED = (
    "web: {listen: '0.0.0.0:8787', auth: {password: 'open sesame', "
    "tokens: [{name: script, token: t-read}, {name: bot, token: t-write, scopes: [write]}]}}"
)
PROXIED = "web: {listen: '0.0.0.0:8787', auth: {proxy_header: X-User, proxy_addresses: [10.0.0.0/8]}}"

MakeSite = Callable[..., Site]


def test_strangers_are_sent_to_the_login_and_come_back(make_site: MakeSite) -> None:
    browser = make_site(LOCKED).browser(client="203.0.113.5")
    answer = browser.get("/alerts?state=held")
    assert answer.status == 303
    assert answer.headers["location"] == "/login?next=%2Falerts%3Fstate%3Dheld"
    assert browser.get("/alerts", accept="application/json").status == 401
    assert browser.post("/login", {"password": "wrong"}).status == 403
    entered = browser.post("/login", {"password": "open sesame", "next": "/alerts?state=held"})
    assert (entered.status, entered.headers["location"]) == (303, "/alerts?state=held")
    assert browser.get("/alerts").status == 200
    assert browser.post("/logout").status == 303
    assert browser.get("/alerts").status == 303


def test_a_login_never_leads_to_a_foreign_page(make_site: MakeSite) -> None:
    browser = make_site(LOCKED).browser()
    for where in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/login", {"password": "open sesame", "next": where})
        assert answer.headers["location"] == "/"


def test_a_login_makes_a_new_session(make_site: MakeSite) -> None:
    browser = make_site(LOCKED).browser()
    before = browser.token()
    browser.post("/login", {"password": "open sesame"})
    assert browser.token() != before


def test_guessing_has_an_end(make_site: MakeSite) -> None:
    site = make_site(LOCKED)
    browser = site.browser(client="203.0.113.5")
    for _ in range(GUESSES):
        assert browser.post("/login", {"password": "wrong"}).status == 403
    assert browser.post("/login", {"password": "open sesame"}).status == 429
    assert site.browser(client="203.0.113.6").post("/login", {"password": "open sesame"}).status == 303
    site.clock.advance(16 * 60)
    assert browser.post("/login", {"password": "open sesame"}).status == 303


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    number = site.article("Streik")
    browser = site.browser()
    browser.get("/")
    form = {"kind": "rule", "subject": "strike"}
    assert browser.post_raw("/silences", form).status == 403
    assert browser.post_raw("/silences", form | {"csrf": site.browser().token()}).status == 403
    assert browser.post("/silences", form, sec_fetch_site="cross-site").status == 403
    assert browser.post("/silences", form).status == 303
    assert number


def test_tokens_do_what_their_scope_allows(make_site: MakeSite) -> None:
    browser = make_site(LOCKED).browser()
    form = {"kind": "rule", "subject": "strike"}
    assert browser.get("/metrics", authorization="Bearer t-read").status == 200
    assert browser.get("/metrics", authorization="Bearer guess").status != 200
    assert browser.post_raw("/silences", form, authorization="Bearer t-read").status == 403
    assert browser.post_raw("/silences", form, authorization="Bearer t-write").status == 303
    assert browser.post_raw("/sources/wire/pause", {}, authorization="Bearer t-write").status == 403
    assert browser.post_raw("/alerts/1/wrong", {}, authorization="Bearer t-write").status == 403
    assert browser.post_raw("/alerts/1/mute", {}, authorization="Bearer t-write").status == 404


def test_only_the_proxy_is_believed(make_site: MakeSite) -> None:
    site = make_site(PROXIED)
    assert site.browser(client="10.1.2.3").get("/alerts", x_user="anna").status == 200
    assert site.browser(client="10.1.2.3").get("/alerts").status == 303
    assert site.browser(client="203.0.113.5").get("/alerts", x_user="anna").status == 303


def test_the_open_page_answers_under_its_own_name_only(site: Site) -> None:
    assert site.browser(host="localhost:8787").get("/").status == 200
    assert site.browser(host="rebound.example:8787").get("/").status == 421


def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for address in ("/", "/nowhere", "/healthz", "/static/app.css", "/metrics"):
        policy = site.browser().get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_probes_need_no_login(make_site: MakeSite) -> None:
    browser = make_site(LOCKED).browser(client="203.0.113.5")
    assert browser.get("/healthz").json == {"status": "ok"}
    assert browser.get("/readyz").status == 503


def test_of_guesses_that_come_at_once_only_so_many_are_looked_at() -> None:
    guesses = Guesses()
    with ThreadPoolExecutor(20) as pool:
        begun = list(pool.map(lambda _: guesses.begin("203.0.113.5", 1.0), range(200)))
    assert begun.count(True) == GUESSES


def test_all_addresses_together_have_an_end_too_and_who_was_right_does_not_count() -> None:
    guesses = Guesses()
    for number in range(2 * ALL_GUESSES):
        assert guesses.begin(str(number), 1.0)
        guesses.was_right(str(number), 1.0)
    assert sum(guesses.begin(str(number), 1.0) for number in range(2 * ALL_GUESSES)) == ALL_GUESSES
    guesses.was_right("who never guessed", 1.0)
    assert not guesses.begin("another", 1.0)
    assert guesses.begin("another", 1.1 + GUESS_WINDOW_S)
