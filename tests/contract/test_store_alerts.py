from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import MonitorError
from monitor.model.alert import AlertKind, AlertState, Earlier
from monitor.model.message import Passage
from monitor.model.reasons import Reason
from monitor.store import alerts
from monitor.store import tables as t
from monitor.store.alerts import Member, NewAlert
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import NOW

HOUR = timedelta(hours=1)
HELD, TOLD, SUPPRESSED = AlertState.HELD, AlertState.TOLD, AlertState.SUPPRESSED


def test_an_alert_is_read_as_it_was_written(database: Database) -> None:
    with database.unit() as connection:
        new = NewAlert("k", AlertKind.MATCH, HELD, Reason("guard", "held"), "port", 3, 7, "k", facts={"a": 1})
        number = alerts.put_alert(connection, new, NOW)
        found = alerts.get_alert(connection, number)
    assert (found.key, found.kind, found.state, found.reason) == ("k", AlertKind.MATCH, HELD, Reason("guard", "held"))
    assert (found.rule_id, found.rule_version, found.story_id, found.thread) == ("port", 3, 7, "k")
    assert (found.created_at, found.facts, found.told_in) == (NOW, {"a": 1}, None)


def test_what_was_held_back_under_a_key_comes_to_life_under_the_same_key(database: Database) -> None:
    with database.unit() as connection:
        number = rows.alert(connection, "k", state=HELD, code="guard", a=1, b=1)
        again = alerts.put_alert(
            connection,
            NewAlert("k", AlertKind.MATCH, TOLD, Reason("new", "new"), "port", 2, facts={"b": 2}),
            NOW + HOUR,
        )
        found = alerts.find_alert(connection, "k", lock=True)
    assert again == number
    assert found is not None
    assert (found.state, found.rule_version, found.created_at, found.facts) == (TOLD, 2, NOW, {"a": 1, "b": 2})


def test_an_alert_that_is_not_there_is_named(database: Database) -> None:
    with database.unit() as connection:
        assert alerts.find_alert(connection, "k") is None
        with pytest.raises(MonitorError, match="no alert 99") as caught:
            alerts.get_alert(connection, 99)
    assert caught.value.code == "no-alert"


def test_an_article_of_an_alert_is_replaced_by_its_newer_revision(database: Database) -> None:
    passage = Passage("text", "Fire at the quay", ((12, 16),))
    with database.unit() as connection:
        fire = rows.article(connection, "Fire", language="en")
        number = rows.alert(connection, "k", fire)
        newer = Member(fire, 5, 2, (passage,), revised_at=NOW, why="both words", cue="may")
        alerts.put_member(connection, number, newer)
        assert alerts.passages_in(connection, number) == [("en", (passage,))]
        (row,) = connection.execute(sa.select(t.alert_article)).mappings()
    assert (row["match_id"], row["facts"]["revision"], row["facts"]["cue"]) == (5, 2, "may")
    assert alerts.instant_from_json(row["facts"]["revised_at"]) == NOW


@pytest.mark.parametrize("instant", [None, NOW, NOW + timedelta(microseconds=1)])
def test_instants_pass_through_json_exactly(instant: datetime | None) -> None:
    assert alerts.instant_from_json(alerts.instant_to_json(instant)) == instant


def test_an_alert_moves_on_with_its_reason_or_keeps_it(database: Database) -> None:
    with database.unit() as connection:
        first, second, digest = (rows.alert(connection, key, state=HELD, code="cap") for key in "abd")
        alerts.set_state(connection, first, SUPPRESSED, Reason("silence", "muted"))
        alerts.set_told_in(connection, second, digest, TOLD)
        alerts.set_state(connection, digest, TOLD, Reason("digest", "hourly"), told_in=digest)
        found = [alerts.get_alert(connection, number) for number in (first, second, digest)]
    assert [(row.state, row.reason.code, row.told_in) for row in found] == [
        (SUPPRESSED, "silence", None),
        (TOLD, "cap", digest),
        (TOLD, "digest", digest),
    ]


def test_the_newest_alert_in_which_a_rule_dealt_with_an_article(database: Database) -> None:
    with database.unit() as connection:
        fire = rows.article(connection, "Fire")
        rows.alert(connection, "k1", fire)
        number = rows.alert(connection, "k2", fire, kind=AlertKind.UPDATE, state=HELD, code="cooldown")
        rows.alert(connection, "k3", fire, kind=AlertKind.DIGEST)
        rows.alert(connection, "k4", fire, rule_id="other")
        assert alerts.earlier_alert(connection, "port", fire) == Earlier(number, "k2", HELD, "cooldown", 1)
        assert alerts.earlier_alert(connection, "port", fire + 1) is None


@pytest.mark.parametrize(
    ("state", "code", "counts"),
    [
        (TOLD, "new", True),
        (HELD, "quiet", True),
        (HELD, "guard", False),
        (SUPPRESSED, "silence", False),
        (SUPPRESSED, "baseline", True),
        (SUPPRESSED, "fire-not-first", True),
    ],
)
def test_a_copy_is_known_to_its_readers_unless_what_they_would_have_read_was_kept_back(
    database: Database, state: AlertState, code: str, counts: bool
) -> None:
    with database.unit() as connection:
        head = rows.article(connection, "Fire")
        copy = rows.article(connection, "Fire", copy_of=head)
        rows.alert(connection, "k", head, state=state, code=code)
        assert alerts.copy_told(connection, "port", head, copy) == ("k" if counts else None)
        assert alerts.copy_told(connection, "port", head, head) is None, "an article is no copy of itself"
        assert alerts.copy_told(connection, "other", head, copy) is None


