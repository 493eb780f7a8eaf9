"""A monitor under load for some minutes, measured from outside: `python -m tests.soak --minutes 20 --sources 1000`.

Memory (PSS), file descriptors, threads, leases, processor time and bytes written per poll.  It begins to count when the
first polls are done and what they brought is read; of what follows, the first third is warming up.  Ends with 1 when
the memory of all processes has grown by more than 5 % (the median of the last third against that of the second),
when the median of the main process or of a worker is beyond its limit, or when descriptors or threads (the most
of each third) or leases leak.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import sqlalchemy as sa
import yaml

from monitor.store import tables as t
from monitor.store.leases import CLAIMABLE
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb, Reply
from monitor.testing.web import SeenRequest
from tests import load

GROWTH = 0.05
HOSTS = 8
PAGES_EVERY = 7
"""Every so many sources bring pages to read."""
SETTLING_S = 900.0
LOST_S = 180.0
"""A lease is over that long: whoever lost it, the next one should have taken the row."""
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """The monitor at one moment; PSS in MB, of the main process, of its largest child, of all together."""

    at_s: float
    main_mb: float
    child_mb: float
    all_mb: float
    fds: int
    threads: int
    leases: int
    """Of rows whose lease has run out minutes ago, and nobody has taken them since."""
    articles: int
    polls: int
    cpu_s: float
    written_mb: float

    def in_words(self) -> str:
        """A line of the table."""
        return (
            f"{self.at_s:7.0f} s  main {self.main_mb:6.1f} MB  child {self.child_mb:6.1f}  all {self.all_mb:6.1f}  "
            f"{self.fds:4} files  {self.threads:3} threads  {self.leases:2} lost leases  {self.polls:7} polls  "
            f"{self.articles:6} articles"
        )


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between polls of a source")
    parser.add_argument("--items", type=int, default=load.ITEMS, help="items that a feed lists")
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--main-mb", type=float, default=150.0, help="limit of the main process")
    parser.add_argument("--worker-mb", type=float, default=100.0, help="limit of each worker process")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        webs = [stack.enter_context(FakeWeb(host=f"127.0.2.{n}")) for n in range(1, HOSTS + 1)]
        (folder / "config.yaml").write_text(yaml.safe_dump(_config(webs, args)))
        process = _start(folder)
        stack.callback(_end, process)
        samples = _watch(process, folder, args.minutes * 60, args.samples)
    return _judge(samples, args.main_mb, args.worker_mb)


def _config(webs: list[FakeWeb], args: argparse.Namespace) -> dict[str, object]:
    spoken = load.tongues()
    for web in webs:
        web.route("/article/*", lambda request: Reply(load.page(spoken[0], request.path)))
    sources = []
    for number in range(args.sources):
        web, tongue = webs[number % len(webs)], spoken[number % len(spoken)]
        # Of some only a teaser is in the feed: their pages keep the worker processes busy.
        link = web.url("/article/") if number % PAGES_EVERY == 0 else None
        url = web.route(f"/feed/{number}", partial(_feed, tongue, number, link, args.items))
        full_text = "always" if link else "never"
        sources.append({"id": f"s{number}", "name": f"S{number}", "feed": url, "full_text": full_text})
    return {
        "channels": {"hook": {"to": webs[0].route("/hook", "taken").replace("http://", "json://"), "rate": 50}},
        "defaults": {"every": f"{args.every:.0f}s", "alert": {"to": ["hook"]}},
        "fetch": {
            "allow_addresses": ["127.0.2.0/24"],
            "host_spacing": "0s",
            "per_host": 8,
            "min_every": f"{min(args.every, 30):.0f}s",
        },
        "web": {"listen": "off"},
        "sources": sources,
        "watchlist": load.rules(spoken, args.rules),
    }


def _feed(tongue: load.Tongue, number: int, link: str | None, items: int, request: SeenRequest) -> Reply:
    """One poll in ten brings something new."""
    body = load.feed(tongue, number, items + (number + request.count) // 10, link, items).encode()
    tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Reply(status=304)
    return Reply(body, headers={"ETag": tag})


def _start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "monitor", "--config", str(folder / "config.yaml"), "run"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=environ)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _watch(process: subprocess.Popen[bytes], folder: Path, seconds: float, number: int) -> list[Sample]:
    database = Database(open_engine(f"sqlite:///{folder}/var/monitor.db"))
    samples: list[Sample] = []
    try:
        _settled(process, folder, database)
        begun = time.monotonic()
        for count in range(1, number + 1):
            time.sleep(max(0.0, begun + seconds * count / number - time.monotonic()))
            if process.poll() is not None:
                raise SystemExit(f"the monitor ended:\n{(folder / 'log').read_text()[-3000:]}")
            samples.append(_sample(process.pid, database, time.monotonic() - begun))
            print(samples[-1].in_words(), flush=True)
    finally:
        database.dispose()
    return samples


def _settled(process: subprocess.Popen[bytes], folder: Path, database: Database) -> None:
    """Wait until the first polls are done and what they brought is read: that happens once, not every day."""
    waiting = sa.select(sa.func.count()).select_from(t.article).where(t.article.c.settled.is_(False))
    begun = sa.select(sa.func.count()).select_from(t.source).where(t.source.c.baseline_at.is_(None))
    known = sa.select(sa.func.count()).select_from(t.source)
    until = time.monotonic() + SETTLING_S
    while time.monotonic() < until and process.poll() is None:
        time.sleep(1)
        if not (folder / "var" / "monitor.db").exists():
            continue
        with database.reading() as connection:
            if not sa.inspect(connection).has_table("article"):
                continue
            if connection.execute(known).scalar() and not any(connection.execute(q).scalar() for q in (waiting, begun)):
                return


def _sample(pid: int, database: Database, at_s: float) -> Sample:
    children = _descendants(pid)
    of_children = list(map(_pss_mb, children))
    main_mb = _pss_mb(pid)
    proc = Path(f"/proc/{pid}")
    with database.reading() as connection:
        polls, articles = (_count(connection, table) for table in (t.poll, t.article))
        leases = _lost_leases(connection)
    return Sample(
        at_s=at_s,
        main_mb=main_mb,
        child_mb=max(of_children, default=0.0),
        all_mb=main_mb + sum(of_children),
        fds=len(list((proc / "fd").iterdir())),
        threads=len(list((proc / "task").iterdir())),
        leases=leases,
        articles=articles,
        polls=polls,
        cpu_s=sum(map(_cpu_s, [pid, *children])),
        written_mb=_field(proc / "io", "write_bytes:") / 1e6,
    )


def _count(connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())


def _lost_leases(connection: sa.Connection) -> int:
    long_ago = datetime.now(UTC) - timedelta(seconds=LOST_S)
    return sum(
        _count(connection, table, table.c.lease_owner.is_not(None), table.c.lease_until < long_ago)
        for table in CLAIMABLE
    )


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def _pss_mb(pid: int) -> float:
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") / 1000


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:  # the process ended meanwhile, or is not ours to look at
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _judge(samples: list[Sample], main_mb: float, worker_mb: float) -> int:
    third = max(1, len(samples) // 3)
    before, after = samples[third : 2 * third], samples[2 * third :]
    first, last = before[0], after[-1]
    polls = last.polls - first.polls
    if polls:
        print(
            f"{(last.cpu_s - first.cpu_s) / polls * 1000:.2f} ms of processor time and "
            f"{(last.written_mb - first.written_mb) / polls * 1000:.1f} kB written per poll, "
            f"{polls / (last.at_s - first.at_s):.1f} polls and "
            f"{(last.articles - first.articles) / (last.at_s - first.at_s):.1f} articles a second"
        )
    was, now = (median(sample.all_mb for sample in part) for part in (before, after))
    main, child = (median(getattr(s, name) for s in (*before, *after)) for name in ("main_mb", "child_mb"))
    # Connections are kept for some seconds after each round of polls: what a round needs at most is what can leak.
    most = {name: [max(getattr(s, name) for s in part) for part in (before, after)] for name in ("fds", "threads")}
    faults = [
        f"{what} grew from {a} to {b}"
        for what, (a, b), room in (("open files", most["fds"], 20), ("threads", most["threads"], 4))
        if b > a + room
    ]
    if now > was * (1 + GROWTH):
        faults.append(f"memory grew from {was:.1f} to {now:.1f} MB")
    if main > main_mb:
        faults.append(f"the main process takes {main:.1f} MB, more than {main_mb:g}")
    if child > worker_mb:
        faults.append(f"a worker takes {child:.1f} MB, more than {worker_mb:g}")
    if last.leases:
        faults.append(f"{last.leases} leases ran out and were taken by nobody")
    print(f"all processes {was:.1f} MB, then {now:.1f} MB; the main process {main:.1f}, a worker {child:.1f}")
    print("\n".join(faults) or f"flat; {most['fds'][1]} open files, {most['threads'][1]} threads at most")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
