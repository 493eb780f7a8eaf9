from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from monitor.model.match import Verdict
from monitor.model.rule import RouteSpec
from monitor.store import tables as t
from tests.scenario.timeline import Timeline, channel, rule


def test_verdicts_that_wait_or_missed_leave_no_trace(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    article = desk.at("10:00").publish("a call", fires=())
    from monitor.loops.tell import record_matches

    telling = desk.telling()
    with desk.database.unit() as connection:
        report = record_matches(
            connection,
            article.settled,
            [Verdict("putin", fired=False), Verdict("putin", fired=True, waits=True), Verdict("gone", fired=True)],
            rules=telling.rules,
            channels=telling.channels,
            settings=telling.settings,
            muted=(),
            now=desk.clock.at,
        )
        assert report.matches == 0
        assert connection.execute(sa.select(t.match)).first() is None


def test_a_match_is_stored_with_its_evidence_and_the_passages_of_the_message(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule())
    article = desk.at("10:00").publish("Putin calls")
    assert len(article.report.told) == 1
    with desk.database.reading() as connection:
        match = connection.execute(sa.select(t.match)).mappings().one()
        member = connection.execute(sa.select(t.alert_article)).mappings().one()
    assert (match["rule_id"], match["fired"], match["evidence"][0]["text"]) == ("putin", True, "Putin")
    assert member["match_id"] == match["id"]
    assert member["facts"]["passages"][0]["marks"] == [[0, 5]]


def test_routes_by_hour_day_and_tag(tmp_path: Path) -> None:
    routes = (
        RouteSpec(("night",), hours="20:00-06:00"),
        RouteSpec(("sport",), tags=("sport",)),
        RouteSpec(("sunday",), days=("sun",)),
    )
    desk = Timeline(tmp_path, rule(routes=routes), channels=[channel(name) for name in ("night", "sport", "sunday")])
    day = desk.at("10:00").publish("a call")
    sport = desk.at("10:01").publish("a match", tags=("sport",))
    night = desk.at("21:00").publish("a late call")
    sunday = desk.at("day 6 10:00").publish("a sunday call")  # 15 March 2026
    assert [message.articles for message in desk.messages("sport")] == [{sport.id}]
    assert [message.articles for message in desk.messages("night")] == [{night.id}]
    assert [message.articles for message in desk.messages("sunday")] == [{sunday.id}]
    assert {day.id} in [message.articles for message in desk.messages("desk")]


def test_an_alert_always_has_a_reader(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(to=("nowhere",)))
    article = desk.at("10:00").publish("a call")
    desk.expect(article, between=("10:00", "10:00"), on="desk")
