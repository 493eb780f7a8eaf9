"""The daemon is killed again and again while news comes in: nothing is lost, each death doubles at most one mail."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing.mailbox import Mailbox
from monitor.testing.newsroom.show import start_daemon, stop_daemon
from monitor.testing.web import FakeWeb, Reply, SeenRequest

KILLS, ITEMS = 20, 400
OLD = 5
START_S = 300.0
"""Until a daemon has begun and polled: seconds, and minutes where twenty others want to work at the same time."""
LONGEST_LIFE_S = 5.0
"""A daemon that has told nothing new until then is killed all the same."""
CONFIG = """
database: 'sqlite:///m.db'
channels:
  desk: {{mail: {{to: desk@example.org, server: 127.0.0.1, port: {port}}}, concurrency: 1, rate: 1000, burst: 1000}}
defaults: {{every: 1s, alert: {{to: [desk], group_by: none, max_per_hour: 1000}}}}
fetch: {{min_every: 1s, host_spacing: 0, allow_addresses: [127.0.0.1]}}
articles: {{full_text: never, languages: []}}
web: {{listen: 'off'}}
sources: [{{id: quay, feed: '{url}'}}]
watchlist: [{{id: ferry, match: 'ferry'}}]
"""


def item(number: int) -> str:
    text = f"The ferry of pier {number} has left with {number * 7} people on board."
    head = f"<title>Ferry number {number} sails</title><link>/{number}</link><guid>{number}</guid>"
    return f"<item>{head}<description>{text}</description></item>"


def feed(count: int) -> str:
    items = "".join(item(number) for number in range(count, 0, -1))
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Quay</title>{items}</channel></rss>"


class Press:
    """A feed that grows."""

    def __init__(self) -> None:
        self.count = OLD

    def __call__(self, _request: SeenRequest) -> Reply:
        return Reply(feed(self.count))


def baseline(path: Path) -> int:
    """The articles that were there from the beginning, once they are written: what comes later is news."""
    if not path.exists():
        return 0
    database = Database(open_engine(f"sqlite:///{path}"))
    try:
        with database.reading() as connection:
            known = sa.select(sa.func.count()).select_from(t.article).where(t.article.c.baseline)
            return int(connection.execute(known).scalar_one())
    except StoreError:  # the tables are only being made
        return 0
    finally:
        database.dispose()


def more(mailbox: Mailbox, mails: int) -> Callable[[], bool]:
    """Whether so many more mails than now have come."""
    wanted = len(mailbox.received) + mails
    return lambda: len(mailbox.received) >= wanted


async def until(condition: Callable[[], bool], limit_s: float) -> None:
    """Wait for something, but no longer than that."""
    deadline = monotonic() + limit_s
    while not condition() and monotonic() < deadline:  # noqa: ASYNC110 - other processes and threads bring it about
        await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_twenty_deaths_lose_nothing(fakeweb: FakeWeb, tmp_path: Path) -> None:
    chance, press, mailbox = random.Random(7), Press(), Mailbox()
    mailbox.start()
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(port=mailbox.port, url=fakeweb.route("/feed", press)))
    first = await start_daemon(path)
    await until(lambda: baseline(tmp_path / "m.db") == OLD, START_S)
    await stop_daemon(first)
    assert baseline(tmp_path / "m.db") == OLD
    for _ in range(KILLS):
        press.count += ITEMS // KILLS
        daemon = await start_daemon(path)
        await until(more(mailbox, chance.randint(1, ITEMS // KILLS)), LONGEST_LIFE_S)
        daemon.kill()
        await daemon.wait()
    last = await start_daemon(path)
    mails = -1
    while len(counted(mailbox)) < ITEMS and len(mailbox.received) > mails:  # as long as more of them come
        mails = len(mailbox.received)
        await until(more(mailbox, 1), START_S)
    await stop_daemon(last)
    mailbox.stop()
    articles = counted(mailbox)
    subjects = {str(mail.message["Subject"]) for mail in mailbox.received}
    missing = [n for n in range(OLD + 1, OLD + ITEMS + 1) if not any(f"number {n} sails" in each for each in subjects)]
    assert missing == []
    assert len(articles) == ITEMS
    assert sum(articles.values()) - ITEMS <= KILLS


def counted(mailbox: Mailbox) -> Counter[str]:
    """How often each article was told; mails about the monitor itself, like that of every morning, are none."""
    return Counter(mail.article for mail in mailbox.received if mail.article is not None)
