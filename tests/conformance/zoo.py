"""Awkward servers: three passes of the real program over every behaviour of a farm's zoo, held against its index.

    python -m tests.conformance.zoo --farm PATH [--timeout SECONDS] [--keep FOLDER]

Prints a row for each behaviour and ends with 1 if any is not as the index wants it, if the decoy was asked, if a source
took longer than the deadline, or if a process grew beyond its bound.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSES = 3
PASS_S = 300
CLIENT = "zoo"
MAIN_MB = 150
WORKER_MB = 100
GRACE_S = 2.0
"""A deadline is noticed a moment after it has passed."""
BAD_TLS = "invalid-tls"


@dataclass(frozen=True)
class Farm:
    """A running farm."""

    base: str
    tls: str
    index: dict[str, dict[str, Any]]

    def decoy_hits(self) -> int:
        """How often the decoy was asked."""
        return sum(str(entry["path"]).startswith("DECOY") for entry in _json(f"{self.base}/_farm/log"))


@dataclass
class Memory:
    """The highest proportional set sizes seen, in MB: of the program itself and of its largest worker."""

    main: float = 0.0
    worker: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self, pid: int) -> Iterator[None]:
        """Look at a process and its children until the block ends."""
        watcher = threading.Thread(target=self._watch, args=(pid,), daemon=True)
        self._over.clear()
        watcher.start()
        try:
            yield
        finally:
            self._over.set()
            watcher.join()

    def _watch(self, pid: int) -> None:
        while not self._over.wait(0.1):
            self.main = max(self.main, _pss_mb(pid))
            # A process that is just being started is still its parent's image, for a moment.
            workers = [child for child in _descendants(pid) if _command(child) != _command(pid)]
            self.worker = max([self.worker, *map(_pss_mb, workers)])


@dataclass(frozen=True)
class Verdict:
    """A behaviour, what it should lead to and what it led to."""

    name: str
    wanted: tuple[int, int]
    error: bool
    found: tuple[int, int]
    health: str
    reason: str | None
    slowest_s: float
    deadline_s: float

    @property
    def faults(self) -> list[str]:
        """What is not as it should be."""
        faults = []
        if self.found != self.wanted:
            faults.append("items")
        if self.error != (self.reason is not None):
            faults.append("not told" if self.error else "told without need")
        if self.slowest_s > self.deadline_s + GRACE_S:
            faults.append(f"took {self.slowest_s:.1f} s")
        return faults

    def row(self) -> str:
        """A line of the table."""
        told = f"{self.health}: {self.reason}" if self.reason else self.health
        verdict = ", ".join(self.faults) or "ok"
        first, third = self.found
        return f"{self.name:24} {first:5} {third:5}   {_pair(self.wanted):>10}  {verdict:18} {told[:90]}"


def main() -> int:
    """Run it; the exit code."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(arguments.keep or made)
        with serve(Path(arguments.farm), folder) as farm:
            return _judge(farm, folder, arguments.timeout)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--farm", required=True, help="folder of the farm (with farm.py)")
    parser.add_argument("--timeout", type=float, default=8.0, help="fetch.timeout, seconds")
    parser.add_argument("--keep", help="folder for configuration and database, kept")
    return parser.parse_args()


@contextmanager
def serve(folder: Path, work: Path) -> Iterator[Farm]:
    """The farm on free ports."""
    port, tls, decoy = (_free_port() for _ in range(3))
    ports = ["--zoo-port", str(port), "--tls-port", str(tls), "--decoy-port", str(decoy)]
    command = [sys.executable, str(folder / "farm.py"), "--root", str(work / "farm"), "serve", *ports]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            yield Farm(base, f"https://127.0.0.1:{tls}", _when_up(f"{base}/zoo/"))
        finally:
            process.terminate()


def _judge(farm: Farm, folder: Path, timeout_s: float) -> int:
    config, database, memory = folder / "zoo.json", folder / "zoo.db", Memory()
    config.write_text(json.dumps(_configuration(farm, database, timeout_s)))
    seen = []
    for number in range(PASSES):
        started = time.monotonic()
        _pass(config, memory)
        print(f"pass {number + 1}: {time.monotonic() - started:.1f} s", file=sys.stderr)
        seen.append(_sources(config))
    slowest = _slowest(database)
    verdicts = [_verdict(farm, name, seen, slowest.get(name, 0.0), timeout_s) for name in sorted(seen[0])]
    print(f"{'behaviour':24} {'1':>5} {'3':>5}   {'wanted':>10}  {'verdict':18} told")
    for verdict in verdicts:
        print(verdict.row())
    faults = sum(bool(verdict.faults) for verdict in verdicts)
    hits = farm.decoy_hits()
    print(f"{len(verdicts)} behaviours, {faults} not as wanted; decoy asked {hits} times")
    print(f"peak memory: {memory.main:.0f} MB (at most {MAIN_MB}), largest worker {memory.worker:.0f} MB")
    return int(bool(faults or hits or memory.main > MAIN_MB or memory.worker > WORKER_MB))


def _configuration(farm: Farm, database: Path, timeout_s: float) -> dict[str, Any]:
    addresses = {name: f"{farm.base}/zoo/{name}?c={CLIENT}" for name in farm.index}
    addresses[BAD_TLS] = f"{farm.tls}/zoo/rss?c={CLIENT}-tls"
    return {
        "database": f"sqlite:///{database}",
        "fetch": {
            "timeout": f"{timeout_s:g}s",
            "allow_addresses": ["127.0.0.1"],
            "host_spacing": 0,
            "per_host": 20,
        },
        "articles": {"full_text": "never"},
        "sources": [{"id": name, "feed": url} for name, url in addresses.items()],
        "watchlist": [{"id": "any", "match": "harbour"}],
        "channels": {"screen": {"to": "console://"}},
        "defaults": {"alert": {"to": ["screen"]}},
    }


def _pass(config: Path, memory: Memory) -> None:
    command = [sys.executable, "-m", "monitor", "once", "--all", "--json", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, memory.watched(process.pid):
        try:
            process.wait(PASS_S)
        finally:
            process.kill()


def _sources(config: Path) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "monitor", "sources", "list", "--json", "--config", str(config)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=PASS_S).stdout)
    return {source["id"]: source for source in found}


def _slowest(database: Path) -> dict[str, float]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT source_id, max(elapsed_ms) / 1000.0 FROM poll GROUP BY source_id"))


def _verdict(farm: Farm, name: str, seen: list[dict[str, Any]], slowest_s: float, deadline_s: float) -> Verdict:
    wanted = farm.index.get(name, {"items": None, "error": True})
    first, third = wanted["items"] or (0, 0)
    last = seen[-1][name]
    return Verdict(
        name,
        wanted=(first, third),
        error=wanted["error"],
        found=(seen[0][name]["articles"], last["articles"]),
        health=last["health"],
        reason=_words(last["reason"]),
        slowest_s=slowest_s,
        deadline_s=deadline_s,
    )


def _words(reason: Any) -> str | None:
    return f"{reason['code']}: {reason['text']}" if isinstance(reason, dict) else reason


def _pair(wanted: tuple[int, int]) -> str:
    return f"{wanted[0]} / {wanted[1]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _when_up(url: str, patience_s: float = 20.0) -> Any:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _json(url)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def _descendants(pid: int) -> list[int]:
    try:
        listed = [(task / "children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [each for children in listed for child in map(int, children) for each in (child, *_descendants(child))]


def _command(pid: int) -> bytes:
    """What a process was started with; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _pss_mb(pid: int) -> float:
    """The memory of a process, pages that it shares counted in part; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
