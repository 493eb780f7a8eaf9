"""Hubs push: what they announce is told within seconds, polling is the net beneath it, and nothing is told twice."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.bootstrap.loops import Loops
from monitor.bootstrap.monitor import Monitor, Surroundings, open_monitor
from monitor.bootstrap.page import Page
from monitor.clock import SharedClock
from monitor.loops.courier import courier_once
from monitor.store import tables as t
from monitor.store.shown import show_source
from monitor.store.unit import Database
from monitor.testing import FakeWeb, Reply
from monitor.testing.hub import FakeHub
from monitor.testing.mailbox import Mailbox, free_port
from tests.scenario.conftest import Item, rss

CONFIG = """\
database: 'sqlite:///m.db'
channels: {{desk: {{mail: {{to: desk@example.org, server: 127.0.0.1, port: {mail}}}}}}}
defaults: {{every: 10m, alert: {{to: [desk], group_by: none}}}}
fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0}}
articles: {{full_text: never, languages: []}}
web: {{listen: '127.0.0.1:{port}'}}
websub: {{enabled: {enabled}, callback: 'http://127.0.0.1:{port}/'}}
sources: [{{id: quay, feed: '{feed}'{more}}}]
watchlist: [{{id: ferry, match: 'ferry'}}]
"""


def ferry(number: int) -> Item:
    return Item(f"Ferry {number} sails", f"https://quay.example/{number}", str(number), f"Ferry {number} left.")


@dataclass
class Harbour:
    """A feed with a hub, and the monitor that watches it; its clock is the machine's, moved forward by hand."""

    folder: Path
    web: FakeWeb
    hub: FakeHub
    mailbox: Mailbox
    port: int = field(default_factory=free_port)
    clock: SharedClock = field(default_factory=SharedClock)
    ahead: timedelta = timedelta(0)
    monitor: Monitor = field(init=False)
    loops: Loops = field(init=False)

    def publish(self, *numbers: int, hub: str | None = None) -> None:
        """What the feed says from now on."""
        links = {"Link": f'<{hub or self.hub.url}>; rel="hub", <{self.topic}>; rel="self"'}
        self.web.route("/feed", Reply(rss(*map(ferry, numbers)), headers=links))

    @property
    def topic(self) -> str:
        return self.web.url("/feed")

    def configure(self, *, enabled: bool = True, more: str = "") -> Path:
        path = self.folder / "config.yaml"
        settings = {"mail": self.mailbox.port, "port": self.port, "feed": self.topic, "more": more}
        path.write_text(CONFIG.format(enabled=str(enabled).lower(), **settings))
        return path

    @asynccontextmanager
    async def open(self, *, role: str = "all", writes: bool = True) -> AsyncIterator[None]:
        around = Surroundings(clock=self.clock)
        async with open_monitor(self.folder / "config.yaml", writes=writes, surroundings=around) as self.monitor:
            self.loops = Loops(self.monitor)
            await asyncio.to_thread(self.loops.arm)
            page = Page(self.monitor, role)
            await page.follow()
            try:
                yield
            finally:
                await page.close()

    def later(self, **step: float) -> None:
        self.ahead += timedelta(**step)
        self.clock.set_by(self.clock.local() + self.ahead, read_at=self.clock.local())

    async def work(self) -> None:
        """Everything that the daemon would do now."""
        await self.loops.gathering.start_due()
        await self.loops.gathering.drain()
        await self.loops.hubs.start_due()
        await self.loops.hubs.drain()
        await courier_once(self.loops.courier)

    async def subscribed(self, number: int = 1) -> None:
        await asyncio.to_thread(self.hub.wait_for, number)

    async def push(self, *numbers: int, **how: Any) -> list[int]:
        return await asyncio.to_thread(self.hub.publish, self.topic, rss(*map(ferry, numbers)), **how)

    def told(self) -> list[str]:
        return [str(mail.message["Subject"]) for mail in self.mailbox.received]

    def polls(self) -> int:
        return len(self.web.seen("/feed"))

    def shown(self) -> dict[str, Any]:
        with self.monitor.database.reading() as connection:
            found = show_source(connection, "quay")
        assert found is not None
        return found

    def rows(self, table: sa.Table) -> list[Any]:
        return rows(self.monitor.database, table)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the hub's thread brings it about
            await asyncio.sleep(0.05)


