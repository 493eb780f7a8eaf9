"""Nothing is lost and nothing told twice, whatever comes in whatever order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import DeliveryError
from monitor.model.rule import GroupBy, Priority
from monitor.store import tables as t
from tests.scenario.timeline import Published, Timeline, channel, rule

BUSY = DeliveryError("SMTP 451: come back", permanent=False, code="smtp-451")

events = st.lists(
    st.tuples(
        st.integers(0, 90),  # minutes since the event before
        st.sampled_from(["new", "copy", "revise", "touch", "guard", "silence", "down", "up"]),
        st.integers(0, 3),  # which story or article
    ),
    min_size=1,
    max_size=10,
)
rules = st.builds(
    lambda group_by, digest, cap, cooldown, high: rule(
        to=("desk", "night"),
        group_by=group_by,
        digest=digest,
        max_per_hour=cap,
        cooldown_s=cooldown,
        priority=Priority.HIGH if high else Priority.NORMAL,
    ),
    st.sampled_from(list(GroupBy)),
    st.sampled_from([None, "hourly", "daily", "0 7,19 * * *"]),
    st.sampled_from([0, 1, 20]),
    st.sampled_from([0.0, 600.0, 1800.0]),
    st.booleans(),
)


@given(given_rule=rules, script=events)
@settings(max_examples=15)
def test_every_matched_article_is_told_exactly_once_or_held_back_for_a_reason_that_lasts(given_rule, script) -> None:  # type: ignore[no-untyped-def]  # hypothesis
    with tempfile.TemporaryDirectory() as folder:
        night = channel("night", quiet_hours=("22:00-06:30",))
        desk = Timeline(Path(folder), given_rule, channels=[night])
        published = _play(desk, script)
        desk.refuse("desk", None)
        desk.at("day 9 12:00")
        for name in ("desk", "night"):
            _check(desk, name, published)
        desk.database.dispose()


def _play(desk: Timeline, script: list[tuple[int, str, int]]) -> list[Published]:
    published: list[Published] = []
    minute = 8 * 60
    for wait, what, which in script:
        minute += wait
        desk.at(f"day {1 + minute // 1440} {minute % 1440 // 60:02}:{minute % 60:02}")
        if what == "new":
            published.append(desk.publish(f"call {len(published)}", story=f"s{which}", source=f"a{which}"))
        elif what == "guard":
            published.append(desk.publish(f"call {len(published)}", story=f"s{which}", guard="might"))
        elif what == "copy" and published:
            head = published[which % len(published)]
            published.append(desk.publish(head.headline, source=f"b{which}", copy_of=head))
        elif what in {"revise", "touch"} and published:
            article = published[which % len(published)]
            desk.revise(article, f"call {len(published)} changed {minute}", material=what == "revise")
        elif what == "silence":
            desk.silence("story", str(desk.stories.get(f"s{which}", 0)), hours=1)
        elif what == "down":
            desk.refuse("desk", BUSY)
        elif what == "up":
            desk.refuse("desk", None)
    return published


def _check(desk: Timeline, name: str, published: list[Published]) -> None:
    """By alert: each that is told arrived once, alone or within one message; none waits; none arrived otherwise."""
    keys = [message.key for message in desk.messages(name)]
    assert len(keys) == len(set(keys)), desk.transcript()
    with desk.database.reading() as connection:
        everything = connection.execute(sa.select(t.alert)).mappings().all()
        items = connection.execute(sa.select(t.digest_item).where(t.digest_item.c.channel == name)).mappings().all()
        members = connection.execute(sa.select(t.alert_article)).mappings().all()
    by_id = {alert["id"]: alert for alert in everything}
    alerts = [alert for alert in everything if alert["rule_id"] is not None]
    assert all(item["told_in"] is not None for item in items)
    inside = {item["alert_id"]: by_id[item["told_in"]]["key"] for item in items}
    for alert in alerts:
        arrived = alert["key"] in keys or inside.get(alert["id"]) in keys
        if alert["state"] == "told":
            assert arrived, (alert["key"], desk.transcript())
        elif alert["state"] == "suppressed":
            assert alert["reason_code"] in {"copy", "silence", "baseline"}
        else:
            assert alert["reason_code"] == "guard", dict(alert)
    listed = {member["article_id"] for member in members}
    assert {article.id for article in published} <= listed


def test_the_play_itself_tells_something(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, replace(rule(to=("desk",))))
    _play(desk, [(0, "new", 0), (5, "copy", 0), (5, "revise", 0), (5, "guard", 1)])
    desk.at("day 2 12:00")
    assert len(desk.messages("desk")) == 3
