"""The daemon as a process: it starts, reloads, refuses what it must, and ends in good order."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.testing.newsroom.content import Edition, Piece, read_edition
from monitor.testing.newsroom.server import Newsroom
from monitor.testing.newsroom.show import newsroom_at_work, start_daemon, stop_daemon

PATIENCE_S = 300
"""For each step: a process that begins takes seconds, where twenty others want to work at the same time a minute."""
CONFIG = """
database: 'sqlite:///m.db'
channels: {{screen: {{to: 'console://'}}}}
defaults: {{every: 1s, alert: {{to: [screen], group_by: article}}}}
fetch: {{min_every: 1s, host_spacing: 0, allow_addresses: [127.0.0.1]}}
web: {{listen: 'off'}}
log: {{format: json}}
sources: [{{id: post, feed: '{url}', every: 1s}}]
watchlist:
  - {{id: ferry, match: '{match}'}}
"""


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    whole = read_edition()
    edition = Edition(tuple(o for o in whole.outlets if o.id == "harbour-post"), ())
    async with newsroom_at_work(edition) as at_work:
        yield at_work


@pytest.fixture
async def config(tmp_path: Path, newsroom: Newsroom) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(url=newsroom.address("harbour-post"), match="ferry"))
    return path


def events(folder: Path, name: str) -> list[dict[str, Any]]:
    said = (folder / "daemon.log").read_text() if (folder / "daemon.log").exists() else ""
    whole = said[: said.rfind("\n") + 1].splitlines()  # the last one may only be being written
    parsed = [json.loads(line) for line in whole if line.startswith("{")]
    return [line for line in parsed if line["event"] == name]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.05)


def once(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "once", *more, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def change(config: Path, text: str) -> None:
    """As editors do it: the daemon, which looks by itself, finds the old file or the new one."""
    fresh = config.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(config)


def ferry(number: int) -> Piece:
    return Piece("harbour-post", f"Ferry number {number} sails", (f"The ferry {number} left the old quay at noon.",))


async def test_it_reloads_keeps_what_works_and_ends(config: Path, newsroom: Newsroom, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    daemon = await start_daemon(config)
    try:
        await until(lambda: events(tmp_path, "watching"))
        refused = await asyncio.to_thread(once, config)
        assert refused.returncode == 1
        assert "error[already-running]" in refused.stderr

        good = config.read_text()
        change(config, good + "sorces: []\n")
        daemon.send_signal(signal.SIGHUP)
        await until(lambda: events(tmp_path, "configuration-refused"))
        assert "unknown key" in events(tmp_path, "configuration-refused")[0]["error"]

        change(config, good.replace("'ferry'", "'ferry OR tug'"))
        await until(lambda: events(tmp_path, "configuration-loaded"))
        assert events(tmp_path, "configuration-loaded")[0]["changed"] == ["ferry"]

        newsroom.publish(ferry(1), datetime.now(UTC))
        await until(lambda: "Ferry number 1 sails" in (tmp_path / "daemon.log").read_text())
    finally:
        await stop_daemon(daemon, PATIENCE_S)
    assert daemon.returncode == 0
    assert (await asyncio.to_thread(once, config)).returncode == 0


async def test_a_refused_rule_lets_its_last_good_version_go_on(
    config: Path, newsroom: Newsroom, tmp_path: Path
) -> None:
    from datetime import UTC, datetime

    assert (await asyncio.to_thread(once, config)).returncode == 0
    config.write_text(config.read_text().replace("match: 'ferry'", "match: 'ferry AND ('"))
    report = await asyncio.to_thread(once, config)
    assert report.returncode == 1
    assert "config.yaml" in report.stdout
    newsroom.publish(ferry(2), datetime.now(UTC))
    done = await asyncio.to_thread(once, config, "--all")
    assert "Ferry number 2 sails" in done.stdout
