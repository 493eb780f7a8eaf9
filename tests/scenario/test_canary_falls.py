"""Where a canary's flight can end, and that it says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.alert.settings import AlertSettings
from monitor.loops.canary import KIND, Round, canary_round
from monitor.loops.context import Context
from monitor.loops.flight import RULE, WORD, Aviary, flight_waits, fly
from monitor.model.alert import Channel, Target
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store import timers
from monitor.store.alerts import instant_to_json
from tests.scenario.conftest import KeywordMatcher, Newsroom

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DESK = Channel("desk", (Target("desk", "desk-1", "d@example.org"),), ("test://desk",))
GOOD = KeywordMatcher({RULE: WORD})


def answer(body: bytes, status: int | None = 200) -> Fetched:
    problem = Reason("refused", "nobody listens") if status is None else None
    return Fetched("http://127.0.0.1/c", "http://127.0.0.1/c", status, (), body, (), NOW, 0.1, problem)


def asked(newsroom: Newsroom, *, told: bool = True) -> Context:
    """The loops' context after the canary was asked for."""
    context = newsroom.context
    settings = AlertSettings(canary=True, ops=("desk",) if told else ())
    with newsroom.database.unit() as connection:
        timers.set_timer(connection, KIND, "", NOW, {"asked_at": instant_to_json(NOW)})
    return replace(context, watchlist=replace(context.watchlist, channels={"desk": DESK}, alerts=settings))


def state(newsroom: Newsroom) -> Round:
    with newsroom.database.reading() as connection:
        return canary_round(connection)


@pytest.mark.parametrize(
    ("fetched", "why"),
    [
        (answer(b"", None), "fetch: nobody listens"),
        (answer(b"", 500), "fetch: status 500"),
        (answer(b"<html><p>no feed</p></html>"), "parse: the article was not found"),
    ],
)
async def test_before_it_is_matched(newsroom: Newsroom, fetched: Fetched, why: str) -> None:
    async def fetch(_document: bytes) -> Fetched:
        return fetched

    context = asked(newsroom)
    assert flight_waits(context)
    await fly(context, Aviary(GOOD, fetch))
    assert (state(newsroom).problem or "").startswith(why)
    assert not flight_waits(context)


async def served(document: bytes) -> Fetched:
    return answer(document)


async def test_when_no_rule_fires_or_nobody_is_told(newsroom: Newsroom) -> None:
    await fly(asked(newsroom), Aviary(KeywordMatcher({RULE: "something else"}), served))
    assert (state(newsroom).problem or "").startswith("match:")
    await fly(asked(newsroom, told=False), Aviary(GOOD, served))
    assert (state(newsroom).problem or "").startswith("match:")
    assert newsroom.rows(t.alert) == []


async def test_a_flight_that_ends_well_leaves_its_message_alone(newsroom: Newsroom) -> None:
    await fly(asked(newsroom), Aviary(GOOD, served))
    assert state(newsroom).key is not None
    assert [row.channel for row in newsroom.rows(t.delivery)] == ["desk"]
    assert newsroom.rows(t.article) == newsroom.rows(t.source) == newsroom.rows(t.match) == []
