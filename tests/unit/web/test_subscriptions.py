"""Subscriptions on the page: the form, its limits, the links, the desk's list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from monitor.alert.subscribe import link_token
from monitor.loops.subscribers import link_key
from monitor.store import tables as t
from tests.unit.web.site import Site

WEB = "web: {public_url: 'https://news.example.org', subscribe: {enabled: true}}"
LOCKED = (
    "web: {listen: '0.0.0.0:8787', public_url: 'https://news.example.org', auth: {password: 'a secret word'}, "
    "subscribe: {enabled: true, domains: [example.org]}}"
)
FORM = {"kind": "rule", "subject": "strike", "address": "reader@example.org"}


@pytest.fixture
def offering(make_site: Callable[..., Site]) -> Site:
    return make_site(WEB)


def questions(site: Site) -> int:
    return len(site.run(sa.select(t.delivery.c.id).where(t.delivery.c.channel == "web.subscribe")))


def link(site: Site, act: str, number: int = 1) -> str:
    with site.database.unit() as connection:
        return f"/subscribe/{link_token(link_key(connection), act, number)}"


def test_it_is_off_unless_the_operator_offers_it(site: Site) -> None:
    browser = site.browser()
    assert browser.get("/subscribe?kind=rule&subject=strike").status == 404
    assert browser.post("/subscribe", FORM).status == 404
    assert "By mail" not in browser.get("/search?q=Streik").text


def test_the_form_names_what_it_is_about(offering: Site) -> None:
    story = offering.run(
        sa.insert(t.story)
        .values(
            language="de", title="Der <Streik>", opened_at=offering.clock.now(), last_at=offering.clock.now(),
            opening_article_id=1, centroid=b"", members=1, apart=[], by_hand=False,
        )
        .returning(t.story.c.id)
    )[0].id  # fmt: skip
    browser = offering.browser()
    assert "Strikes" in browser.get("/subscribe?kind=rule&subject=strike").text
    assert "Der &lt;Streik&gt;" in browser.get(f"/subscribe?kind=story&subject={story}").text
    assert "Streik AND Bahn" in browser.get("/subscribe?kind=search&subject=Streik+AND+Bahn").text
    for page in ("/search?q=Streik", f"/stories/{story}", "/rules/strike"):
        assert "/subscribe?kind=" in browser.get(page).text, page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=rule&subject=nothing", 404),
        ("kind=story&subject=99", 404),
        ("kind=story&subject=", 404),
        ("kind=story&subject=x", 400),
        ("kind=search&subject=AND", 400),
        ("kind=search&subject=", 400),
        ("kind=everything", 400),
    ],
)
def test_what_cannot_be_subscribed_to(offering: Site, query: str, status: int) -> None:
    assert offering.browser().get(f"/subscribe?{query}").status == status


def test_one_mail_asks_however_often_the_form_is_sent(offering: Site) -> None:
    browser = offering.browser()
    answers = {browser.post("/subscribe", FORM).text.split("<main")[1] for _ in range(3)}
    assert len(answers) == 1, "the answer says nothing about what the address has"
    assert questions(offering) == 1


def test_nobody_can_be_bombed_with_mail(offering: Site) -> None:
    for number in range(6):
        offering.browser().post("/subscribe", FORM | {"kind": "search", "subject": f"word{number}"})
    assert questions(offering) == 3
    offering.clock.advance(days=1, minutes=1)
    offering.browser().post("/subscribe", FORM | {"kind": "search", "subject": "later"})
    assert questions(offering) == 4


def test_a_client_that_asks_for_many_addresses_is_told_to_wait(offering: Site) -> None:
    statuses = [
        offering.browser().post("/subscribe", FORM | {"address": f"a{n}@example.org"}).status for n in range(11)
    ]
    assert statuses == [200] * 10 + [429]
    assert offering.browser(client="127.0.0.2").post("/subscribe", FORM).status == 200


def test_an_address_that_is_none_is_said_so(offering: Site) -> None:
    answer = offering.browser().post("/subscribe", FORM | {"address": "a@b,c@d.example"})
    assert (answer.status, "This is no mail address." in answer.text) == (400, True)


def test_a_form_of_a_foreign_page_is_refused(offering: Site) -> None:
    assert offering.browser().post_raw("/subscribe", FORM).status == 403
    assert questions(offering) == 0


def test_looking_at_a_link_changes_nothing_and_pressing_it_twice_is_fine(offering: Site) -> None:
    browser = offering.browser()
    browser.post("/subscribe", FORM)
    assert browser.get(link(offering, "confirm")).text.partition("</main>")[0].count("<button") == 1
    assert state(offering) == "asked"
    for _ in range(2):
        assert "You are subscribed" in browser.post_raw(link(offering, "confirm"), {}).text
    assert state(offering) == "active"
    for _ in range(2):
        assert "You have left" in browser.post_raw(link(offering, "leave"), {}).text
    assert state(offering) == "ended"
    assert "You are subscribed" not in browser.post_raw(link(offering, "confirm"), {}).text
    assert state(offering) == "ended"


def test_a_request_that_waited_too_long_is_over(offering: Site) -> None:
    offering.browser().post("/subscribe", FORM)
    offering.clock.advance(days=2, minutes=1)
    offering.browser().post_raw(link(offering, "confirm"), {})
    assert state(offering) == "asked"
    offering.browser().post("/subscribe", FORM | {"kind": "search", "subject": "Streik"})
    assert len(offering.run(sa.select(t.reader.c.id))) == 1, "it is forgotten, address and all"
    assert offering.browser().get(link(offering, "confirm")).status == 404


def test_links_that_are_not_ours(offering: Site) -> None:
    offering.browser().post("/subscribe", FORM)
    for token in ("x", "confirm-1-abc", link(offering, "confirm", 2).rpartition("/")[2]):
        assert offering.browser().get(f"/subscribe/{token}").status == 404
        assert offering.browser().post_raw(f"/subscribe/{token}", {}).status == 404


def test_the_desk_sees_and_ends_subscriptions(offering: Site) -> None:
    browser = offering.browser()
    browser.post("/subscribe", FORM)
    assert "reader@example.org" in browser.get("/subscriptions").text
    assert browser.post("/subscriptions/1/end").status == 303
    assert browser.post("/subscriptions/1/end").status == 404
    assert "ended by the desk" in browser.get("/subscriptions").text


def test_behind_a_password_only_the_links_of_mails_are_open(make_site: Callable[..., Site]) -> None:
    site = make_site(LOCKED)
    stranger = site.browser(host="news.example.org", client="192.0.2.7")
    assert stranger.get("/subscribe?kind=rule&subject=strike").status == 303
    assert stranger.get("/subscriptions").status == 303
    assert stranger.get(link(site, "confirm")).status == 404
    reader = site.browser(host="news.example.org", client="192.0.2.7")
    reader.post("/login", {"password": "a secret word"})
    refused = reader.post("/subscribe", FORM | {"address": "a@elsewhere.example"})
    assert (refused.status, "of that domain" in refused.text) == (429, True)
    assert reader.post("/subscribe", FORM).status == 200
    assert "You are subscribed" in stranger.post_raw(link(site, "confirm"), {}).text


def subscribed(site: Site, **form: str) -> None:
    site.browser().post("/subscribe", FORM | form)
    assert "You are subscribed" in site.browser().post_raw(link(site, "confirm"), {}).text


def change(site: Site, before: str, after: str) -> None:
    text = site.path.read_text()
    assert before in text
    site.path.write_text(text.replace(before, after))
    site.load()


def test_a_rule_that_is_removed_rests_and_comes_back(offering: Site) -> None:
    subscribed(offering)
    change(offering, "id: strike", "id: walkout")
    for act in ("confirm", "leave"):
        assert "The desk does not watch this at present" in offering.browser().get(link(offering, act)).text
    assert "does not watch this" in offering.browser().get("/subscriptions").text
    assert state(offering) == "active"
    change(offering, "id: walkout", "id: strike")
    assert "does not watch this" not in offering.browser().get(link(offering, "leave")).text


def test_a_domain_that_is_no_longer_allowed_is_not_written_to_and_may_leave(offering: Site) -> None:
    offering.browser().post("/subscribe", FORM)
    change(offering, "subscribe: {enabled: true}", "subscribe: {enabled: true, domains: [elsewhere.example]}")
    pressed = offering.browser().post_raw(link(offering, "confirm"), {}).text
    assert "Mails to this domain are no longer sent from here" in pressed
    assert state(offering) == "asked"
    assert "You have left" in offering.browser().post_raw(link(offering, "leave"), {}).text


def test_links_of_mails_go_on_working_when_subscriptions_are_switched_off(offering: Site) -> None:
    subscribed(offering)
    change(offering, "enabled: true", "enabled: false")
    assert "switched off at present" in offering.browser().get(link(offering, "leave")).text
    assert "You have left" in offering.browser().post_raw(link(offering, "leave"), {}).text


def test_what_has_ended_says_why(offering: Site) -> None:
    subscribed(offering)
    offering.browser().post("/subscriptions/1/end")
    answer = offering.browser().get(link(offering, "confirm"), accept_language="de").text
    assert "Dieses Abonnement ist beendet: von der Redaktion beendet." in answer
    assert '<button class="big"' not in answer


def state(site: Site) -> str:
    return str(site.run(sa.select(t.reader.c.state))[0].state)
