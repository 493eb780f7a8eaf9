"""The faults: what is done to the monitor, one function each, and the row of the table that comes of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from tests.crash.receivers import Count
from tests.crash.stage import ANSWER_S, HOUR, MINUTE, TARGETS, Stage

ROUNDS = 6
SIGKILL = -9
GIVEN_UP_S = 5
"""Where nothing else is to happen than that no answer comes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: every `stride`-th moment, `kills` at random, a database locked for `locked_s` seconds."""

    stride: int = 1
    kills: int = 100
    locked_s: float = 30.0
    seed: int = 1
    brief: bool = False
    """Only some of the milder faults."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault did on one backend.  `worst` is the most doubles that one kill meant for one recipient."""

    fault: str
    backend: str
    kills: int
    counted: Count
    dead: int = 0
    worst: int = 0
    note: str = ""

    @property
    def fine(self) -> bool:
        """Nothing lost, none doubled at receivers that honour the key, else one for each kill and recipient at most.

        A kill can find one message on its way to each recipient.
        """
        within = self.worst <= 1 and self.counted.doubled <= self.kills * len(TARGETS)
        return self.counted.lost == 0 and self.counted.honoured == 0 and within


Fault = Callable[[Stage, Effort], Iterator[Row]]


def kill_at_every_commit(stage: Stage, effort: Effort) -> Iterator[Row]:
    """Death right before and right after every commit of a run that polls, reads, decides and delivers."""
    points = stage.folder / f"points-{stage.backend.name}"
    stage.begin("whole")
    stage.publish(0, 1, 2)
    stage.passes(stage.now, stage.now + 61 * MINUTE, points=str(points))
    yield Row("no fault", stage.backend.name, 0, stage.count(), note=f"{_moments(points) // 2} commits")
    totals: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    worst, moment = 0, effort.stride
    while True:
        points.unlink()
        stage.begin("point")
        stage.publish(0, 1, 2)
        status = stage.passes(stage.now, stage.now + 61 * MINUTE, die_at=moment, points=str(points))
        if status != SIGKILL:
            break
        killed[points.read_text(encoding="utf-8").splitlines()[-1].split()[1]] += 1
        stage.now += 61 * MINUTE
        stage.settle(ROUNDS)
        counted = stage.count()
        _add(totals, counted)
        worst = max(worst, counted.most)
        moment += effort.stride
    note = ", ".join(f"{name} {number}" for name, number in sorted(killed.items()))
    yield Row("kill -9 at every commit", stage.backend.name, killed.total(), Count(**totals), worst=worst, note=note)


def _moments(points: object) -> int:
    return len(points.read_text(encoding="utf-8").splitlines())  # type: ignore[attr-defined]  # a Path


def _add(totals: Counter[str], counted: Count) -> None:
    for name in ("due", "delivered", "lost", "doubled", "honoured"):
        totals[name] += getattr(counted, name)


def kill_at_random(stage: Stage, effort: Effort) -> Iterator[Row]:
    """The daemon is killed again and again while news comes in, and started again at once."""
    rng = random.Random(effort.seed)
    stage.begin("load")
    killed, number = 0, 0
    while killed < effort.kills:
        stage.publish(*range(number, number + 4))
        number += 4
        status = stage.nursery.life(stage.order(stage.now, daemon=True), kill_after_s=rng.uniform(0.3, 2.6))
        killed += status == SIGKILL
        # Leases of a database that several workers share end by the clock; those of SQLite with their owner.  An hour
        # has no more news than a digest of an hour shows.
        stage.now += 10 * MINUTE if stage.backend.name == "postgresql" else 3 * MINUTE
    stage.settle(ROUNDS)
    yield Row("kill -9 at random under load", stage.backend.name, killed, stage.count(), note=f"{number} items")


def mail_faults(stage: Stage, effort: Effort) -> Iterator[Row]:
    """A mail server that is down, slow, busy, hangs up, or knows one recipient and not the other."""
    for fault in ("down", "550") if effort.brief else ("down", "slow", "451", "550", "cut"):
        stage.begin("mail", bad_recipient=fault == "550")
        stage.publish(0, 1, 2)
        stage.mail.fault = fault
        if fault == "down":
            stage.mail.stop()
        stage.passes(stage.now, stage.now + 5 * MINUTE)
        if fault != "550":
            stage.mail.fault = ""
        stage.mail.start()
        stage.settle(ROUNDS)
        name = {"550": "SMTP 550 for one recipient", "cut": "SMTP drops mid-DATA"}.get(fault, f"SMTP {fault}")
        yield Row(name, stage.backend.name, 0, stage.count(), stage.dead())


