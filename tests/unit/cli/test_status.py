"""`monitor status`: what it makes of a database that has something to tell."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.cli.output import Printer
from monitor.cli.status import _show_running
from monitor.model.source import SourceKind, SourceSpec
from monitor.model.websub import Subscription
from monitor.store import sources, subscriptions
from monitor.store.alerts import instant_to_json
from monitor.store.lock import WriterLock
from monitor.store.presence import Worker, heartbeat
from monitor.store.timers import set_timer
from monitor.store.unit import Database, open_engine


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(empty_sqlite, "monitor.db")
    Path("config.yaml").write_text("database: 'sqlite:///monitor.db'\n")
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    yield database
    database.dispose()


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    run(["status", *arguments])
    return capsys.readouterr().out


def test_one_that_runs_here_is_alive(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with database.unit() as connection:
        heartbeat(connection, Worker("a", "poller", socket.gethostname(), 7, "1", now, now))
        heartbeat(connection, Worker("b", "web", "elsewhere.example", 8, "1", now, now))
    assert run(["status", "--check"]) == 0
    assert re.fullmatch(r"poller: alive \d+ s ago\n", capsys.readouterr().out)
    assert [each["role"] for each in json.loads(shown(capsys, "--check", "--json"))["running"]] == ["poller"]
    assert "monitor: running poller on " in shown(capsys)


def test_one_that_hangs_holds_the_database_without_a_sign_of_life(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with WriterLock(database):
        assert "running, but it cannot write" in shown(capsys)
    assert "not running" in shown(capsys)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"asked_at": 0}, "canary: on its first flight"),
        ({"came_at": 120, "took_s": 1.25}, "canary: came through 2 min ago in 1.2 s"),
        ({"missed": "m"}, "canary: missing (its message waits in the outbox)"),
        (
            {"missed": "m", "problem": "no desk", "came_at": 7200, "took_s": 3},
            "missing (no desk), it last came through",
        ),
    ],
)
def test_how_the_canary_is_doing(
    facts: dict[str, float | str], words: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    kept = {k: instant_to_json(now - timedelta(seconds=float(v))) if k.endswith("_at") else v for k, v in facts.items()}
    with database.unit() as connection:
        set_timer(connection, "canary", "", now, kept)
    assert words in shown(capsys)


def test_that_nothing_can_be_reached_from_here(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with database.unit() as connection:
        set_timer(connection, "watch", "", now, {"offline_since": None})
    assert "offline" not in shown(capsys)
    with database.unit() as connection:
        set_timer(connection, "watch", "", now, {"offline_since": instant_to_json(now)})
    assert "no source can be reached from here" in shown(capsys)


def test_hubs_that_push_are_counted(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with database.unit() as connection:
        sources.sync_sources(connection, [SourceSpec("a", "A", SourceKind.FEED, "https://a.example/f")], now)
        subscriptions.want(connection, "a", Subscription("https://hub/", "https://h/f", "https://us/push/t", "s"), now)
    assert "hubs that push: 1 wanted" in shown(capsys)


def test_a_disk_that_will_soon_be_full(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer.for_terminal(json=False)
    _show_running({"running": [], "writer": None, "scarce": True, "free_bytes": 150_000_000}, printer)
    assert "150 MB are left for the database" in capsys.readouterr().out


def test_a_sign_of_life_is_asked_for_without_what_logs_and_lists_need(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"database: sqlite:///{tmp_path}/monitor.db\n")
    look = (
        "import sys; from monitor.cli.main import run\n"
        f"code = run(['--config', {str(config)!r}, 'status', '--check'])\n"
        "assert code == 1, code\n"
        "print(sorted({'structlog', 'rich', 'monitor.store.shown', 'monitor.store.articles'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["no sign of life", "[]"]
