"""Alerts on the page: listed, looked at, taken over, muted, learnt from, tried again."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from monitor.model.alert import AlertKind, AlertState, Channel, Target
from monitor.model.message import Passage
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.alert_lists import show_alert
from monitor.store.alerts import Member, NewAlert, put_alert, put_member
from monitor.store.outbox import add_deliveries
from monitor.web.views.alerts import NOTE_MAX
from tests.unit.web.site import Site

DESK = Channel("desk", (Target("desk", "one", "desk@example.org"),), ("mailto://x",))
SENTENCE = "Der Streik der Herzen."


def alert(site: Site, *, rule: str | None = "strike", state: AlertState = AlertState.TOLD, dead: bool = False) -> int:
    number = site.article("Streik bei der Bahn", SENTENCE)
    now = site.clock.now()
    with site.database.unit() as connection:
        kind = AlertKind.MATCH if rule else AlertKind.OPS
        new = NewAlert(f"{rule}:{number}", kind, state, Reason("first", "the first hit"), rule_id=rule, rule_version=1)
        alert_id = put_alert(connection, new, now)
        passages = (Passage("body", SENTENCE, ((4, 10),)),) if rule else ()
        put_member(connection, alert_id, Member(number, None, 1, passages))
        add_deliveries(connection, alert_id, new.key, DESK, priority=0, now=now)
        if dead:
            connection.execute(sa.update(t.delivery).values(state="dead", last_error="SMTP 550: nobody"))
    return alert_id


def test_they_are_listed_with_their_deliveries(site: Site) -> None:
    alert(site)
    text = site.browser().get("/alerts").text
    assert "Streik bei der Bahn" in text
    assert "desk" in text


def test_tabs_show_what_was_held_and_what_did_not_arrive(site: Site) -> None:
    held, dead = alert(site, state=AlertState.HELD), alert(site, dead=True)
    browser = site.browser()
    assert f'href="/alerts/{held}"' in browser.get("/alerts?state=held").text
    assert f'href="/alerts/{dead}"' not in browser.get("/alerts?state=held").text
    assert f'href="/alerts/{dead}"' in browser.get("/alerts?state=stuck").text


def test_older_ones_are_on_the_next_page(site: Site) -> None:
    ids = [alert(site) for _ in range(55)]
    first = site.browser().get("/alerts").text
    assert f"before={ids[5]}" in first
    assert f'href="/alerts/{ids[4]}"' in site.browser().get(f"/alerts?before={ids[5]}").text


def test_one_shows_its_articles_and_why(site: Site) -> None:
    number = alert(site, dead=True)
    text = site.browser().get(f"/alerts/{number}").text
    for words in ("the first hit", "SMTP 550: nobody", "Streik</mark> bei der Bahn", "Try to deliver again"):
        assert words in text
    assert site.browser().get("/alerts/99").status == 404


def test_somebody_takes_it_over_with_a_note(site: Site) -> None:
    number = alert(site)
    browser = site.browser()
    assert browser.get(f"/alerts/{number}/ack").text.count("<button") >= 1
    assert browser.post(f"/alerts/{number}/ack", {"by": "Ada", "note": "mine"}).status == 303
    assert "taken by Ada" in browser.get(f"/alerts/{number}").text


def test_its_rule_is_muted_for_four_hours(site: Site) -> None:
    number = alert(site)
    site.browser().get(f"/alerts/{number}/mute")
    assert site.run(sa.select(t.silence.c.id)) == []
    assert site.browser().post(f"/alerts/{number}/mute").status == 303
    (silence,) = site.run(sa.select(t.silence.c.subject, t.silence.c.until))
    assert (silence.subject, silence.until) == ("strike", site.clock.now() + timedelta(hours=4))


def test_an_alert_about_the_monitor_has_no_rule_to_mute(site: Site) -> None:
    assert site.browser().post(f"/alerts/{alert(site, rule=None)}/mute").status == 400


def test_a_wrong_hit_becomes_a_test_of_its_rule(site: Site) -> None:
    number = alert(site)
    browser = site.browser()
    assert SENTENCE in browser.get(f"/alerts/{number}/wrong").text
    answer = browser.post(f"/alerts/{number}/wrong")
    assert answer.status == 200
    assert SENTENCE in site.path.read_text(encoding="utf-8")
    assert "These tests fail now" in answer.text, "the rule still fires on it, and that is said"


def test_a_rule_written_in_one_line_learns_too(site: Site) -> None:
    number = alert(site)
    before = site.path.read_text(encoding="utf-8")
    site.path.write_text(before.replace("- id: strike", "- {id: strike, name: Strikes, match: Streik}\n  - id: other"))
    answer = site.browser().post(f"/alerts/{number}/wrong")
    assert SENTENCE in answer.text


def test_a_file_that_cannot_be_changed_is_answered_with_what_to_paste(site: Site) -> None:
    number = alert(site)
    site.path.write_text("watchlist: [", encoding="utf-8")
    answer = site.browser().post(f"/alerts/{number}/wrong")
    assert answer.status == 200
    assert "silent:" in answer.text
    assert "cannot read" in answer.text
    assert site.path.read_text(encoding="utf-8") == "watchlist: ["


def test_an_alert_without_a_sentence_teaches_nothing(site: Site) -> None:
    assert site.browser().post(f"/alerts/{alert(site, rule=None)}/wrong").status == 400


def test_what_did_not_arrive_is_tried_again_or_given_up(site: Site) -> None:
    number = alert(site, dead=True)
    browser = site.browser()
    assert browser.post(f"/alerts/{number}/retry").status == 303
    assert [row.state for row in site.run(sa.select(t.delivery.c.state))] == ["retry"]
    assert browser.post(f"/alerts/{number}/discard").status == 303
    assert [row.state for row in site.run(sa.select(t.delivery.c.state))] == ["discarded"]


def test_programs_take_alerts_over_too(site: Site) -> None:
    number = alert(site)
    answer = site.browser().post(f"/api/alerts/{number}/ack", {"by": "bot"}, accept="application/json")
    assert answer.json["acked_by"] == "bot"
    listed = site.browser().get("/api/alerts", accept="application/json").json
    assert listed[0]["deliveries"][0]["channel"] == "desk"
    assert site.browser().post("/api/alerts/99/ack", {}, accept="application/json").status == 404


def test_silences_are_made_shown_and_ended(site: Site) -> None:
    browser = site.browser()
    assert browser.post("/silences", {"kind": "source", "subject": "wire", "for": "2h"}).status == 303
    assert "wire" in browser.get("/silences").text
    assert browser.post("/silences/1/end").status == 303
    assert browser.post("/silences/1/end").status == 404
    for wrong in ({"kind": "source", "subject": ""}, {"kind": "rule", "subject": "strike", "for": "soon"}):
        assert browser.post("/silences", wrong).status == 400
    assert browser.post("/silences", {"kind": "rule", "subject": "strike", "for": "500d"}).status == 400
    assert browser.post("/silences", {"kind": "day", "subject": "monday"}).status == 400


def test_a_silence_of_nothing_is_refused_with_what_is_meant(site: Site) -> None:
    browser = site.browser()
    misspelt = browser.post("/silences", {"kind": "rule", "subject": "strke"})
    assert misspelt.status == 404
    assert "strike" in misspelt.text
    for kind in ("source", "tag", "story"):
        for subject in ("none", "99", "9" * 30):
            assert browser.post("/silences", {"kind": kind, "subject": subject}).status == 404
    assert site.run(sa.select(t.silence)) == []


def test_a_program_takes_over_as_people_do(site: Site) -> None:
    number = alert(site)
    site.browser().post(f"/api/alerts/{number}/ack", {"by": "  ", "note": "x " * 9_000}, accept="application/json")
    with site.database.reading() as connection:
        shown = show_alert(connection, number)
    assert shown is not None
    assert shown.acked_by == "local"
    assert len(shown.note or "") == NOTE_MAX
