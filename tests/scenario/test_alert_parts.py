"""Messages too long for their service arrive in parts: every headline, in order, each part once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import DeliveryError
from monitor.model.message import Form, Markup, Rendered, Shape
from tests.scenario.timeline import MovableClock, Receiver, Timeline, rule

MANY = 120


class Narrow(Receiver):
    """A chat service that takes four thousand characters, and refuses the messages it is told to, once each."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__(clock)
        self.refused: set[int] = set()

    def shape(self, address: str) -> Shape:
        return Shape(Form.CHAT, Markup.TEXT, 0, 4096)

    def send(self, address: str, rendered: Rendered) -> None:
        part = re.search(r"\((\d+)/\d+\)", rendered.body)
        if part is not None and int(part.group(1)) in self.refused:
            self.refused.remove(int(part.group(1)))
            raise DeliveryError("HTTP 503", permanent=False, code="http-503")
        super().send(address, rendered)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Timeline]:
    timeline = Timeline(tmp_path, rule(digest="hourly"))
    timeline.receiver = Narrow(timeline.clock)
    timeline.at("10:05")
    for number in range(MANY):
        timeline.publish(f"call {number:03}", story=f"s{number}")
    yield timeline
    timeline.database.dispose()


def told(desk: Timeline) -> list[int]:
    bodies = [message.rendered.body for message in desk.receiver.received]
    return [int(number) for body in bodies for number in re.findall(r"^• call (\d+)", body, re.MULTILINE)]


def test_a_digest_too_long_for_the_service_arrives_in_parts(desk: Timeline) -> None:
    desk.at("11:01")
    assert told(desk) == list(range(MANY))
    received = desk.receiver.received
    assert len(received) > 1
    assert len({message.key for message in received}) == len(received)
    assert len({message.rendered.headers["References"] for message in received}) == 1


def test_a_part_that_is_refused_is_tried_again_alone(desk: Timeline) -> None:
    assert isinstance(desk.receiver, Narrow)
    desk.receiver.refused = {1, 2}
    desk.at("12:00")
    assert sorted(told(desk)) == list(range(MANY))
