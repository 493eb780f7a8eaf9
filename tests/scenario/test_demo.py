"""`monitor demo` keeps what the quickstart says: nothing lost or doubled, and the first alert within seconds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.testing.newsroom.show import Show


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_the_whole_show(tmp_path: Path) -> None:
    lines: list[str] = []
    hasty = Show(lines.append, lambda text, *_: text, folder=str(tmp_path), start_s=240, delivery_s=120, pace=5.0)
    assert await hasty.run() == 0
    text = "\n".join(lines)
    assert lines[0] == "newsroom  6 feeds, 2 pages, three languages"
    assert lines[1].startswith("page      http://127.0.0.1:")
    assert lines[2] == "baseline  41 articles, 2 match, none told"
    assert "[Путин]" in text
    assert "[Biden]" in text
    assert "HELD  new-sanctions" in text
    assert "ALERT Sanctions threat" in text
    assert "mail server off · 1 waits: connection refused" in text
    # The message that is on its way when the daemon is killed may come twice; no other does.
    assert re.search(r"(\d+) alerts due, \1 arrived: nothing lost, (?:nothing|1) doubled$", lines[-1]), lines[-1]
