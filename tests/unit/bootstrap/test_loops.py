"""What changes the loops while they run."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.bootstrap.loops import Loops, waits_for_start
from monitor.bootstrap.monitor import open_monitor
from monitor.model.fetched import Request
from monitor.model.reasons import Reason
from monitor.model.subscription import SubscriptionKind
from monitor.store import readers
from monitor.store import tables as t
from monitor.store.presence import wake
from monitor.testing import FakeWeb

CONFIG = """
channels:
  desk: {to: 'console://'}
  post: {mail: {to: a@b.example, from: m@b.example, server: 127.0.0.1, tls: none}}
defaults: {alert: {to: [desk]}}
articles: {languages: [en]}
web: {public_url: 'https://page.example/', subscribe: {enabled: true}}
fetch: {allow_addresses: ['127.0.0.0/8'], workers: 1}
sources: [{id: blatt, name: Blatt, feed: 'FEED'}]
include: ['watchlists/*.yaml']
"""


@pytest.fixture
async def loops(tmp_path: Path, empty_sqlite: Path, fakeweb: FakeWeb) -> AsyncIterator[Loops]:
    (tmp_path / "var").mkdir()
    shutil.copyfile(empty_sqlite, tmp_path / "var" / "monitor.db")
    (tmp_path / "config.yaml").write_text(CONFIG.replace("FEED", fakeweb.url("/feed")))
    (tmp_path / "watchlists").mkdir()
    async with open_monitor(tmp_path / "config.yaml") as monitor:
        yield Loops(monitor)


async def look(loops: Loops) -> None:
    """Look until what has changed is believed."""
    await loops.look("all")
    await loops.look("all")


def watched(loops: Loops) -> list[str]:
    return sorted(loops.monitor.context.watchlist.rules.rules)


async def test_a_new_file_that_an_include_finds_is_read(loops: Loops, tmp_path: Path) -> None:
    await look(loops)
    assert watched(loops) == []
    (tmp_path / "watchlists" / "port.yaml").write_text("watchlist: [{id: port, match: harbour}]\n")
    await look(loops)
    assert watched(loops) == ["port"]
    (tmp_path / "watchlists" / "port.yaml").unlink()
    await look(loops)
    assert watched(loops) == []


async def test_a_configuration_in_force_keeps_no_trees_of_its_files(loops: Loops) -> None:
    config = loops.monitor.setup.config
    assert (config.rule_nodes, config.source_nodes, config.root.items, config.model.sources) == ({}, {}, (), ())
    assert [spec.id for spec in config.sources] == ["blatt"]


def told(loops: Loops) -> list[str]:
    """What ops heard, by the beginnings of the keys."""
    with loops.monitor.database.reading() as connection:
        keys = connection.execute(sa.select(t.alert.c.key).where(t.alert.c.kind == "ops").order_by(t.alert.c.id))
        return [":".join(key.split(":")[:2]) for key in keys.scalars()]


async def test_a_file_that_cannot_be_used_leaves_the_running_one_in_force_and_is_told(
    loops: Loops, tmp_path: Path
) -> None:
    before, as_it_was = loops.monitor.setup, (tmp_path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text("sources: [")
    await look(loops)
    assert loops.monitor.setup is before
    assert told(loops) == ["config:file"]
    assert "refused" in loops.in_words()
    await look(loops)
    assert told(loops) == ["config:file"]
    (tmp_path / "config.yaml").write_text(as_it_was)
    await look(loops)
    assert "refused" not in loops.in_words()


async def test_rules_that_are_refused_and_rules_that_went_are_told(loops: Loops, tmp_path: Path) -> None:
    watchlist = tmp_path / "watchlists" / "port.yaml"
    watchlist.write_text("watchlist: [{id: port, match: harbour}, {id: bad, match: 'a AND ('}]\n")
    await look(loops)
    assert told(loops) == ["rule-refused:bad"]
    watchlist.write_text("watchlist: []\n")
    await look(loops)
    assert told(loops)[1:] == ["rules-removed:watchlist"]


async def test_a_search_that_somebody_subscribed_to_is_watched(loops: Loops) -> None:
    now, why = loops.monitor.clock.now(), Reason("asked", "because")
    with loops.monitor.database.unit() as connection:
        who = ("harbour", "a@b.example")
        number = readers.add_subscription(
            connection, SubscriptionKind.SEARCH, *who, language="en", client="c", reason=why, now=now
        )
        assert readers.confirm(connection, number, now, asked_after=now - timedelta(days=1))
    await loops.look("all")
    assert [expression for _, expression in loops.monitor.setup.searches] == ["harbour"]
    assert loops.gathering.context.watchlist is loops.monitor.context.watchlist


async def test_a_command_that_wakes_it_has_due_sources_polled_at_once(loops: Loops, fakeweb: FakeWeb) -> None:
    await loops.look("all")
    await loops.gathering.drain()
    assert fakeweb.seen("/feed") == []
    with loops.monitor.database.unit() as connection:
        wake(connection)
    await loops.woken("poller")
    await loops.gathering.drain()
    assert len(fakeweb.seen("/feed")) == 1


async def test_each_role_has_its_own_part(loops: Loops) -> None:
    every, poller, deliverer = ({tick.name for tick in loops.ticks(role)} for role in ("all", "poller", "deliverer"))
    assert every == poller | deliverer
    assert not poller & deliverer
    assert loops.ticks("web") == ()
    assert loops.drains("web") == ()
    assert loops.in_words() == "watching 1 source with 0 rules"


@pytest.mark.parametrize("role", ["web", "deliverer"])
async def test_who_does_not_poll_polls_nothing_when_a_command_wakes_it(
    loops: Loops, fakeweb: FakeWeb, role: str
) -> None:
    with loops.monitor.database.unit() as connection:
        wake(connection)
    await loops.look(role)
    await loops.woken(role)
    await loops.gathering.drain()
    assert fakeweb.seen("/feed") == []


async def test_a_setting_that_only_a_start_puts_in_force_is_told_once(loops: Loops, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    as_it_was = file.read_text()
    file.write_text(
        as_it_was.replace("workers: 1", "workers: 2, timeout: 20s, min_every: 2m") + "log: {level: error}\n"
    )
    await look(loops)
    await loops.reload()
    assert told(loops) == ["needs-restart:fetch.workers+log.level"]
    file.write_text(as_it_was)
    await loops.reload()
    assert waits_for_start(loops.monitor.setup.config.model, loops.monitor.setup.config.model) == []
    assert len(told(loops)) == 1


async def test_how_the_network_is_asked_is_taken_up_while_running(
    loops: Loops, fakeweb: FakeWeb, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    url = fakeweb.route("/asked", "news")
    await loops.monitor.context.fetcher.fetch(Request(url))
    file.write_text(file.read_text().replace("workers: 1", "workers: 1, user_agent: looker, max_bytes: 1000"))
    await loops.reload()
    await loops.monitor.context.fetcher.fetch(Request(url))
    first, second = (request.headers["user-agent"] for request in fakeweb.seen("/asked"))
    assert (first.partition("/")[0], second.partition("/")[0]) == ("news-monitor", "looker")
    assert told(loops) == []


async def test_of_two_who_ask_at_the_same_time_the_second_waits_for_the_first(loops: Loops, tmp_path: Path) -> None:
    (tmp_path / "watchlists" / "port.yaml").write_text("watchlist: [{id: port, match: harbour}]\n")
    await asyncio.gather(loops.reload(), loops.look("all"), loops.reload())
    assert watched(loops) == ["port"]
    assert loops.gathering.context is loops.monitor.context


async def test_a_file_that_is_just_being_written_is_not_believed(loops: Loops, tmp_path: Path) -> None:
    watchlist = tmp_path / "watchlists" / "port.yaml"
    watchlist.write_text("watchlist: [{id: port, match: harbour}]\n")
    await loops.look("all")
    assert watched(loops) == []
    watchlist.write_text("watchlist: [{id: port, match: harbour}, {id: ship, match: ship}]\n")
    await loops.look("all")
    assert watched(loops) == []
    await loops.look("all")
    assert watched(loops) == ["port", "ship"]
