"""Three machines on one PostgreSQL: `python -m tests.namespaces`, as root on Linux.

Every worker lives in a network namespace of its own, joined to this one by a cable; the database and five thousand
feeds are reached over it.  One worker is killed and one cut off in the middle; in the end every source was polled in
time and by one at a time, and every alert has arrived once.  Before that: polls a second with one, two, three workers.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.store.verify import verify
from monitor.testing import FakeWeb, Reply, SeenRequest
from tests import postgresql
from tests.scenario.test_workers import words

NET = "10.87.23"
HERE = f"{NET}.1"
BRIDGE = "nm-switch"
HOSTS = 40
NEWSY = 200
"""So many sources have something new in each wave."""
LEASE_S = 40.0
"""A request may take 10 s, and a lease lasts 30 s longer."""
WORKERS = 3


def main() -> int:
    """Run it; 0 when all held, and where the machine does not allow namespaces."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--every", type=float, default=180.0, help="seconds between polls of a source")
    parser.add_argument("--minutes", type=float, default=15.0, help="give up after so long")
    args = parser.parse_args()
    if (why := _unable()) is not None:
        print(f"skipped: {why}")
        return 0
    with ExitStack() as stack:
        stack.enter_context(_network())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        web = stack.enter_context(FakeWeb(host="0.0.0.0"))
        farm = Farm(web, args.sources)
        run = Run(farm, args, folder, stack.enter_context(_postgresql()))
        stack.callback(run.end)
        return run.all_parts()


