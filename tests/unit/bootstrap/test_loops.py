"""What changes the loops while they run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import open_monitor

CONFIG = """
channels: {desk: {to: 'console://'}}
defaults: {alert: {to: [desk]}}
articles: {languages: [en]}
sources: [{id: blatt, name: Blatt, feed: 'https://blatt.example/rss'}]
include: ['watchlists/*.yaml']
"""


@pytest.fixture
async def loops(tmp_path: Path) -> AsyncIterator[Loops]:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "watchlists").mkdir()
    async with open_monitor(tmp_path / "config.yaml") as monitor:
        yield Loops(monitor)


def watched(loops: Loops) -> list[str]:
    return sorted(loops.monitor.context.watchlist.rules.rules)


async def test_a_new_file_that_an_include_finds_is_read(loops: Loops, tmp_path: Path) -> None:
    await loops.look()
    assert watched(loops) == []
    (tmp_path / "watchlists" / "port.yaml").write_text("watchlist: [{id: port, match: harbour}]\n")
    await loops.look()
    assert watched(loops) == ["port"]
    (tmp_path / "watchlists" / "port.yaml").unlink()
    await loops.look()
    assert watched(loops) == []


async def test_a_configuration_in_force_keeps_no_trees_of_its_files(loops: Loops) -> None:
    config = loops.monitor.setup.config
    assert (config.rule_nodes, config.source_nodes, config.root.items, config.model.sources) == ({}, {}, (), ())
    assert [spec.id for spec in config.sources] == ["blatt"]
