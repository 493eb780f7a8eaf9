from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.report import gaps, record_of
from monitor.store.unit import Database
from tests.contract.conftest import NOW

HOUR = timedelta(hours=1)


def times(*minutes: float) -> list[datetime]:
    return [NOW + timedelta(minutes=each) for each in minutes]


def test_gaps_are_what_is_long_for_the_source() -> None:
    until = NOW + 4 * HOUR
    every_ten = times(*range(0, 241, 10))
    assert gaps(every_ten, NOW, until) == []
    missing = [at for at in every_ten if not NOW + HOUR < at < NOW + 2 * HOUR]
    assert gaps(missing, NOW, until) == [(NOW + HOUR, NOW + 2 * HOUR)]
    hourly = times(0, 60, 120, 180, 240)
    assert gaps(hourly, NOW, until) == [], "three intervals are not yet a gap"
    assert gaps([], NOW, until) == [(NOW, until)]
    assert gaps(times(0), NOW, until) == [(NOW, until)]


def test_what_is_long_for_a_source_that_is_polled_rarely() -> None:
    until, hours = NOW + 4 * HOUR, 3600.0
    for good in (times(), times(60), times(60, 180)):
        assert gaps(good, NOW, until, usual_s=2 * hours) == []
    assert gaps(times(), NOW, until, usual_s=1 * hours) == [(NOW, until)]
    assert gaps(times(0, 180), NOW, until, usual_s=600.0) == [(NOW, NOW + 3 * HOUR), (NOW + 3 * HOUR, until)]


def put(connection: sa.Connection, table: sa.Table, **values: object) -> None:
    connection.execute(sa.insert(table).values(**values))


def put_poll(connection: sa.Connection, minute: float, status: int | None, *, loss: bool = False) -> None:
    put(
        connection, t.poll, source_id="blatt", started_at=NOW + timedelta(minutes=minute), elapsed_ms=9, status=status,
        outcome="new" if status else "timeout", bytes=1, items=1, new_items=0, possible_loss=loss,
    )  # fmt: skip


def put_alert(connection: sa.Connection, number: int, state: str, *, dead: bool = False, acked: bool = False) -> None:
    put(
        connection, t.alert, id=number, key=f"k{number}", kind="match", state=state, reason_code="r", reason="r",
        rule_id="port", priority="normal", created_at=NOW + HOUR, facts={}, acked_at=NOW + HOUR if acked else None,
    )  # fmt: skip
    put(
        connection, t.delivery, alert_id=number, alert_key=f"k{number}", channel="desk", target="x", label="x",
        state="dead" if dead else "sent", created_at=NOW,
    )  # fmt: skip


def test_the_record_of_a_time(database: Database) -> None:
    with database.unit() as connection:
        put(
            connection, t.source, id="blatt", name="Blatt", kind="feed", url="u", tags=[], host="h", spec_hash="s",
            configured=True, paused=False, gone=False, added_at=NOW, founding=True, health="ok", memory={},
        )  # fmt: skip
        for minute in (0, 10, 20, 90, 100, 110, 120):
            put_poll(connection, minute, 200, loss=minute == 90)
        put_poll(connection, 30, None)
        for number, state in enumerate(("full", "full", "full", "teaser")):
            put(
                connection, t.article, title=f"{number}", authors=[], language_sure=False, first_seen_at=NOW + HOUR,
                first_source_id="blatt", baseline=False, text_state=state, settled=True,
            )  # fmt: skip
        put(
            connection, t.rule_state, rule_id="port", name="Port", status="active", founding=True, accepted_at=NOW,
            memory={},
        )  # fmt: skip
        for version in (1, 2):
            put(connection, t.rule_version, rule_id="port", version=version, hash="h", spec={}, accepted_at=NOW)
        put_alert(connection, 1, "told", acked=True)
        put_alert(connection, 2, "told", dead=True)
        put_alert(connection, 3, "held")
    with database.reading() as connection:
        record = record_of(connection, NOW, NOW + 2 * HOUR + timedelta(minutes=1))
        nothing = record_of(connection, NOW + 9 * HOUR, NOW + 10 * HOUR)
    (source,), (rule,) = record.sources, record.rules
    assert (source.polls, source.failed, source.gaps, source.gap_s) == (8, 1, 1, 4200)
    assert (source.possible_losses, source.articles, source.unread) == (1, 4, 0.25)
    assert (rule.versions, rule.told, rule.held, rule.failed, rule.acknowledged) == (2, 2, 1, 1, 1)
    assert record.polls_since == NOW
    assert (nothing.sources[0].gaps, nothing.sources[0].gap_s, nothing.rules[0].told) == (1, 3600, 0)


def test_recent_polls_tell_hosts_and_problems(database: Database) -> None:
    from monitor.fetch.health import decide_offline
    from monitor.store.counts import recent_polls

    with database.unit() as connection:
        for number in range(4):
            put(
                connection, t.source, id=f"s{number}", name="S", kind="feed", url="u", tags=[], host=f"h{number}",
                spec_hash="s", configured=True, paused=False, gone=False, added_at=NOW, founding=True, health="ok",
                memory={},
            )  # fmt: skip
            put(
                connection, t.poll, source_id=f"s{number}", started_at=NOW + timedelta(minutes=number), elapsed_ms=9,
                status=None if number else 304, outcome="dns" if number else "unchanged", bytes=0, items=0, new_items=0,
                possible_loss=False,
            )  # fmt: skip
    with database.reading() as connection:
        everything, late = recent_polls(connection, NOW), recent_polls(connection, NOW + timedelta(seconds=1))
    assert everything[-1] == ("h0", None)
    assert decide_offline(everything) is None
    assert late == [("h3", "dns"), ("h2", "dns"), ("h1", "dns")]
    offline = decide_offline(late)
    assert offline is not None
    assert offline.code == "offline"
