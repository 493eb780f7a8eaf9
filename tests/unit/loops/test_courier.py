from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.loops.courier import Courier, CourierContext, courier_once
from monitor.model.alert import Target
from monitor.model.message import Rendered
from monitor.store import tables as t
from tests.scenario.timeline import Receiver, Timeline, channel, rule


class Hanging(Receiver):
    """Answers on every address but those that hang until they are let go."""

    def __init__(self, desk: Timeline, *hanging: str) -> None:
        super().__init__(desk.clock)
        self.hanging = set(hanging)
        self.let_go = threading.Event()
        self.began = threading.Event()

    def send(self, address: str, rendered: Rendered) -> None:
        if address in self.hanging:
            self.began.set()
            self.let_go.wait(60)
        super().send(address, rendered)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Timeline]:
    timeline = Timeline(tmp_path, rule(to=("desk", "other"), max_per_hour=0), channels=[channel("other")])
    timeline.sending = False
    yield timeline
    timeline.database.dispose()


def waiting(desk: Timeline, count: int) -> None:
    """So many alerts, due now on both channels."""
    desk.at("10:00")
    for number in range(count):
        desk.publish(f"call {number}", story=f"s{number}")


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends it."""
    for _ in itertools.count():
        if condition():
            return
        await asyncio.sleep(0.01)


def context(desk: Timeline, sender: Receiver, **changes: object) -> CourierContext:
    made = CourierContext(desk.database, desk.telling, sender, desk.clock, "tester", random.Random(1))
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names fields of CourierContext


def states(desk: Timeline) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with desk.database.reading() as connection:
        for name, state in connection.execute(
            sa.select(t.delivery.c.channel, t.delivery.c.state).order_by(t.delivery.c.id)
        ):
            found.setdefault(name, []).append(state)
    return found


async def test_who_does_not_answer_in_time_is_tried_again(desk: Timeline) -> None:
    waiting(desk, 3)
    sender = Hanging(desk, "test://desk", "test://other")
    report = await courier_once(context(desk, sender, deadline_s=0.05))
    sender.let_go.set()
    assert states(desk) == {"desk": ["retry"] * 3, "other": ["retry"] * 3}
    assert (report.sent, report.retried) == (0, 6)
    assert {cause for _, cause in report.errors} == {"no answer within 0.05 s"}


async def test_messages_leave_in_order_within_a_channel(desk: Timeline) -> None:
    waiting(desk, 12)
    sender = Receiver(desk.clock)
    await courier_once(context(desk, sender))
    for name in ("desk", "other"):
        numbers = [min(message.articles) for message in sender.received if message.address == f"test://{name}"]
        assert numbers == sorted(numbers)
        assert len(numbers) == 12


async def test_a_fault_of_one_message_stays_with_it(desk: Timeline) -> None:
    class Faulty(Receiver):
        def send(self, address: str, rendered: Rendered) -> None:
            if address == "test://desk":
                raise ZeroDivisionError("a bug")
            super().send(address, rendered)

    waiting(desk, 2)
    report = await courier_once(context(desk, Faulty(desk.clock)))
    assert states(desk) == {"desk": ["retry"] * 2, "other": ["sent"] * 2}
    assert ("desk", "ZeroDivisionError: a bug") in report.errors


async def test_a_channel_that_hangs_holds_up_neither_the_tick_nor_another(desk: Timeline) -> None:
    waiting(desk, 2)
    sender = Hanging(desk, "test://desk")
    courier = Courier(context(desk, sender))
    await courier.tick()
    await courier.tick()
    await until(lambda: len(sender.received) == 2)
    assert [message.address for message in sender.received] == ["test://other"] * 2
    sender.let_go.set()
    await courier.stop()
    assert states(desk)["desk"][0] == "sent"


async def test_stopping_gives_back_what_was_not_begun(desk: Timeline) -> None:
    waiting(desk, 3)
    sender = Hanging(desk, "test://desk")
    courier = Courier(context(desk, sender))
    await courier.tick()
    await asyncio.to_thread(sender.began.wait)
    stopping = asyncio.create_task(courier.stop())
    await asyncio.sleep(0)
    sender.let_go.set()
    await stopping
    assert states(desk)["desk"] == ["sent", "pending", "pending"]
    with desk.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).where(t.delivery.c.lease_owner.is_not(None))).scalar() == 0


async def test_the_bucket_is_waited_for(desk: Timeline) -> None:
    class Ticking:
        def now(self) -> object:
            return desk.clock.now()

        def monotonic(self) -> float:
            return time.monotonic()

    waiting(desk, 3)
    desk.channels["other"] = replace(desk.channels["other"], rate_per_s=1000.0, burst=1)
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender, clock=Ticking()))
    assert report.sent == 6


async def test_a_recipient_who_left_the_channel(desk: Timeline) -> None:
    waiting(desk, 1)
    new = Target("desk", "desk-2", "new@example.org")
    desk.channels["desk"] = replace(desk.channels["desk"], targets=(new,), addresses=("test://new",))
    report = await courier_once(context(desk, Receiver(desk.clock)))
    assert (report.sent, report.dead) == (2, 1)  # the other channel, and the word about the death
    with desk.database.reading() as connection:
        errors = connection.execute(sa.select(t.delivery.c.last_error).where(t.delivery.c.state == "dead")).scalars()
        assert list(errors) == ["recipient removed from the channel"]


async def test_a_users_template_that_fails_falls_back_to_ours(desk: Timeline) -> None:
    waiting(desk, 1)
    desk.channels["desk"] = replace(desk.channels["desk"], template="{{ items[7].title }}")
    desk.channels["other"] = replace(desk.channels["other"], template="mine: {{ items[0].title }}")
    sender = Receiver(desk.clock)
    await courier_once(context(desk, sender))
    bodies = {message.address: message.rendered.body for message in sender.received}
    assert bodies["test://other"] == "mine: call 0"
    assert "https://alpha.example/" in bodies["test://desk"]


async def test_a_channel_with_many_recipients_is_served_bit_by_bit(desk: Timeline) -> None:
    targets = tuple(Target("desk", f"desk-{number}", f"{number}@example.org") for number in range(10))
    addresses = tuple(f"test://{number}" for number in range(10))
    desk.channels["desk"] = replace(desk.channels["desk"], targets=targets, addresses=addresses)
    waiting(desk, 2)
    report = await courier_once(context(desk, Receiver(desk.clock), lanes=3))
    assert report.sent == 2 * 11


async def test_a_recipient_who_hangs_holds_up_none_of_his_channel(desk: Timeline) -> None:
    targets = tuple(Target("desk", f"desk-{number}", f"{number}@example.org") for number in range(2))
    desk.channels["desk"] = replace(desk.channels["desk"], targets=targets, addresses=("test://slow", "test://quick"))
    waiting(desk, 25)
    sender = Hanging(desk, "test://slow")
    courier = Courier(context(desk, sender))
    await courier.tick()
    await until(lambda: len(sender.received) == 50)
    assert [message.address for message in sender.received if message.address != "test://other"] == [
        "test://quick"
    ] * 25
    sender.let_go.set()
    await courier.stop()


def refuse(desk: Timeline, change: str) -> None:
    """The database takes no such change of a delivery from now on, as when its disk is full."""
    with desk.database.unit() as connection:
        refusal = f"CREATE TRIGGER refuse BEFORE UPDATE ON delivery WHEN {change}"
        connection.exec_driver_sql(f"{refusal} BEGIN SELECT RAISE(ABORT, 'no room'); END")


async def test_what_cannot_be_claimed_is_not_sent(desk: Timeline) -> None:
    waiting(desk, 1)
    refuse(desk, "NEW.lease_owner = 'tester'")
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert (report.sent, sender.received) == (0, [])


async def test_nothing_is_sent_of_which_the_beginning_cannot_be_recorded(desk: Timeline) -> None:
    waiting(desk, 1)
    refuse(desk, "NEW.state = 'sending'")
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert sender.received == []
    assert {name for name, _ in report.errors} == {"desk", "other"}


async def test_what_was_sent_and_cannot_be_recorded_is_reported(desk: Timeline) -> None:
    waiting(desk, 1)
    refuse(desk, "NEW.state = 'sent'")
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert len(sender.received) == 2
    assert {name for name, _ in report.errors} == {"desk", "other"}
    assert states(desk) == {"desk": ["sending"], "other": ["sending"]}


async def test_a_database_that_fails_while_a_message_is_worded_costs_an_attempt_and_no_message(desk: Timeline) -> None:
    waiting(desk, 1)
    failed: list[str] = []

    def fail_once(*event: object) -> None:
        if threading.current_thread().name.startswith("send-desk") and not failed:
            failed.append(str(event[2]))
            raise sa.exc.DBAPIError("", {}, sqlite3.DatabaseError("away"))

    sa.event.listen(desk.database.engine, "before_cursor_execute", fail_once)
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert (report.sent, report.retried, len(failed)) == (1, 1, 1)
    assert states(desk) == {"desk": ["retry"], "other": ["sent"]}


async def test_what_was_sent_and_cannot_be_recorded_holds_up_nothing_after_it(desk: Timeline) -> None:
    waiting(desk, 3)
    refuse(desk, "NEW.state = 'sent' AND NEW.id = (SELECT min(id) FROM delivery WHERE channel = 'desk')")
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert [message.address for message in sender.received].count("test://desk") == 3
    assert states(desk)["desk"] == ["sending", "sent", "sent"]
    assert [name for name, _ in report.errors] == ["desk"]


async def test_what_could_not_be_recorded_at_first_is_recorded_before_the_next_leaves(tmp_path: Path) -> None:
    desk = Timeline(tmp_path, rule(to=("desk",), max_per_hour=0))
    desk.sending = False
    waiting(desk, 2)
    refused: list[str] = []
    seen: list[list[str]] = []

    class Looking(Receiver):
        """Keeps what was on record when a message left."""

        def send(self, address: str, rendered: Rendered) -> None:
            seen.append(states(desk)["desk"])
            super().send(address, rendered)

    def refuse_twice(*event: object) -> None:
        if "UPDATE delivery" in str(event[2]) and "'sent'" in repr(event[3]) and len(refused) < 2:
            refused.append(str(event[2]))
            raise sa.exc.DBAPIError("", {}, sqlite3.DatabaseError("not now"))

    sa.event.listen(desk.database.engine, "before_cursor_execute", refuse_twice)
    report = await courier_once(context(desk, Looking(desk.clock)))
    assert (report.sent, report.errors, len(refused)) == (2, (), 2)
    assert seen == [["sending", "pending"], ["sent", "sending"]]
    assert states(desk)["desk"] == ["sent", "sent"]
    desk.database.dispose()


async def test_what_another_has_taken_meanwhile_is_left_to_it(desk: Timeline) -> None:
    class Slow(Receiver):
        """While the first message of a channel is on its way, its others are taken over."""

        def send(self, address: str, rendered: Rendered) -> None:
            with desk.database.unit() as connection:
                mine = (t.delivery.c.channel == address.removeprefix("test://"), t.delivery.c.state != "sending")
                connection.execute(sa.update(t.delivery).where(*mine).values(lease_owner="them", lease_epoch=99))
            super().send(address, rendered)

    waiting(desk, 3)
    sender = Slow(desk.clock)
    await courier_once(context(desk, sender))
    assert sorted(message.address for message in sender.received) == ["test://desk", "test://other"]


async def test_what_was_sent_in_a_sleep_longer_than_its_lease_holds_up_nothing_after_it(desk: Timeline) -> None:
    class Dozing(Receiver):
        """While the first message is on its way, its lease ends, and the row is made ready to be sent again."""

        def send(self, address: str, rendered: Rendered) -> None:
            if not self.received and address == "test://desk":
                with desk.database.unit() as connection:
                    c = t.delivery.c
                    mine = (c.channel == "desk", c.state == "sending")
                    values = {"state": "retry", "lease_owner": None, "lease_epoch": c.lease_epoch + 1}
                    connection.execute(sa.update(t.delivery).where(*mine).values(values))
            super().send(address, rendered)

    waiting(desk, 3)
    del desk.channels["other"]
    sender = Dozing(desk.clock)
    await courier_once(context(desk, sender))
    assert [message.address for message in sender.received].count("test://desk") >= 3
    assert set(states(desk)["desk"]) == {"sent"}


async def test_the_rate_of_a_channel_is_kept(desk: Timeline) -> None:
    desk.channels["other"] = replace(desk.channels["other"], rate_per_s=50.0, burst=1)
    waiting(desk, 3)
    sender = Receiver(desk.clock)
    report = await courier_once(context(desk, sender))
    assert report.sent == 6