def test_a_thread_is_the_newest_of_its_story_and_the_first_story_goes_first(database: Database) -> None:
    with database.unit() as connection:
        old, new, other = (
            rows.article(connection, title, story_id=story) for title, story in [("a", 1), ("b", 1), ("c", 2)]
        )
        rows.alert(connection, "k1", old, at=NOW)
        rows.alert(connection, "k2", new, at=NOW + HOUR, told_at=alerts.instant_to_json(NOW), level=2, known=["port"])
        rows.alert(connection, "k3", other, at=NOW + 2 * HOUR)
        thread = alerts.thread_of_story(connection, "port", [1, 2], NOW - HOUR)
        second = alerts.thread_of_story(connection, "port", [1, 2], NOW + HOUR)
        none = alerts.thread_of_story(connection, "port", [1, 3], NOW + HOUR)
        own = alerts.thread_of_article(connection, "port", old)
        nobody = alerts.thread_of_article(connection, "other", old)
    assert thread is not None
    assert (thread.key, thread.opened_at, thread.told_at, thread.level) == ("k2", NOW + HOUR, NOW, 2)
    assert (thread.known, thread.pending_id, thread.pending_due_at) == (frozenset({"port"}), None, None)
    assert (second and second.key, none, own and own.key, nobody) == ("k3", None, "k1", None)


def test_a_thread_remembers_its_waiting_update_and_what_people_know(database: Database) -> None:
    with database.unit() as connection:
        fire = rows.article(connection, "Fire")
        root = rows.alert(connection, "k", fire)
        alerts.set_pending(connection, root, 9, NOW + HOUR)
        alerts.thread_told(connection, root, NOW, 1, ["port"])
        alerts.thread_told(connection, root, NOW + HOUR, 2, ["fire", "port"])
        waiting = alerts.thread_of_article(connection, "port", fire)
        alerts.set_pending(connection, root, None, None)
        told = alerts.thread_of_article(connection, "port", fire)
    assert waiting is not None
    assert (waiting.pending_id, waiting.pending_due_at) == (9, NOW + HOUR)
    assert told is not None
    assert (told.pending_id, told.pending_due_at, told.told_at, told.level) == (None, None, NOW + HOUR, 2)
    assert told.known == {"fire", "port"}


def test_the_last_hit_of_a_rule_in_a_story_is_on_another_article(database: Database) -> None:
    with database.unit() as connection:
        first, second = (rows.article(connection, title, story_id=1) for title in "ab")
        rows.match(connection, "port", first, NOW)
        rows.match(connection, "port", second, NOW + HOUR)
        rows.match(connection, "quay", second, NOW + 2 * HOUR, fired=False)
        assert alerts.last_hit_in_story(connection, "port", 1, first) == NOW + HOUR
        assert alerts.last_hit_in_story(connection, "port", 1, second) == NOW
        assert alerts.last_hit_in_story(connection, "quay", 1, first) is None


def test_all_sources_of_a_thread_s_story_carry_it(database: Database) -> None:
    with database.unit() as connection:
        told = rows.article(connection, "Fire", "a", story_id=1)
        rows.article(connection, "Fire again", "b", "a", story_id=1)
        rows.article(connection, "Fire", "c", copy_of=told)
        rows.article(connection, "Fire long ago", "d", story_id=1, at=NOW - HOUR)
        rows.article(connection, "Something else", "e", story_id=2)
        rows.alert(connection, "k", told)
        assert alerts.sources_carrying(connection, "k", NOW) == 3
        assert alerts.sources_carrying(connection, "other", NOW) == 0


def test_what_a_rule_held_back_is_counted_by_reason_and_cue_most_first(database: Database) -> None:
    with database.unit() as connection:
        fires = [rows.article(connection, f"{n}") for n in range(5)]
        for number, fire in enumerate(fires[:2]):
            rows.alert(connection, f"g{number}", fire, state=HELD, code="guard", cue="may")
        rows.alert(connection, "s", fires[2], state=SUPPRESSED, code="silence")
        rows.alert(connection, "w", fires[3], state=HELD, code="cooldown")
        rows.alert(connection, "o", fires[4], state=HELD, code="guard", cue="if", at=NOW - HOUR)
        assert alerts.held_counts(connection, "port", NOW) == [("guard", "may", 2), ("silence", "", 1)]


def test_alerts_for_which_there_was_no_channel_are_found_again(database: Database) -> None:
    with database.unit() as connection:
        first = rows.alert(connection, "a", state=HELD, code="no-channel")
        rows.alert(connection, "b", state=HELD, code="quiet")
        second = rows.alert(connection, "c", state=HELD, code="no-channel")
        assert [row.id for row in alerts.without_channel(connection)] == [first, second]
