"""Windows that close."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.loops.dispatch import Work
from monitor.loops.flush import flush_window
from monitor.model.subscription import audience_name
from monitor.store import tables as t
from tests.scenario.timeline import Timeline, channel, rule

NIGHT = channel("desk", quiet_hours=("22:00-06:00",))


@pytest.fixture
def desk(tmp_path: Path) -> Timeline:
    return Timeline(tmp_path, rule(), channels=[NIGHT])


def waiting(desk: Timeline) -> list[tuple[str, str]]:
    """Channels and windows in which something waits."""
    c = t.digest_item.c
    with desk.database.reading() as connection:
        found = connection.execute(sa.select(c.channel, c.window).where(c.told_in.is_(None)).distinct())
        return [(row.channel, row.window) for row in found]


def flushed(desk: Timeline, channel_id: str, window: str) -> bool:
    with desk.database.unit(lock="tell") as connection:
        return flush_window(Work(connection, desk.telling(), desk.clock.at), channel_id, window)


def test_what_was_gathered_leaves_together_and_once(desk: Timeline) -> None:
    first = desk.at("23:00").publish("Putin calls")
    second = desk.at("23:30").publish("Putin travels to the coast")
    assert len(waiting(desk)) == 1
    desk.at("day 2 07:00")
    assert [message.articles for message in desk.messages("desk")] == [{first.id, second.id}]
    assert waiting(desk) == []


def test_a_single_one_is_told_as_itself(desk: Timeline) -> None:
    only = desk.at("23:00").publish("Putin calls")
    desk.at("day 2 07:00")
    assert [message.articles for message in desk.messages("desk")] == [{only.id}]
    assert desk.state(f"putin:{only.id}")[0] == "told"


def test_what_is_silenced_while_it_waits_is_not_told(desk: Timeline) -> None:
    muted = desk.at("23:00").publish("Putin calls", story="call")
    told = desk.at("23:10").publish("Putin travels to the coast", story="coast")
    desk.at("23:20").silence("story", str(desk.stories["call"]), hours=24)
    desk.at("day 2 07:00")
    assert [message.articles for message in desk.messages("desk")] == [{told.id}]
    assert desk.state(f"putin:{muted.id}") == ("suppressed", "silence")


def test_an_empty_window_is_closed(desk: Timeline) -> None:
    assert flushed(desk, "desk", "quiet@2026-03-10")


def test_what_waits_for_a_channel_waits_until_somebody_is_there(desk: Timeline) -> None:
    desk.at("23:00").publish("Putin calls")
    (window,) = waiting(desk)
    desk.channels = {}
    assert not flushed(desk, *window)
    assert waiting(desk) == [window]
    desk.channels = {"desk": NIGHT}
    assert flushed(desk, *window)
    assert waiting(desk) == []


def test_what_joins_a_window_that_has_closed_is_a_message_of_its_own(desk: Timeline) -> None:
    for hour in ("23:00", "23:10"):
        desk.at(hour).publish(f"Putin calls at {hour}", story=hour)
    (window,) = waiting(desk)
    assert flushed(desk, *window)
    late = [desk.at(hour).publish(f"Putin calls at {hour}", story=hour) for hour in ("23:40", "23:50")]
    assert waiting(desk) == [window]
    desk.at("day 2 07:00")
    assert waiting(desk) == []
    assert desk.messages("desk")[-1].articles == {article.id for article in late}


def test_what_waits_for_subscribers_who_have_all_gone_waits_no_more(desk: Timeline) -> None:
    desk.at("23:00").publish("Putin calls")
    ((channel_id, window),) = waiting(desk)
    nobody = audience_name("putin")
    with desk.database.unit() as connection:
        gone = t.digest_item.c.channel == channel_id
        connection.execute(sa.update(t.digest_item).where(gone).values(channel=nobody))
    assert flushed(desk, nobody, window)
    assert waiting(desk) == []