def _unable() -> str | None:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need root on Linux"
    if subprocess.run(["ip", "netns", "list"], capture_output=True, check=False).returncode:
        return "there is no ip(8)"
    tried = subprocess.run(["ip", "netns", "add", "nm-probe"], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", "nm-probe"], capture_output=True, check=False)
    return f"no namespace can be made: {tried.stderr.strip()}" if tried.returncode else None


def _ip(*words_of_it: str) -> None:
    subprocess.run(["ip", *words_of_it], check=True)


@contextmanager
def _network() -> Iterator[None]:
    """A switch with an address for every host of the farm, and a cable to each worker."""
    with ExitStack() as stack:
        _ip("link", "add", BRIDGE, "type", "bridge")
        stack.callback(_ip, "link", "del", BRIDGE)
        for number in (1, *range(100, 100 + HOSTS)):
            _ip("addr", "add", f"{NET}.{number}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for worker in range(WORKERS):
            name = f"nm-{worker}"
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("link", "add", f"{name}-here", "type", "veth", "peer", "name", "eth0", "netns", name)
            # By hand: a namespace that is deleted lives on, with its cable, until its last connection has given up.
            stack.callback(_ip, "link", "del", f"{name}-here")
            _ip("link", "set", f"{name}-here", "master", BRIDGE, "up")
            for step in (f"addr add {NET}.{10 + worker}/24 dev eth0", "link set eth0 up", "link set lo up"):
                _ip("-n", name, *step.split())
        yield


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server that listens on the switch; its address."""
    port = "54870"
    settings = {"listen_addresses": HERE, "port": port, "max_connections": "200"}
    with postgresql.running(settings=settings, trusted=f"{NET}.0/24"):
        yield f"postgresql+psycopg://postgres@{HERE}:{port}/postgres"


@dataclass
class Farm:
    """Feeds that change in waves, and the address that takes the alerts."""

    web: FakeWeb
    sources: int
    wave: int = 0
    posted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web.route("/feed/*", self._feed)
        self.web.route("/hook", self._take)

    def url(self, number: int) -> str:
        return f"http://{NET}.{100 + number % HOSTS}:{self.web.port}/feed/{number}"

    def _take(self, request: SeenRequest) -> Reply:
        self.posted.append(str(json.loads(request.body)["message"]))
        return Reply("taken")

    def _feed(self, request: SeenRequest) -> Reply:
        number = int(request.path.rpartition("/")[2])
        wave = self.wave if number < NEWSY else 0
        tag = f'"{wave}"'
        if request.headers.get("if-none-match") == tag:
            return Reply(status=304)
        items = "".join(_item(number, one) for one in range(wave, -1, -1))
        head = '<?xml version="1.0"?><rss version="2.0"><channel>'
        return Reply(f"{head}<title>F{number}</title>{items}</channel></rss>", headers={"ETag": tag})


def _item(number: int, wave: int) -> str:
    seed = f"{number}-{wave}"
    word = "quayside" if wave else "before"
    text = " ".join(words(seed + "text", 60))
    title = " ".join(words(seed, 6))
    return f"<item><title>{title}</title><guid>{seed}</guid><description>{word} {seed} {text}</description></item>"


@dataclass
class Run:
    """The workers and what is asked of them."""

    farm: Farm
    args: argparse.Namespace
    folder: Path
    url: str
    begun: float = field(default_factory=time.monotonic)
    workers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database = Database(open_engine(self.url))
        (self.folder / "config.yaml").write_text(yaml.safe_dump(self._config()))

    def _config(self) -> dict[str, Any]:
        return {
            "database": self.url,
            "channels": {"hook": {"to": f"json://{HERE}:{self.farm.web.port}/hook", "rate": 500, "burst": 500}},
            "defaults": {"every": f"{self.args.every:.0f}s", "alert": {"to": ["hook"], "max_per_hour": 0}},
            "fetch": {
                "allow_addresses": [f"{NET}.0/24"],
                "host_spacing": "0s",
                "per_host": 8,
                "concurrency": 64,
                "timeout": "10s",
                "min_every": "5s",
                "workers": 1,
            },
            "articles": {"languages": ["en"], "full_text": "never"},
            "web": {"listen": "off"},
            "sources": [{"id": f"s{n}", "name": f"S{n}", "feed": self.farm.url(n)} for n in range(self.farm.sources)],
            "watchlist": [{"id": "quay", "match": "quayside"}],
        }

    def start(self, number: int, role: str) -> None:
        command = [sys.executable, "-m", "monitor", "--config", str(self.folder / "config.yaml"), "run", "--role", role]
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
        with (self.folder / f"worker{number}.log").open("ab") as log:
            self.workers[number] = subprocess.Popen(
                ["ip", "netns", "exec", f"nm-{number}", *command], stdout=log, stderr=log, env=environ, cwd=self.folder
            )

    def end(self) -> None:
        for process in self.workers.values():
            if process.poll() is None:
                process.kill()
            process.wait(20)
        self.database.dispose()

    def count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    def until(self, what: str, condition: Callable[[], bool]) -> float:
        """Wait for it; the seconds that took."""
        started = time.monotonic()
        while not condition():
            if time.monotonic() - self.begun > self.args.minutes * 60:
                logs = "\n".join(path.read_text()[-1500:] for path in sorted(self.folder.glob("*.log")))
                raise SystemExit(f"after {self.args.minutes:g} minutes still waiting for {what}\n{logs}")
            time.sleep(0.25)
        print(f"{time.monotonic() - self.begun:5.0f} s  {what}", flush=True)
        return time.monotonic() - started

    def all_parts(self) -> int:
        self._found()
        for number, role in ((1, "poller"), (2, "poller")):
            self._throughput()
            self.start(number, role)
            self.until(f"worker {number} is there", lambda number=number: self._living() > number)  # type: ignore[misc]  # the default binds the number
        self._throughput()
        self._waves()
        faults = self._judge()
        print("\n".join(faults) or "every source in time and by one at a time, every alert once")
        return 1 if faults else 0

    def _living(self) -> int:
        return self.count(t.worker)

    def _found(self) -> None:
        self.start(0, "all")
        self.until("the tables", lambda: self._has_tables() and self.count(t.source) == self.farm.sources)
        self.until("every first poll", lambda: self.count(t.source, t.source.c.baseline_at.is_(None)) == 0)
        self.until("every first text", lambda: self.count(t.article, t.article.c.settled.is_(False)) == 0)

    def _has_tables(self) -> bool:
        with self.database.reading() as connection:
            return sa.inspect(connection).has_table("worker")

    def _throughput(self) -> None:
        """Everything is due at once: how fast is it done?"""
        with self.database.unit() as connection:
            before = connection.execute(sa.select(sa.func.coalesce(sa.func.max(t.poll.c.id), 0))).scalar_one()
            connection.execute(sa.update(t.source).values(due_at=datetime.now(UTC)))
        living = self._living()
        seconds = self.until(
            f"a round of all with {living}", lambda: self.count(t.poll, t.poll.c.id > before) >= self.farm.sources
        )
        print(f"         {self.farm.sources / seconds:.0f} polls a second with {living} workers", flush=True)

    def _waves(self) -> None:
        sent = t.delivery.c.state == "sent"
        self.calm_from = datetime.now(UTC)
        self.farm.wave = 1
        self.until("some alerts", lambda: self.count(t.alert, t.alert.c.kind == "match") >= NEWSY // 10)
        self.workers[1].send_signal(signal.SIGKILL)
        _ip("link", "set", "nm-2-here", "down")
        cut = time.monotonic()
        self.until("all alerts by the one that is left", lambda: self.count(t.delivery, sent) >= NEWSY)
        time.sleep(max(0.0, LEASE_S + 5 - (time.monotonic() - cut)))
        _ip("link", "set", "nm-2-here", "up")
        self.farm.wave = 2
        self.until("the second wave", lambda: self.count(t.delivery, sent) >= 2 * NEWSY)
        for number in (0, 2):
            self.workers[number].terminate()
        for number in (0, 2):
            self.workers[number].wait(60)

    def _judge(self) -> list[str]:
        faults = [f"worker {n} ended with {self.workers[n].returncode}" for n in (0, 2) if self.workers[n].returncode]
        told = Counter(message for message in self.farm.posted if "quayside" in message)
        doubled = sum(count > 1 for count in told.values())
        if (len(told), doubled) != (2 * NEWSY, 0):
            faults.append(f"{len(told)} alerts arrived of {2 * NEWSY}, {doubled} of them more than once")
        faults += verify(self.database).problems
        gaps = self._gaps()
        print(f"         longest pause between two polls {max(gaps):.0f} s, shortest {min(gaps):.1f} s")
        if max(gaps) > self.args.every * 1.05 + LEASE_S + 30:
            faults.append(f"a source waited {max(gaps):.0f} s")
        if min(gaps) < 1:
            faults.append("two workers polled a source at the same time")
        return faults

    def _gaps(self) -> list[float]:
        polls: dict[str, list[datetime]] = defaultdict(list)
        with self.database.reading() as connection:
            query = sa.select(t.poll.c.source_id, t.poll.c.started_at).order_by(t.poll.c.started_at)
            for source, at in connection.execute(query.where(t.poll.c.started_at >= self.calm_from)):
                polls[source].append(at)
        ends = [(self.calm_from, datetime.now(UTC))] if not polls else []
        pairs = [pair for each in polls.values() for pair in pairwise(each)]
        return [(b - a).total_seconds() for a, b in pairs or ends]


if __name__ == "__main__":
    sys.exit(main())