def rows(database: Database, table: sa.Table) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(table)))


@pytest.fixture
def harbour(tmp_path: Path, empty_sqlite: Path, fakeweb: FakeWeb) -> Iterator[Harbour]:
    shutil.copyfile(empty_sqlite, tmp_path / "m.db")
    mailbox = Mailbox()
    mailbox.start()
    found = Harbour(tmp_path, fakeweb, FakeHub(fakeweb), mailbox)
    found.publish(1)
    found.configure()
    yield found
    mailbox.stop()


async def test_a_push_is_told_at_once_and_the_hub_s_death_costs_nothing(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        assert harbour.shown()["push"]["state"] == "verified"
        before = harbour.shown()["next_poll_at"]

        assert await harbour.push(2) == [202]
        await harbour.work()
        assert [subject for subject in harbour.told() if "Ferry 2" in subject] == harbour.told()
        assert harbour.polls() == 1
        assert harbour.shown()["next_poll_at"] == before

        harbour.publish(1, 2)  # what was pushed is in the feed, too: nothing new, so the net widens
        harbour.later(minutes=11)
        await harbour.work()
        assert len(harbour.told()) == 1
        assert "safety net" in harbour.shown()["pace"]
        gap = harbour.shown()["next_poll_at"] - harbour.clock.now()
        assert timedelta(minutes=24) < gap < timedelta(minutes=27)

        harbour.publish(1, 2, 3)  # and the hub is dead
        harbour.later(minutes=27)
        await harbour.work()
        assert [subject.count("Ferry 3") for subject in harbour.told()] == [0, 1]
        shown = harbour.shown()
        assert (shown["pace"], shown["push"]["proven"]) == (None, False)
        assert "had not pushed" in shown["push"]["reason"]
        assert shown["next_poll_at"] - harbour.clock.now() < timedelta(minutes=11)


async def test_a_push_that_comes_again_or_late_is_told_once(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        harbour.publish(1, 2)
        harbour.later(minutes=11)
        await harbour.work()
        for _ in range(3):
            assert await harbour.push(1, 2) == [202]
        for _ in range(3):
            await harbour.work()
        assert len(harbour.told()) == 1
        assert harbour.shown()["push"]["pushes"] == 3
        assert harbour.rows(t.push) == []


async def test_what_the_hub_did_not_sign_is_ignored_and_counted(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        assert await harbour.push(2, secret="another") == [202]
        assert await harbour.push(2, signed=False) == [202]
        await harbour.work()
        push = harbour.shown()["push"]
        assert (harbour.told(), push["pushes"], push["refused"]) == ([], 0, 2)
        assert "signature" in push["reason"]
        for number, algorithm in enumerate(("sha1", "sha256", "sha384", "sha512"), 2):
            assert await harbour.push(number, algorithm=algorithm) == [202]
            await harbour.work()
        assert len(harbour.told()) == 4


async def test_a_push_that_is_no_feed_costs_nothing(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        assert await asyncio.to_thread(harbour.hub.publish, harbour.topic, "<html>soon</html>") == [202]
        await harbour.work()
        assert harbour.rows(t.push) == []
        assert harbour.shown()["push"]["refused"] == 1
        assert await harbour.push(2) == [202]
        await harbour.work()
        assert len(harbour.told()) == 1


async def test_nobody_guesses_an_address_or_answers_for_another_topic(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        (callback,) = harbour.hub.subscribers
        query = {"hub.mode": "subscribe", "hub.topic": "https://evil.example/", "hub.challenge": "x"}
        other = callback.rpartition("/")[0] + "/guessed"
        unwanted = query | {"hub.topic": harbour.topic, "hub.mode": "unsubscribe"}
        for address, asked in ((callback, query), (other, query), (callback, unwanted)):
            assert (await asyncio.to_thread(harbour.hub.ask, address, asked))[0] == 404
        assert harbour.shown()["push"]["state"] == "verified"


async def test_leases_are_renewed_and_an_expired_one_is_not_relied_on(harbour: Harbour) -> None:
    harbour.hub.lease_s = 3600
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        await harbour.push(2)
        await harbour.work()
        first = harbour.shown()["push"]["expires_at"]
        harbour.later(minutes=50)
        await harbour.work()
        await until(lambda: harbour.shown()["push"]["expires_at"] > first)

        harbour.hub.status = 503
        harbour.publish(1, 2)
        harbour.later(minutes=70)
        await harbour.work()
        shown = harbour.shown()
        assert (shown["push"]["state"], shown["pace"]) == ("failed", None)
        assert "503" in shown["push"]["reason"]
        harbour.hub.status = 202
        harbour.later(minutes=11)
        await harbour.work()
        await harbour.subscribed()
        assert (await harbour.push(3), len(harbour.told())) == ([202], 1)


async def test_a_hub_that_refuses_or_never_asks_back_is_shown(harbour: Harbour) -> None:
    harbour.hub.denies = "not for you"
    async with harbour.open():
        await harbour.work()
        await until(lambda: harbour.shown()["push"]["state"] == "denied")
        assert "not for you" in harbour.shown()["push"]["reason"]
        harbour.hub.denies, harbour.hub.asks_back = None, False
        harbour.later(hours=25)
        await harbour.work()
        harbour.later(minutes=11)
        await harbour.work()
        push = harbour.shown()["push"]
        assert (push["state"], "reached from outside" in push["reason"]) == ("failed", True)


@pytest.mark.parametrize("change", [{"enabled": False}, {"more": ", paused: true"}, {"more": ", websub: false"}])
async def test_hubs_are_told_to_stop(harbour: Harbour, change: dict[str, Any]) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        (callback,) = harbour.hub.subscribers
        harbour.configure(**change)
        await harbour.loops.reload()
        await harbour.work()
        await harbour.subscribed(0)
        assert harbour.rows(t.subscription) == []
        assert harbour.hub.requests[-1]["hub.mode"] == "unsubscribe"
        assert (await asyncio.to_thread(harbour.hub.ask, callback, {"hub.mode": "subscribe"}))[0] == 404


async def test_a_hub_may_have_moved(harbour: Harbour) -> None:
    moved = harbour.web.route("/old-hub", Reply(status=308, headers={"Location": harbour.hub.url}))
    harbour.publish(1, hub=moved)
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        assert await harbour.push(2) == [202]


async def test_a_feed_that_names_its_hub_no_more_is_left_alone_by_it(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        harbour.web.route("/feed", Reply(rss(ferry(1), ferry(2))))
        harbour.later(minutes=11)
        await harbour.work()
        await harbour.subscribed(0)
        assert len(harbour.told()) == 1


async def test_an_address_of_ours_that_changes_is_told_to_the_hub(harbour: Harbour) -> None:
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed()
        old = set(harbour.hub.subscribers)
    harbour.port = free_port()
    harbour.configure()
    async with harbour.open():
        await harbour.work()
        await harbour.subscribed(2)
        (new,) = harbour.hub.subscribers.keys() - old
        assert f":{harbour.port}/push/" in new


async def test_hubs_are_asked_about_feeds_that_do_not_change(harbour: Harbour) -> None:
    harbour.configure(enabled=False)
    async with harbour.open():
        await harbour.work()
        assert harbour.hub.requests == []
        harbour.configure()
        await harbour.loops.reload()
        harbour.later(minutes=11)
        await harbour.work()
        await harbour.subscribed()


async def test_the_page_alone_stores_what_the_poller_takes(harbour: Harbour) -> None:
    async with harbour.open(role="poller"):
        ready, over = threading.Event(), threading.Event()
        page = threading.Thread(target=asyncio.run, args=(_serve(harbour, ready, over),))
        page.start()
        try:
            assert await asyncio.to_thread(ready.wait, 60)
            await harbour.work()
            await harbour.subscribed()
            assert await harbour.push(2) == [202]
            await harbour.work()
            assert len(harbour.told()) == 1
        finally:
            over.set()
            await asyncio.to_thread(page.join)


async def _serve(harbour: Harbour, ready: threading.Event, over: threading.Event) -> None:
    """`monitor run --role web`, without its signals."""
    async with open_monitor(harbour.folder / "config.yaml", writes=False) as monitor:
        page = Page(monitor, "web")
        await page.follow()
        ready.set()
        await asyncio.to_thread(over.wait)
        await page.close()