def hook_faults(stage: Stage, effort: Effort) -> Iterator[Row]:
    """A webhook that is busy, broken, hangs, or says no with status 200."""
    names = {"429": "429 with Retry-After", "denied": "200 with an error body", "hang": "hanging"}
    for fault in ("429", "denied") if effort.brief else ("429", "500", "hang", "denied"):
        stage.begin("hook", answer_s=GIVEN_UP_S if fault == "hang" else ANSWER_S)
        stage.publish(0, 1, 2)
        stage.hook.fault = fault
        stage.passes(stage.now, stage.now + 5 * MINUTE)
        stage.hook.fault = ""
        stage.settle(ROUNDS)
        yield Row(f"webhook {names.get(fault, fault)}", stage.backend.name, 0, stage.count(), stage.dead())


def full_disk(stage: Stage, effort: Effort) -> Iterator[Row]:
    """No space: files that cannot grow (SQLite), error 53100 of the server (PostgreSQL)."""
    totals: Counter[str] = Counter()
    limits = (20_000, 60_000, 120_000, 250_000) if stage.backend.name == "sqlite" else (1, 2, 3)
    for limit in limits[1:2] if effort.brief else limits:
        stage.begin("full")
        stage.publish(0, 1, 2)
        if stage.backend.name == "sqlite":
            stage.passes(stage.now, stage.now + 61 * MINUTE, file_limit=limit)
        else:
            with _refusing(stage, ("article", "alert", "delivery")[limit - 1]):
                stage.passes(stage.now, stage.now + 61 * MINUTE)
        stage.now += 61 * MINUTE
        stage.settle(ROUNDS)
        _add(totals, stage.count())
    # What was sent and could not be recorded is sent again: no process ends, but it is the same uncertainty.
    yield Row("disk full", stage.backend.name, 0, Count(**totals))


@contextmanager
def _refusing(stage: Stage, table: str) -> Iterator[None]:
    refuse = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""
    with stage.connected() as connection:
        connection.exec_driver_sql(refuse)
        connection.exec_driver_sql(
            f'CREATE TRIGGER refuse BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse()'
        )
        connection.commit()
    yield
    with stage.connected() as connection:
        connection.exec_driver_sql("DROP FUNCTION refuse CASCADE")
        connection.commit()


def locked_database(stage: Stage, effort: Effort) -> Iterator[Row]:
    """Another process holds the database while the daemon runs and news comes in."""
    stage.begin("locked")
    stage.publish(0, 1, 2)
    stage.nursery.begin(stage.order(stage.now, daemon=True), stop_after_s=effort.locked_s + 8.0)
    time.sleep(1.5)
    with stage.connected() as connection:
        _lock(connection)
        stage.publish(3, 4, 5)
        time.sleep(effort.locked_s)
        connection.rollback()
    stage.nursery.ended()
    stage.settle(ROUNDS)
    yield Row(f"database locked for {effort.locked_s:g} s", stage.backend.name, 0, stage.count(), stage.dead())


def _lock(connection: sa.Connection) -> None:
    """Keep everybody else from writing; readers go on, as with SQLite's lock."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # The program's own connections are ended when they idle in a transaction; this one stands for somebody else's.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql("LOCK TABLE delivery IN EXCLUSIVE MODE")


def jumping_clock(stage: Stage, _effort: Effort) -> Iterator[Row]:
    """The clock jumps an hour forward while deliveries wait, and an hour back."""
    stage.begin("clock")
    stage.publish(0, 1, 2)
    stage.mail.fault = "451"
    stage.passes(stage.now)
    stage.publish(3, 4, 5)
    stage.passes(stage.now + HOUR)
    stage.mail.fault = ""
    stage.publish(6, 7, 8)
    stage.passes(stage.now, stage.now + 5 * MINUTE)
    stage.settle(ROUNDS)
    yield Row("clock jumps an hour and back", stage.backend.name, 0, stage.count(), stage.dead())


def daylight_saving(stage: Stage, effort: Effort) -> Iterator[Row]:
    """Digests and quiet hours in the nights in which an hour is missing, or comes twice."""
    days = (("begins", datetime(2026, 3, 29, tzinfo=UTC)), ("ends", datetime(2026, 10, 25, tzinfo=UTC)))
    for name, day in days[1:] if effort.brief else days:
        stage.begin("saving", quiet='"01:30-03:30"')
        start = day.timestamp()
        for number, minutes in enumerate((-20, 20, 50, 65, 95, 125, 155, 185)):
            stage.publish(number)
            stage.now = start + minutes * MINUTE
            stage.passes(stage.now)
        stage.settle(ROUNDS)
        yield Row(f"daylight saving {name}", stage.backend.name, 0, stage.count(), stage.dead())


FAULTS: tuple[Fault, ...] = (
    kill_at_every_commit,
    kill_at_random,
    mail_faults,
    hook_faults,
    full_disk,
    locked_database,
    jumping_clock,
    daylight_saving,
)
