from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model.alert import AlertState
from monitor.model.reasons import Reason
from monitor.store import counts, outbox
from monitor.store import tables as t
from monitor.store.unit import Database
from tests.contract import rows
from tests.contract.rows import DESK, NOW

HOUR = timedelta(hours=1)


def test_the_volume_of_a_rule_counts_copies_once_and_sources_each(database: Database) -> None:
    with database.unit() as connection:
        head = rows.article(connection, "Fire", "a")
        copy = rows.article(connection, "Fire", "b", copy_of=head)
        other = rows.article(connection, "More", "a", "c")
        for number in (head, copy, other):
            rows.match(connection, "port", number)
        rows.match(connection, "port", rows.article(connection, "Not", "d"), fired=False)
        rows.match(connection, "port", rows.article(connection, "Later", "e"), NOW + HOUR)
        assert counts.volume(connection, "port", NOW, NOW + HOUR) == counts.Volume(2, 3, (head, other))
        assert counts.last_match(connection, "port") == NOW + HOUR
        assert counts.last_match(connection, "quay") is None


def test_the_state_of_sources_that_are_polled_by_name(database: Database) -> None:
    with database.unit() as connection:
        rows.source(connection, "Blatt", health="failing", reason="HTTP 500", tags=["north"], last_polled_at=NOW)
        rows.source(connection, "Anzeiger")
        rows.source(connection, "Paused", paused=True)
        rows.source(connection, "Former", configured=False)
        first, second = counts.source_states(connection)
    assert (first.name, first.reason, first.tags, first.last_polled_at) == ("Anzeiger", "", (), None)
    assert (second.health, second.reason, second.tags, second.last_polled_at) == (
        "failing",
        "HTTP 500",
        ("north",),
        NOW,
    )


POLLS_EVERY_HOUR = [(hour, 200) for hour in range(7)]


@pytest.mark.parametrize(
    ("polls", "blind"),
    [
        ([(-1, 200), *POLLS_EVERY_HOUR], []),
        ([(0, 200), (1, 200), (5, 304), (6, 200)], [(1, 5)]),
        ([(0, 200), (1, 500), (2, None), (3, 200), (4, 200), (6, 200)], [(0, 3)]),
        ([(0, 200), (2, 200), (4, 200), (5, 503)], [(4, 6)]),
        ([(5, 200), (6, 200)], [(0, 5)]),
        ([], [(0, 6)]),
        ([(-1.5, 200), (-1, 500)], [(0, 6)]),
    ],
)
def test_a_source_is_seen_from_one_good_poll_to_the_next(
    database: Database, polls: list[tuple[float, int | None]], blind: list[tuple[int, int]]
) -> None:
    with database.unit() as connection:
        for hour, status in polls:
            rows.put(
                connection, t.poll, source_id="blatt", started_at=NOW + hour * HOUR, elapsed_ms=1, status=status,
                outcome="new", bytes=0, items=0, new_items=0, possible_loss=False,
            )  # fmt: skip
        spans = counts.blind_spans(connection, ["blatt"], NOW, NOW + 6 * HOUR)
    assert [((a - NOW) / HOUR, (b - NOW) / HOUR) for a, b in spans] == blind


def test_the_figures_of_a_day(database: Database) -> None:
    with database.unit() as connection:
        rows.article(connection, "Old", at=NOW - HOUR)
        rows.article(connection, "New")
        told = rows.alert(connection, "a")
        rows.alert(connection, "b", state=AlertState.HELD)
        rows.alert(connection, "c", state=AlertState.SUPPRESSED)
        rows.alert(connection, "d", at=NOW - HOUR)
        outbox.add_deliveries(connection, told, "a", DESK, priority=0, now=NOW)
        (first,) = outbox.claim_deliveries(
            connection, "desk", "a", owner="me", due_by=NOW, now=NOW, lease_s=60, limit=1
        )
        outbox.mark_dead(connection, first, owner="me", error=Reason("smtp-550", "no such user"))
        found = counts.figures(connection, NOW)
    assert found == counts.Day(1, 1, 1, 1, dead=1, waiting=1, waiting_since=NOW)


def test_the_share_of_each_rule_that_is_not_removed(database: Database) -> None:
    with database.unit() as connection:
        for rule_id, status, problem in (
            ("quay", "active", None),
            ("port", "refused", "line 3"),
            ("ferry", "removed", None),
        ):
            rows.put(
                connection, t.rule_state, rule_id=rule_id, name=rule_id.title(), status=status, problem=problem,
                founding=True, accepted_at=NOW, memory={},
            )  # fmt: skip
        rows.alert(connection, "a")
        rows.alert(connection, "b", state=AlertState.HELD, code="guard")
        rows.alert(connection, "c", state=AlertState.SUPPRESSED, code="silence")
        rows.alert(connection, "d", state=AlertState.HELD, code="quiet")
        rows.alert(connection, "e", at=NOW - HOUR)
        port, quay = counts.rule_figures(connection, NOW)
    assert (port.id, port.status, port.problem, port.told, port.guarded, port.muted) == (
        "port",
        "refused",
        "line 3",
        1,
        1,
        1,
    )
    assert (quay.name, quay.problem, quay.told, quay.guarded, quay.muted) == ("Quay", "", 0, 0, 0)


def test_texts_that_could_not_be_read_are_counted_once_they_are_settled(database: Database) -> None:
    with database.unit() as connection:
        for state, settled in (("teaser", True), ("failed", True), ("full", True), ("teaser", False)):
            rows.article(connection, "x", text_state=state, settled=settled)
        rows.article(connection, "x", text_state="failed", at=NOW - HOUR)
        assert counts.unread_texts(connection, NOW) == 2
