"""`monitor run`, `demo` and `check --online`: what begins a process, or asks the network."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from monitor.cli.main import run

CONFIG = """database: 'sqlite:///monitor.db'
channels: {desk: {to: 'console://'}}
articles: {languages: []}
web: {listen: 'off'}
fetch: {workers: 1}
"""


def end_when_it_lives(over: threading.Event) -> None:
    """From another thread: SIGTERM as soon as the daemon listens to it."""
    while not over.wait(0.02):
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def test_the_daemon_runs_until_it_is_asked_to_end(tmp_path: Path, empty_sqlite: Path) -> None:
    shutil.copyfile(empty_sqlite, tmp_path / "monitor.db")
    (tmp_path / "config.yaml").write_text(CONFIG)
    over = threading.Event()
    ending = threading.Thread(target=end_when_it_lives, args=[over])
    ending.start()
    try:
        assert run(["run", "--role", "deliverer", "--config", str(tmp_path / "config.yaml")]) == 0
    finally:
        over.set()
        ending.join()


def test_it_asks_the_network_only_when_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "fetch: {allow_addresses: [127.0.0.1]}\nsources:\n  - {id: c, feed: 'http://127.0.0.1:9/'}\n"
    Path("config.yaml").write_text(text)
    assert run(["check"]) == 0
    assert run(["check", "--online"]) == 1
    assert "config.yaml:3:5 error[source-unreachable]" in capsys.readouterr().out
