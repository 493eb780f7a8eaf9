"""Three processes on one PostgreSQL and two hundred sources: one is killed, one stopped for longer than its leases."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.store.verify import verify
from monitor.testing import FakeWeb, Reply

SOURCES = 200
NEWSY = 60
"""So many of them have something new in each wave."""
EVERY_S = 10.0
LEASE_S = 32.0
PATIENCE_S = 240
"""For each step.  They take seconds; on a machine that is busy with other things much longer."""
SYLLABLES = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"]


def words(seed: str, number: int) -> list[str]:
    """Words of no language, different for every seed: no two texts are about the same."""
    chance = random.Random(seed)
    return ["".join(chance.choices(SYLLABLES, k=4)) for _ in range(number)]


@dataclass
class Farm:
    """Feeds on four hosts; every wave adds one item to each."""

    webs: list[FakeWeb]
    waves: int = 0
    posted: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(SOURCES):
            self._web(number).route(f"/feed/{number}", lambda _request, n=number: Reply(self._feed(n)))  # type: ignore[misc]  # the default binds the number
        self.webs[0].route("/hook", self._take)

    def _web(self, number: int) -> FakeWeb:
        return self.webs[number % len(self.webs)]

    def url(self, number: int) -> str:
        return self._web(number).url(f"/feed/{number}")

    def _take(self, request: Any) -> Reply:
        self.posted.append(json.loads(request.body))
        return Reply("taken")

    def told(self) -> Counter[str]:
        """The messages about articles, and how often each came."""
        return Counter(post["message"] for post in self.posted if "quayside" in post["message"])

    def _feed(self, number: int) -> str:
        items = "".join(item(number, wave) for wave in range(self.waves if number < NEWSY else 0, -1, -1))
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F{number}</title>{items}</channel></rss>'


@cache
def item(number: int, wave: int) -> str:
    """An item of a feed; every process asks for it again and again."""
    seed = f"{number}-{wave}"
    title, text = " ".join(words(seed, 6)), " ".join(words(seed + "text", 60))
    word = "quayside" if wave else "before"
    at = format_datetime(datetime.now(UTC))
    return (
        f"<item><title>{title}</title><guid>{seed}</guid><pubDate>{at}</pubDate>"
        f"<description>{word} {seed} {text}</description></item>"
    )


@pytest.fixture
def farm() -> Iterator[Farm]:
    with ExitStack() as stack:
        yield Farm([stack.enter_context(FakeWeb(host=f"127.0.1.{n}")) for n in range(1, 5)])


class Fleet:
    """Processes of the monitor on one configuration."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        (folder / "config.yaml").write_text(yaml.safe_dump(config))
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, role: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "monitor", "--config", str(self.folder / "config.yaml"), "run", "--role", role]
        log = (self.folder / f"{len(self.processes)}-{role}.log").open("wb")
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ, cwd=self.folder)
        log.close()
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(PATIENCE_S)

    def logs(self) -> str:
        return "\n".join(f"{path.name}\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def fleet(farm: Farm, postgresql_url: str, tmp_path: Path) -> Iterator[Fleet]:
    hook = farm.webs[0].url("/hook").replace("http://", "json://") + f"?rto={PATIENCE_S}"
    config = {
        "database": postgresql_url,
        "channels": {"hook": {"to": hook, "rate": 500, "burst": 500}},
        "defaults": {"every": f"{EVERY_S:.0f}s", "alert": {"to": ["hook"], "max_per_hour": 0}},
        "fetch": {
            "allow_addresses": ["127.0.1.0/24"],
            "host_spacing": "0s",
            "per_host": 8,
            "concurrency": 16,
            "timeout": "2s",
            "min_every": "5s",
            "workers": 1,
        },
        "articles": {"languages": ["en"], "full_text": "never"},
        "web": {"listen": "off"},
        "sources": [{"id": f"s{n}", "name": f"S{n}", "feed": farm.url(n)} for n in range(SOURCES)],
        "watchlist": [{"id": "quay", "match": "quayside"}],
    }
    found = Fleet(tmp_path, config)
    yield found
    found.end()


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    found = Database(open_engine(postgresql_url))
    yield found
    found.dispose()


def wait_for(what: str, condition: Callable[[], bool], fleet: Fleet) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"{what} did not come to be within {PATIENCE_S} s\n{fleet.logs()}")
        time.sleep(0.25)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_killed_and_a_stopped_worker_cost_no_alert(farm: Farm, fleet: Fleet, database: Database) -> None:

    def count(query: sa.Select[Any]) -> int:
        with database.reading() as connection:
            if not sa.inspect(connection).has_table("delivery"):
                return 0
            return int(connection.execute(query).scalar_one())

    started = sa.select(sa.func.count()).select_from(t.source).where(t.source.c.baseline_at.is_not(None))
    alerts = sa.select(sa.func.count()).select_from(t.alert).where(t.alert.c.kind == "match")
    stays = fleet.start("all")
    wait_for("the schema", lambda: count(sa.select(sa.func.count()).select_from(t.source)) > 0, fleet)
    killed, stopped = fleet.start("poller"), fleet.start("poller")
    wait_for("every first poll", lambda: count(started) == SOURCES, fleet)

    farm.waves = 1
    wait_for("some alerts", lambda: count(alerts) >= NEWSY // 4, fleet)
    killed.kill()
    stopped.send_signal(signal.SIGSTOP)
    death = datetime.now(UTC)
    stopped_at = time.monotonic()
    wait_for("every alert of one worker", lambda: count(alerts) == NEWSY, fleet)
    time.sleep(max(0.0, LEASE_S + 3 - (time.monotonic() - stopped_at)))
    stopped.send_signal(signal.SIGCONT)
    farm.waves = 2
    since = sa.select(sa.func.count(sa.distinct(t.poll.c.source_id))).where(t.poll.c.started_at > death)
    wait_for("what the dead one had in hand", lambda: count(since) == SOURCES, fleet)
    # Of what the monitor says about itself (a worker that stood still) there may be a message besides.
    wait_for("every message", lambda: sum(farm.told().values()) >= 2 * NEWSY, fleet)
    for process in (stays, stopped):
        process.terminate()
    assert [process.wait(PATIENCE_S) for process in (stays, stopped)] == [0, 0], fleet.logs()

    assert count(alerts) == 2 * NEWSY, "none lost, none doubled"
    assert len(farm.told()) == 2 * NEWSY
    assert set(farm.told().values()) == {1}
    assert verify(database).problems == ()
    _polled_once_at_a_time(database)


def _polled_once_at_a_time(database: Database) -> None:
    polls: dict[str, list[datetime]] = defaultdict(list)
    with database.reading() as connection:
        rows = connection.execute(sa.select(t.poll.c.source_id, t.poll.c.started_at).order_by(t.poll.c.started_at))
        for source, at in rows:
            polls[source].append(at)
    assert len(polls) == SOURCES
    gaps = [(b - a).total_seconds() for each in polls.values() for a, b in pairwise(each)]
    assert min(gaps) > 1.0, "two workers never poll a source at the same time"
